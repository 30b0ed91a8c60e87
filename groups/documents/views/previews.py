"""Looking at a version without opening it: its pages as text and as pictures that we drew, behind the document's own door."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups.documents import access
from groups.documents.views import files
from groups.documents.views.frame import framed

WINDOW = 20


@require_safe
def look(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponse:
    """Show twenty pages: those among which the one that is asked for stands (`?at=`), else the first."""
    preview, library = access.preview_for_reader(request.user, slug, document_id, number)
    document = preview.version.document
    asked = request.GET.get("at", "")
    at = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    first = max(at - 1, 0) // WINDOW * WINDOW + 1
    last = preview.pages.order_by("-number").values_list("number", flat=True).first() if preview.pk else None
    context = framed(
        library,
        document.folder,
        document=document,
        version=preview.version,
        preview=preview,
        pages=preview.pages.filter(number__gte=first, number__lt=first + WINDOW) if preview.pk else [],
        page_name=PAGE_NAMES.get(preview.version.kind, PAGE_NAMES["pdf"])(),
        first=first,
        last=last or 0,
        before=first - WINDOW if first > 1 else None,
        after=first + WINDOW if last and last >= first + WINDOW else None,
        at=at,
    )
    return render(request, "documents/look.html", context)


PAGE_NAMES = {
    "pdf": lambda: _("Page"),
    "pptx": lambda: _("Slide"),
    "odp": lambda: _("Slide"),
    "xlsx": lambda: _("Sheet"),
    "ods": lambda: _("Sheet"),
}


@require_safe
def picture(request: HttpRequest, slug: str, document_id: int, number: int, page: int) -> HttpResponseBase:
    """Give the picture of one page."""
    preview, _library = access.preview_for_reader(request.user, slug, document_id, number)
    path = preview.pages.filter(number=page).values_list("path", flat=True).first() if preview.pk else None
    return _given(path)


@require_safe
def thumbnail(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponseBase:
    """Give the small picture of the first page."""
    preview, _library = access.preview_for_reader(request.user, slug, document_id, number)
    return _given(preview.thumbnail)


def _given(path: str | None) -> HttpResponseBase:
    if not path:
        raise Http404(access.NO_DOCUMENT)
    return files.picture(path)
