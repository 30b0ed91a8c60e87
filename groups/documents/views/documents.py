"""The page of a document, and what is done there."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, DomainError
from groups.bylines import bylines
from groups.documents import access, services
from groups.documents.forms import CopyForm, HoldForm, MoveForm, RestoreForm, TitleForm, VersionForm
from groups.documents.library import Library
from groups.documents.models import Document, Preview, Version
from groups.documents.preview import preview_of
from groups.documents.views.frame import address, form_page, framed, tell_place

VERSIONS = 50
either = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def page(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Show a document: its newest version, the earlier ones, and what the reader may do with it."""
    document, library = access.document_for_reader(request.user, slug, document_id)
    return render(request, "documents/page.html", page_context(request, document, library))


def page_context(request: HttpRequest, document: Document, library: Library, **more: Any) -> dict[str, Any]:
    """Return what the page of the document shows."""
    newest = document.latest
    assert newest is not None
    found = Paginator(document.versions.select_related("author", "organisation", "scan"), VERSIONS)
    listed = found.get_page(request.GET.get("page"))
    versions = list(listed)
    for version in [newest, *versions]:
        version.document = document
    held = services.still_held(document)
    spoken = bylines([document, newest, *versions, *([held] if held else [])], library.standing)
    return framed(
        library,
        document.folder,
        document=document,
        newest=newest,
        first_by=spoken[0],
        newest_by=spoken[1],
        versions=[
            {"version": version, "by": by, "restore": _restore_form(document, version, library)}
            for version, by in zip(versions, spoken[2 : len(versions) + 2], strict=True)
        ],
        listed=listed,
        hold=held,
        held_by=spoken[-1] if held else None,
        may_change=library.may_write_to(document),
        may_release=held and (held.author_id == library.standing.user.pk or library.standing.may_moderate),
        preview=None if document.is_red else preview_of(newest),
        look=Preview.objects.filter(version=newest).first() or Preview(version=newest),
        may_delete=access.may_delete(document, library),
        may_copy=access.may_copy(document, library),
        **{**_forms(document, library), **more},
    )


def _forms(document: Document, library: Library) -> dict[str, Any]:
    if not library.may_write_to(document):
        return {}
    base = document.latest.number if document.latest else None
    place = document.folder_id if document.folder_id in library.folders else ""
    files = {
        "new_version": VersionForm(library=library, initial={"base": base}, auto_id="version_%s"),
        "take": HoldForm(auto_id="hold_%s"),
    }
    return {
        **({} if document.is_page else files),
        "rename": TitleForm(initial={"title": document.title, "was": document.title}, auto_id="rename_%s"),
        "move": MoveForm(library=library, initial={"folder": place}, auto_id="move_%s"),
    }


def _restore_form(document: Document, version: Version, library: Library) -> RestoreForm | None:
    newest = document.latest
    if not library.may_write_to(document) or document.is_page or newest is None or newest.number == version.number:
        return None
    return RestoreForm(library=library, initial={"base": newest.number}, auto_id=f"restore{version.number}_%s")


@either
def rename(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Give a document another title."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    sent = request.POST if request.method == "POST" else None
    form = TitleForm(sent, initial={"title": document.title, "was": document.title})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.rename_document(
                document, title=data["title"], was=data["was"] or None, by=library.standing.capacities[0]
            )
            return redirect(document)
        except Conflict as conflict:
            form.data = {**request.POST.dict(), "was": str(conflict.current or "")}
            form.add_error("title", conflict.message)
        except DomainError as refusal:
            form.add_error("title", refusal.message)
    back = document.get_absolute_url()
    title = _("Rename the document")
    return form_page(request, library, document.folder, form, title=title, action=_("Rename"), back=back)


@either
def move(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Put a document into another folder."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    sent = request.POST if request.method == "POST" else None
    form = MoveForm(sent, library=library, initial={"folder": document.folder_id or ""})
    if request.method == "POST" and form.is_valid():
        try:
            folder = form.cleaned_data["folder"]
            moved = services.move_document(
                document, folder=folder, by=library.standing.capacities[0], widen=form.widens
            )
            tell_place(request, library, moved.reach)
            return redirect(document)
        except services.Widens as refusal:
            form.add_error("folder", refusal.message)
            form.ask_to_widen(refusal.question)
        except DomainError as refusal:
            form.add_error("folder", refusal.message)
    back = document.get_absolute_url()
    title = _("Move the document")
    return form_page(request, library, document.folder, form, title=title, action=_("Move"), back=back)


@either
def copy(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Make a second document of the newest version."""
    document, library = access.document_to_copy(request.user, slug, document_id)
    sent = request.POST if request.method == "POST" else None
    form = CopyForm(sent, library=library, initial={"folder": document.folder_id or ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            by = library.standing.speak(data.get("as"))
            made = services.copy_document(document, folder=data["folder"], by=by, key=data["key"], widen=form.widens)
            tell_place(request, library, made.reach, _("This is the copy. Who sees it: %(audience)s."))
            return redirect("documents:page", slug, made.pk)
        except services.Widens as refusal:
            form.add_error("folder", refusal.message)
            form.ask_to_widen(refusal.question)
        except DomainError as refusal:
            form.add_error("folder", refusal.message)
    back, title = document.get_absolute_url(), _("Copy the document")
    text = _("The copy begins with the newest version, and with what is said of it.")
    return form_page(request, library, document.folder, form, title=title, action=_("Copy"), back=back, text=text)


@require_POST
def delete(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Put a document in the trash, and offer to put it back."""
    document, library = access.document_for_deleter(request.user, slug, document_id)
    try:
        services.delete_document(document, by=library.standing.capacities[0])
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(document)
    messages.success(request, render_to_string("documents/_deleted.html", {"document": document}, request))
    folder = document.folder if document.folder_id in library.folders else None
    return redirect(address(library, folder))


@either
def hold(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Take a document to work on it elsewhere."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.hold_document(document, by=library.standing.capacities[0], days=data["days"], note=data["note"])
            messages.success(request, _("It is yours for now. Your next version gives it back."))
            return redirect(document)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    back = document.get_absolute_url()
    title = _("Work on it elsewhere")
    text = _("Others see it, and add no version until you give it back, or the time is over.")
    return form_page(request, library, document.folder, form, title=title, action=_("Take it"), back=back, text=text)


@require_POST
def release(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Give a document back that was worked on elsewhere."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    try:
        services.release_document(document, by=library.standing.capacities[0])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect(document)


@require_POST
def put_back(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Take a document out of the trash."""
    document, library = access.trashed_document(request.user, slug, document_id)
    try:
        services.put_back(document, by=library.standing.capacities[0])
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("documents:list", slug)
    messages.success(request, _("“%(title)s” is back in its place.") % {"title": document.title})
    return redirect(document)


@require_POST
def restore(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponse:
    """Make an earlier version the newest."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    version = access.version_of(document, number)
    form = RestoreForm(request.POST, library=library)
    if not form.is_valid():
        text = _("Choose for which organisation you restore it.") if "as" in form.errors else _("Load the page again.")
        messages.error(request, text)
        return redirect(document)
    data = form.cleaned_data
    try:
        made = services.restore_version(
            document, number=version.number, base=data["base"], by=form.capacity, key=data["key"]
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(document)
    messages.success(
        request,
        _("Version %(old)d is the newest again, as version %(new)d.") % {"old": number, "new": made.number},
    )
    return redirect(document)
