"""Documents in the search: by their titles, the names of their files, and what is written in them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext_lazy

from groups.bylines import bylines_for
from groups.documents.models import Document, PreviewPage, Reach, Type, Written
from groups.documents.models.describing import language_choices
from groups.documents.reading import READABLE
from groups.search import content_doors, own_floors
from partners.countries import country_choices
from search.cards import Card, Doors, Filter, Shown, Source, Statement, Who
from search.marking import LOOKED_THROUGH
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader

PAGED = READABLE - {"csv", "markdown", "text"}
"""Kinds of files in which a page is a page."""

LOOKED_AT = Left("text", LOOKED_THROUGH)
"""As much of a text as an excerpt is made of."""


def show_documents(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return documents as they are listed, each with the page that was found."""
    parts = dict(asked)
    documents = list(Document.objects.filter(pk__in=parts).select_related("group", "latest"))
    voices = bylines_for(documents, reader)
    words = _words([document.pk for document in documents if document.is_page and parts[document.pk]])
    pages = _pages([(document.latest_id, parts[document.pk]) for document in documents if parts[document.pk]])
    return {
        (document.pk, parts[document.pk]): _shown(document, parts[document.pk], str(voice), pages, words)
        for document, voice in zip(documents, voices, strict=True)
    }


def _pages(asked: Sequence[tuple[int | None, int]]) -> dict[tuple[int, int], str]:
    """Return the texts of these pages, by version and number."""
    these = Q()
    for version, number in asked:
        these |= Q(preview__version=version, number=number)
    if not these:
        return {}
    rows = PreviewPage.objects.filter(these).values_list("preview__version", "number", LOOKED_AT)
    return {(version, number): text for version, number, text in rows}


def _words(documents: Sequence[int]) -> dict[int, str]:
    """Return what these pages say."""
    if not documents:
        return {}
    return dict(Written.objects.filter(pk__in=documents).values_list("pk", LOOKED_AT))


def _shown(
    document: Document, part: int, voice: str, pages: Mapping[tuple[int, int], str], words: Mapping[int, str]
) -> Shown:
    shown = Shown(
        title=document.title,
        url=document.get_absolute_url(),
        text=document.latest.file_name if document.latest else "",
        where=document.group.name,
        byline=voice,
    )
    if document.is_red:
        return replace(shown, text="")
    if not part or document.latest is None:
        return shown
    if document.is_page:
        write = reverse("pages:write", args=[document.group.slug, document.pk])
        return replace(shown, url=write, text=words.get(document.pk, ""))
    look = reverse("documents:look", args=[document.group.slug, document.pk, document.latest.number])
    return replace(
        shown,
        url=f"{look}?at={part}#page-{part}",
        text=pages.get((document.latest.pk, part), ""),
        page=part if document.latest.kind in PAGED or part > 1 else None,
    )


def document_doors(who: Who) -> Doors:
    """The same doors as to everything in a library, and besides the places of what reaches less far (`models.reach`)."""
    doors = content_doors(who)
    if who.pk is None:
        return doors
    return replace(
        doors,
        within=_joined(doors.within, _NARROW),
        floors=_joined(doors.floors, [own_floors(place) for place in (_INSIDE, _BESIDE_OBSERVERS)]),
        inside=_joined(doors.inside, _NARROW),
    )


_INSIDE = f"group_id * -2 - {Reach.PARTICIPANTS - 1}"
_BESIDE_OBSERVERS = f"group_id * -2 - {Reach.MEMBERS - 1}"
"""`place_of` in the database's words."""

_NARROW: list[Statement] = [
    (f"SELECT {_INSIDE} FROM own_places", []),  # noqa: S608 - our own names
    (f"SELECT {_BESIDE_OBSERVERS} FROM own_places WHERE role <> 'observer'", []),  # noqa: S608 - our own names
]


def _joined(first: Statement | None, more: Sequence[Statement]) -> Statement | None:
    """Return the statements as one, which gives what any of them gives."""
    if first is None:
        return None
    every = [first, *more]
    return " UNION ALL ".join(sql for sql, _params in every), [one for _sql, params in every for one in params]


def document_cards(document: Document) -> list[Card]:
    """Return all that the search holds of a document: itself, and the pages of its newest version."""
    cards = document.cards()
    if not cards or document.is_red:
        return cards
    if document.is_page:
        written = Written.objects.filter(document=document).exclude(text="").first()
        return [*cards, document.card(1, written.text)] if written else cards
    pages = PreviewPage.objects.filter(preview__version=document.latest_id).exclude(text="")
    return cards + [document.card(number, text) for number, text in pages.values_list("number", "text")]


DOCUMENTS = Source(
    label=Kind.DOCUMENT.label,
    rows=Document.objects.select_related("latest").all,
    cards=document_cards,
    doors=document_doors,
    show=show_documents,
    suggested=True,
    filters=(
        Filter("type", gettext_lazy("Type of document"), lambda: Type.choices),
        Filter("language", gettext_lazy("Language of the document"), language_choices),
        Filter("country", gettext_lazy("Country it is about"), country_choices),
        Filter("year", gettext_lazy("Year of the document")),
    ),
    portion=5,
)
