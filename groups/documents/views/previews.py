"""Looking at a version without opening it: its pages as text and as pictures that we drew, behind the document's own door."""

from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups.documents import access
from groups.documents.comparing import changes_between
from groups.documents.forms import CompareForm
from groups.documents.models import Preview, PreviewPage
from groups.documents.views import files
from groups.documents.views.frame import framed, whole_number

WINDOW = 20


@require_safe
def look(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponse:
    """Show twenty pages: those among which the one that is asked for stands (`?at=`), else the first."""
    preview, library = access.preview_for_reader(request.user, slug, document_id, number)
    document = preview.version.document
    at = whole_number(request.GET.get("at", "")) or 1
    first = (at - 1) // WINDOW * WINDOW + 1
    seen = _seen(preview)
    context = framed(
        library,
        document.folder,
        document=document,
        version=preview.version,
        preview=preview,
        pages=preview.pages.filter(number__gte=first, number__lt=first + WINDOW) if preview.pk else [],
        page_name=_page_name(preview),
        first=first,
        seen=seen,
        count=max(preview.page_count, seen["last"]),
        before=first - WINDOW if first > 1 else None,
        after=first + WINDOW if seen["last"] >= first + WINDOW else None,
        at=at,
    )
    return render(request, "documents/look.html", context)


def _seen(preview: Preview) -> dict[str, int]:
    """Return the number of the last page of which something is kept, and how many of them have pictures and words."""
    pages = PreviewPage.objects.filter(preview=preview.pk)
    return pages.aggregate(
        last=Max("number", default=0), drawn=Count("pk", filter=~Q(path="")), written=Count("pk", filter=~Q(text=""))
    )


def _page_name(preview: Preview) -> str:
    """Return what a page of such a file is called."""
    if preview.version.kind in {"pptx", "odp"}:
        return _("Slide")
    return _("Sheet") if preview.version.kind in {"xlsx", "ods"} else _("Page")


@require_safe
def compare(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Show what changed in the words from one version to another: without a choice, from the one before the newest to it."""
    document, library = access.document_for_reader(request.user, slug, document_id)
    assert document.latest is not None
    form = CompareForm(request.GET if "new" in request.GET else None, newest=document.latest.number)
    old, new = form.chosen()
    before, after = (access.preview_of(access.version_of(document, number)) for number in (old, new))
    context = framed(
        library,
        document.folder,
        document=document,
        form=form,
        shown=[before, after],
        after=after,
        page_name=_page_name(after),
    )
    if before.has_text and after.has_text:
        context["changes"] = changes_between(before, after)
    return render(request, "documents/compare.html", context, status=422 if form.errors else 200)


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
