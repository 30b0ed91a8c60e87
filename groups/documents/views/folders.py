"""Folders made, renamed, moved and removed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from groups.documents import access, services
from groups.documents.forms import FolderForm, FolderNameForm, MoveForm, RightsForm
from groups.documents.views.frame import address, form_page, tell_place

either = require_http_methods(["GET", "HEAD", "POST"])


@either
def folder_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a folder."""
    library = access.library_for_writer(request.user, slug)
    sent = request.POST if request.method == "POST" else None
    parent = request.GET.get("parent", "")
    form = FolderForm(sent, library=library, initial={"parent": parent})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.create_folder(
                library.group, parent=data["parent"], name=data["name"], by=form.capacity, key=data["key"]
            )
            return redirect("documents:folder", slug, made.pk)
        except DomainError as refusal:
            form.add_error("name", refusal.message)
    return form_page(
        request, library, None, form, title=_("New folder"), action=_("Make the folder"), back=address(library)
    )


@either
def folder_rename(request: HttpRequest, slug: str, folder_id: int) -> HttpResponse:
    """Give a folder another name."""
    library, folder = access.folder_for_writer(request.user, slug, folder_id)
    sent = request.POST if request.method == "POST" else None
    form = FolderNameForm(sent, initial={"name": folder.name, "was": folder.name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.rename_folder(
                folder, name=data["name"], was=data["was"] or None, by=library.standing.capacities[0]
            )
            return redirect("documents:folder", slug, folder.pk)
        except Conflict as conflict:
            form.data = {**request.POST.dict(), "was": str(conflict.current or "")}
            form.add_error("name", conflict.message)
        except DomainError as refusal:
            form.add_error("name", refusal.message)
    back = address(library, folder)
    return form_page(request, library, folder, form, title=_("Rename the folder"), action=_("Rename"), back=back)


@either
def folder_move(request: HttpRequest, slug: str, folder_id: int) -> HttpResponse:
    """Put a folder, with what it holds, into another one."""
    library, folder = access.folder_for_writer(request.user, slug, folder_id)
    sent = request.POST if request.method == "POST" else None
    form = MoveForm(sent, library=library, apart_from=folder, initial={"folder": folder.parent_id or ""})
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.move_folder(
                folder,
                parent=form.cleaned_data["folder"],
                by=library.standing.capacities[0],
                widen=form.widens,
            )
            tell_place(request, library, moved.reach)
            return redirect("documents:folder", slug, folder.pk)
        except services.Widens as refusal:
            form.add_error("folder", refusal.message)
            form.ask_to_widen(refusal.question)
        except DomainError as refusal:
            form.add_error("folder", refusal.message)
    back = address(library, folder)
    return form_page(request, library, folder, form, title=_("Move the folder"), action=_("Move"), back=back)


@either
def folder_rights(request: HttpRequest, slug: str, folder_id: int) -> HttpResponse:
    """Say who writes in a folder and who sees it."""
    library, folder = access.folder_for_lead(request.user, slug, folder_id)
    form = RightsForm(request.POST if request.method == "POST" else None, initial={"rights": folder.rights})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_rights(
                folder, rights=form.cleaned_data["rights"], by=library.standing.leading[0], widen=form.widens
            )
            messages.success(request, _("Saved: it holds for all that lies in the folder."))
            return redirect("documents:folder", slug, folder.pk)
        except services.Widens as refusal:
            form.add_error("rights", refusal.message)
            form.ask_to_widen(refusal.question)
        except DomainError as refusal:
            form.add_error("rights", refusal.message)
    title, back = _("Who writes, and who sees it"), address(library, folder)
    text = _("It holds for all that lies in the folder, and for the folders in it, which may be narrower still.")
    return form_page(request, library, folder, form, title=title, action=_("Save"), back=back, text=text)


@require_POST
def folder_delete(request: HttpRequest, slug: str, folder_id: int) -> HttpResponse:
    """Remove an empty folder."""
    library, folder = access.folder_for_writer(request.user, slug, folder_id)
    try:
        services.delete_folder(folder, by=library.standing.capacities[0])
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("documents:folder", slug, folder.pk)
    messages.success(request, _("The folder “%(name)s” was removed.") % {"name": folder.name})
    parent = library.folders.get(folder.parent_id) if folder.parent_id else None
    return redirect(address(library, parent) if parent else reverse("documents:list", args=[slug]))
