"""Several documents at once: looked at, downloaded together, moved, put in the trash."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from groups.documents import access, services
from groups.documents.audience import audience_of
from groups.documents.forms import MoveForm
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Reach
from groups.documents.names import attachment
from groups.documents.selection import Selection, zipped
from groups.documents.views.files import away, inert
from groups.documents.views.frame import address, framed, whole_number
from groups.documents.views.library import listed


def _ids(sent: QueryDict, name: str) -> list[int]:
    return [found for one in sent.getlist(name) if (found := whole_number(one)) is not None]


def _chosen(library: Library, sent: QueryDict) -> Selection:
    return Selection.of(library, documents=_ids(sent, "document"), folders=_ids(sent, "whole"))


@require_safe
def selection(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was chosen, and what may be done with it."""
    library = access.library_for_reader(request.user, slug)
    return _page(request, library, _chosen(library, request.GET))


def _page(request: HttpRequest, library: Library, chosen: Selection, **more: Any) -> HttpResponse:
    first = next(iter(chosen.documents), None)
    here = library.folders.get(first.folder_id) if first and first.folder_id else None
    size, refusal = 0, ""
    try:
        size = sum(version.size for _name, version in chosen.files())
    except DomainError as too_much:
        refusal = too_much.message
    context = framed(
        library,
        here,
        chosen=chosen,
        rows=listed(chosen.documents, library.standing),
        size=size,
        has_red=any(one.is_red for one in chosen.every),
        has_macros=any(one.latest and one.latest.macros for one in chosen.every),
        has_held=any(one.latest and one.latest.is_held for one in chosen.every),
        refusal=refusal,
        query=_query(chosen),
        may_delete=[one for one in chosen.documents if access.may_delete(one, library)],
        back=address(library, here),
        **(more or {"move": MoveForm(library=library, auto_id="move_%s")}),
    )
    return render(request, "documents/selection.html", context, status=422 if more else 200)


def _query(chosen: Selection) -> str:
    query = QueryDict(mutable=True)
    query.setlist("document", [str(one.pk) for one in chosen.documents])
    query.setlist("whole", [str(one.pk) for one in chosen.folders])
    return query.urlencode()


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the newest versions of all that was chosen as one archive, made while it goes; what is not in it is named there."""
    library = access.library_for_reader(request.user, slug)
    chosen = _chosen(library, request.GET)
    if chosen.is_empty:
        raise Http404(access.NO_DOCUMENT)
    try:
        files = chosen.files()
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(f"{reverse('documents:selection', args=[slug])}?{_query(chosen)}")
    try:
        pieces = zipped(files)
    except OSError:
        return away()
    body = _for_loop(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body)
    response["Content-Disposition"] = attachment(f"documents-{timezone.localdate():%Y-%m-%d}.zip")
    return inert(response, "application/zip")


async def _for_loop(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make the next piece when the one before has gone, beside the event loop."""
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


@require_POST
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """Put all that was chosen into one folder; what cannot go there is named and stays where it is."""
    library = access.library_for_writer(request.user, slug)
    chosen = _chosen(library, request.POST)
    form = MoveForm(request.POST, library=library, auto_id="move_%s")
    if not form.is_valid():
        return _page(request, library, chosen, move=form)
    to: Folder | None = form.cleaned_data["folder"]
    by, moved = library.standing.capacities[0], 0
    acts: list[tuple[Folder | Document, Callable[[], Folder | Document]]] = [
        (one, partial(services.move_folder, one, parent=to, by=by, widen=form.widens)) for one in chosen.folders
    ]
    acts += [
        (one, partial(services.move_document, one, folder=to, by=by, widen=form.widens)) for one in chosen.documents
    ]
    waiting: list[Folder | Document] = []
    for one, act in acts:
        try:
            act()
            moved += 1
        except services.Widens as refusal:
            waiting.append(one)
            form.ask_to_widen(refusal.question)
        except DomainError as refusal:
            messages.error(request, f"{one}: {refusal.message}")
    if moved:
        text = ngettext("%(count)d moved.", "%(count)d moved.", moved) % {"count": moved}
        words = {"audience": audience_of(library.group, to.reach if to else Reach.READERS).words}
        messages.success(request, f"{text} {_('Who sees it there: %(audience)s.') % words}")
    if waiting:
        form.add_error("folder", _("More people would see these there than do now."))
        left = Selection(
            library,
            [one for one in waiting if isinstance(one, Document)],
            [one for one in waiting if isinstance(one, Folder)],
        )
        return _page(request, library, left, move=form)
    return redirect(address(library, to))


@require_POST
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the documents that were chosen in the trash; those that the person may not are named and stay."""
    library = access.library_for_writer(request.user, slug)
    chosen = _chosen(library, request.POST)
    gone = 0
    for document in chosen.documents:
        try:
            services.delete_document(document, by=library.standing.capacities[0])
            gone += 1
        except DomainError as refusal:
            messages.error(request, f"{document}: {refusal.message}")
    if gone:
        text = ngettext("%(count)d document is in the trash.", "%(count)d documents are in the trash.", gone)
        messages.success(request, text % {"count": gone})
    folder = chosen.documents[0].folder if chosen.documents else None
    return redirect(address(library, folder if folder and folder.pk in library.folders else None))
