"""The library: its top, its folders, its trash."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from groups.bylines import bylines
from groups.documents import access
from groups.documents.forms import FolderNameForm, MoveForm, UploadForm
from groups.documents.library import Library
from groups.documents.models import Document, Folder
from groups.documents.views.frame import framed
from groups.standing import Standing

PAGE = 50
ORDERS: dict[str, list[Any]] = {
    "name": [Lower("title").asc(), "pk"],
    "-name": [Lower("title").desc(), "-pk"],
    "changed": ["-changed_at", "-pk"],
    "-changed": ["changed_at", "pk"],
}


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
    found = library.documents.filter(folder=here).for_display().order_by(*ORDERS[order])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = framed(
        library,
        here.parent if here and here.parent_id in library.folders else None,
        folder=here,
        folders=_counted(library, library.inside(here)) if page.number == 1 else [],
        page=page,
        rows=listed(page, library.standing),
        order=order,
        choosing=page.paginator.count + len(library.inside(here)) > 1,
        may_write=library.may_write(here),
        is_empty=not page.paginator.count and not library.inside(here),
        **_forms(library, here),
    )
    return render(request, "documents/library.html", context)


def _counted(library: Library, folders: list[Folder]) -> list[dict[str, Any]]:
    """Return the folders with how many documents and folders lie in each, whatever their number in one query."""
    found = (
        library.documents.filter(folder__in=folders)
        .order_by()
        .values("folder")
        .annotate(Count("pk"), Max("changed_at"))
    )
    held: dict[Any, dict[str, Any]] = {row["folder"]: dict(row) for row in found}
    return [
        {
            "folder": one,
            "documents": held.get(one.pk, {}).get("pk__count", 0),
            "changed_at": held.get(one.pk, {}).get("changed_at__max"),
            "folders": len(library.inside(one)),
        }
        for one in folders
    ]


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
