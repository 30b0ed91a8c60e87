"""Noting which documents a text points to, and telling what an address of this site leads to."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet

from groups.documents.models import Document, Link

ADDRESS = re.compile(r"(?<![\w/.:@-])(https?://[^\s/<>()]+)?/groups/([\w-]{1,80})/documents/(\d{1,18})(?!\w)")
MOST = 50
"""Documents that one text points to; of more, the first are noted."""


def linked_in(text: str) -> dict[int, str]:
    """Return the ids of the documents whose addresses on this site stand in the text, each with its group's."""
    if "/documents/" not in text:
        return {}
    found = {int(pk): slug for origin, slug, pk in ADDRESS.findall(text) if origin in {"", settings.SITE_URL}}
    return dict(list(found.items())[:MOST])


def note_links(source: Link.Source, object_id: int, texts: Iterable[str], *, is_new: bool = False) -> None:
    """Note what something that was written points to now, and nothing else; a new text without addresses asks nothing."""
    named: dict[int, str] = {}
    for text in texts:
        named |= linked_in(text)
    if is_new and not named:
        return
    pairs = Document.objects.filter(pk__in=named).values_list("pk", "group__slug") if named else ()
    wanted = {pk for pk, slug in pairs if named[pk] == slug}
    if not is_new:
        Link.objects.filter(source=source, object_id=object_id).exclude(document__in=wanted).delete()
    links = [Link(document_id=pk, source=source, object_id=object_id) for pk in sorted(wanted)]
    Link.objects.bulk_create(links, ignore_conflicts=True)


def forget_links(source: Link.Source, object_ids: Iterable[int]) -> None:
    """Let what is gone point to nothing."""
    Link.objects.filter(source=source, object_id__in=list(object_ids)).delete()


def pointing_to(document: Document, source: Link.Source) -> QuerySet[Link, int]:
    """Return the ids of what points to the document, for a query about it; who may read those is asked there."""
    return Link.objects.filter(document=document, source=source).values_list("object_id", flat=True)
