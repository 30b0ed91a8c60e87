"""The names of the bells that ring for pages; they carry identifiers only."""

RIGHTS = "pages.rights"
"""Rung for groups in which somebody may do more, or less, than before."""


def page_channel(page_id: int) -> str:
    """Return the bell of one page."""
    return f"page.{page_id}"
