"""Bookmarks: marking posts, threads and documents, and one's own list of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from discussions import access, services
from discussions.bookmarked import readable
from discussions.forms_of_own import NoteForm
from discussions.models import Bookmark, Post, Thread
from discussions.views.requests import person
from groups.documents.access import document_for_reader
from groups.documents.models import Document

SIZE = 50


def _mark(request: HttpRequest, thing: Post | Thread | Document) -> HttpResponse:
    on = "on" in request.POST
    services.bookmark(person(request), thing, on=on)
    messages.success(request, _("Bookmarked: you find it under Bookmarks.") if on else _("The bookmark is gone."))
    return redirect(thing)


@login_required
@require_POST
def thread_bookmark(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Mark a thread for oneself (`on`), or take the mark away."""
    thread, _standing = access.thread_for_reader(request.user, slug, thread_id)
    return _mark(request, thread)


@login_required
@require_POST
def post_bookmark(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Mark a post for oneself (`on`), or take the mark away."""
    post, _standing = access.post_for_reader(request.user, slug, thread_id, number)
    return _mark(request, post)


@login_required
@require_POST
def document_bookmark(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Mark a document for oneself (`on`), or take the mark away."""
    document, _library = document_for_reader(request.user, slug, document_id)
    return _mark(request, document)


@login_required
@require_safe
def bookmark_list(request: HttpRequest) -> HttpResponse:
    """Show the person's own bookmarks, the newest first; what they may not read any more is not among them."""
    page = Paginator(Bookmark.objects.filter(user=person(request)).order_by("-created_at", "-pk"), SIZE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "rows": readable(list(page.object_list), person(request))}
    return render(request, "discussions/bookmarks.html", context)


def _own(request: HttpRequest, pk: int) -> Bookmark:
    found = Bookmark.objects.filter(pk=pk, user=person(request)).first()
    if found is None or not readable([found], person(request)):
        raise Http404(access.NO_THREAD)
    return found


@login_required
@require_POST
def bookmark_note(request: HttpRequest, bookmark_id: int) -> HttpResponse:
    """Keep a note beside a bookmark."""
    found = _own(request, bookmark_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        services.annotate_bookmark(found, note=form.cleaned_data["note"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, str(form.errors["note"][0]))
    return redirect("bookmarks:list")


@login_required
@require_POST
def bookmark_remove(request: HttpRequest, bookmark_id: int) -> HttpResponse:
    """Take a bookmark away."""
    _own(request, bookmark_id).delete()
    messages.success(request, _("The bookmark is gone."))
    return redirect("bookmarks:list")
