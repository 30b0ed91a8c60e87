"""What a process asks about the pages it has open."""

from collections.abc import Collection

from core.prepared import prepared
from groups.pages.models import Page, Update
from groups.pages.services.log import NEVER, content_of

# Asked for every change, by every process that has its page open: one trip, and what names the rights of the same moment.
_news = prepared(
    lambda page, seq: (
        Update.objects.filter(page=page, seq__gt=seq)
        .order_by("seq")
        .values_list("seq", "data", "page__rights", "page__document__reach")
    )
)


def news_after(page: int, seq: int) -> tuple[int, list[bytes], tuple[int, int]]:
    """Return what was written after a number, or the whole page where the log begins later; and what names the rights then.

    Raises `Http404` for a page that is gone.
    """
    rows = _news(page, seq)
    if rows and rows[0][0] == seq + 1:
        return rows[-1][0], [bytes(row[1]) for row in rows], (rows[-1][2], rows[-1][3])
    reached, content = content_of(page)
    return reached, [content] if reached > seq else [], asked_of(page)


def heads_of(pages: Collection[int]) -> dict[int, int]:
    """Return the number of the newest change of each page."""
    return dict(Page.objects.filter(pk__in=pages).values_list("pk", "head"))


def asked_of(page: int) -> tuple[int, int]:
    """Return what names the rights in the page as they are now: it changes whenever somebody may more, or less."""
    found = Page.objects.filter(pk=page).values_list("rights", "document__reach").first()
    return (found[0], found[1]) if found else NEVER


def groups_of(pages: Collection[int]) -> dict[int, int]:
    """Return in which group each page is."""
    return dict(Page.objects.filter(pk__in=pages).values_list("pk", "document__group"))


def state_of(page: int) -> bytes:
    """Return how far everybody's writing in the page reaches."""
    return bytes(Page.objects.values_list("state", flat=True).get(pk=page))
