"""The library: its top, its folders, its trash."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from groups.bylines import bylines
from groups.documents import access
from groups.documents.forms import FolderNameForm, MoveForm, UploadForm
from groups.documents.library import Library
from groups.documents.listing import ORDERS, shelves, stretch_of
from groups.documents.models import Document, Folder
from groups.documents.models.space import space_of
from groups.documents.recent import opened_by
from groups.documents.record_forms import FilterForm
from groups.documents.views.frame import framed, whole_number
from groups.standing import Standing

PAGE = 50


@require_safe
def top(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what lies at the library's top."""
    library = access.library_for_reader(request.user, slug)
    return _shelf(request, library, None)


@require_safe
def folder(request: HttpRequest, slug: str, folder_id: int) -> HttpResponse:
    """Show what lies in a folder."""
    library = access.library_for_reader(request.user, slug)
    return _shelf(request, library, access.folder_in(library, folder_id))


def _shelf(request: HttpRequest, library: Library, here: Folder | None) -> HttpResponse:
    order = request.GET.get("sort", "")
    order = order if order in ORDERS else "name"
    filters = FilterForm(request.GET)
    narrowed = filters.chosen
    where = narrowed or {"folder": here}
    stretch = stretch_of(library.documents.filter(**where), order, whole_number(request.GET.get("after", "")))
    inside = library.inside(here) if stretch.is_first and not narrowed else []
    context = framed(
        library,
        here.parent if here and here.parent_id in library.folders else None,
        folder=here,
        folders=shelves(library, inside),
        filters=filters,
        narrowed=bool(narrowed),
        stretch=stretch,
        rows=listed(stretch.rows, library.standing),
        order=order,
        choosing=stretch.count + len(inside) > 1,
        space=space_of(library.group) if library.standing.may_upload else None,
        may_write=library.may_write(here),
        narrowing=bool(narrowed) or "narrow" in request.GET,
        opened=opened_by(request.user, group=library.group) if here is None and not narrowed else [],
        is_empty=not narrowed and not stretch.count and not library.inside(here),
        **_forms(library, here),
    )
    return render(request, "documents/library.html", context)


def _forms(library: Library, here: Folder | None) -> dict[str, Any]:
    """Return the forms of who may write here."""
    if not library.may_write(here):
        return {}
    found: dict[str, Any] = {
        "upload": UploadForm(library=library, auto_id="upload_%s"),
        "upload_action": reverse("documents:upload", args=[library.group.slug])
        + (f"?folder={here.pk}" if here else ""),
    }
    if here and library.may_arrange(here):
        found["rename"] = FolderNameForm(initial={"name": here.name, "was": here.name}, auto_id="rename_%s")
        initial = {"folder": here.parent_id or ""}
        found["move"] = MoveForm(library=library, apart_from=here, initial=initial, auto_id="move_%s")
    return found


def listed(documents: "Sequence[Document] | Page", standing: Standing) -> list[dict[str, Any]]:
    """Return the rows of a list: each document and who gave its newest version, in a fixed number of queries."""
    rows: list[Document] = list(documents)
    for document in rows:
        document.group = standing.group
    newest = [document.latest for document in rows if document.latest]
    for document, version in zip(rows, newest, strict=True):
        version.document = document
    spoken = bylines(newest, standing)
    return [{"document": document, "by": by} for document, by in zip(rows, spoken, strict=True)]


@require_safe
def trash(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the person may take out of the trash."""
    library = access.library_for_writer(request.user, slug)
    found = access.trash_for(library.standing).for_display().order_by("-deleted_at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = framed(library, None, page=page, rows=listed(page, library.standing))
    return render(request, "documents/trash.html", context)
