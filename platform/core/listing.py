"""Names and roles that stand one after the other, as the reader's language parts them."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def between() -> str:
    """Return the sign between two of them, with its space."""
    # Translators: stands between two names, or a name and a role: "Amina Diallo, Adviser, Harbour Workers' Union".
    return pgettext("between two names", ", ")


def listed(parts: Iterable[str | None]) -> str:
    """Return those that are not empty in one line."""
    return between().join(part for part in parts if part)
