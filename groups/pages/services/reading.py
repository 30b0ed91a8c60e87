"""What a process asks about the pages it has open."""

from collections.abc import Collection

from groups.pages.models import Page
from groups.pages.services.log import NEVER


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
