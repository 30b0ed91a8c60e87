"""Who wrote what in a page, for which organisation, and when."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.bylines import Byline, bylines
from groups.documents.views.frame import framed
from groups.pages import access
from groups.pages.changes import words_of
from groups.pages.models import Chapter
from groups.pages.services.settling import unwritten_chapters

PER_PAGE = 20
PIECES = 40
PIECE_LENGTH = 600


@dataclass(frozen=True)
class Part:
    """One chapter as it is shown: who, when, the words put in, and how many signs were taken away."""

    chapter: Chapter
    by: Byline
    pieces: list[str]
    more: bool
    taken: int


@require_safe
def history(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Show the chapters of a page, the newest first; before the first of them what is not yet put together."""
    page, library = access.page_for_reader(request.user, slug, document_id)
    listed = Paginator(page.chapters.all(), PER_PAGE).get_page(request.GET.get("page"))
    chapters = [*(unwritten_chapters(page) if listed.number == 1 else ()), *listed]
    voices = bylines(chapters, library.standing)
    parts = [_part(chapter, by) for chapter, by in zip(chapters, voices, strict=True)]
    document = page.document
    context = framed(library, document.folder, document=document, parts=parts, page=listed)
    return render(request, "pages/history.html", context)


def _part(chapter: Chapter, by: Byline) -> Part:
    pieces, taken = words_of(bytes(chapter.data))
    shown = [piece if len(piece) <= PIECE_LENGTH else f"{piece[:PIECE_LENGTH]}…" for piece in pieces[:PIECES]]
    return Part(chapter, by, shown, len(pieces) > PIECES, taken)
