"""Documents in the search: by their titles, the names of their files, and what is written in them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from groups.bylines import bylines_for
from groups.documents.models import Document
from groups.search import content_doors
from search.cards import Shown, Source
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader


def show_documents(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return documents as they are listed, each with the page that was found."""
    parts = dict(asked)
    documents = list(Document.objects.filter(pk__in=parts).select_related("group", "latest"))
    voices = bylines_for(documents, reader)
    return {
        (document.pk, parts[document.pk]): Shown(
            title=document.title,
            url=document.get_absolute_url(),
            text=document.latest.file_name if document.latest else "",
            where=document.group.name,
            byline=str(voice),
        )
        for document, voice in zip(documents, voices, strict=True)
    }


DOCUMENTS = Source(
    label=Kind.DOCUMENT.label,
    rows=Document.objects.select_related("latest").all,
    cards=Document.cards,
    doors=content_doors,
    show=show_documents,
    suggested=True,
)
