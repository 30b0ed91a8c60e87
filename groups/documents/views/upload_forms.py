"""Files sent by a plain form, whole, each by itself."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.listing import listed
from groups.documents import access, services, tasks
from groups.documents.forms import UploadForm, VersionForm
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Version
from groups.documents.names import clean_file_name
from groups.documents.views.documents import page_context
from groups.documents.views.frame import address, framed, whole_number
from partners.capacity import Capacity


@require_http_methods(["GET", "HEAD", "POST"])
def upload_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files in whole, each by itself: those that are refused do not hold up the others."""
    library = access.library_for_writer(request.user, slug)
    named = request.GET.get("folder", "")
    folder_id = whole_number(named)
    if named and folder_id is None:
        raise Http404(access.NO_DOCUMENT)
    folder = access.folder_to_fill(library, folder_id)
    form = (
        UploadForm(request.POST, request.FILES, library=library)
        if request.method == "POST"
        else UploadForm(library=library)
    )
    added: list[Version] = []
    if request.method == "POST" and form.is_valid():
        tasks.see_to_sweep()
        added = _take(form, library, folder)
        if added:
            _tell(request, added)
        if not form.errors:
            return redirect(added[0].document if len(added) == 1 else address(library, folder))
        form.renew_key()
    context = framed(library, folder, form=form, folder=folder, added=added, back=address(library, folder))
    return render(request, "documents/upload.html", context, status=422 if form.errors else 200)


def _take(form: UploadForm, library: Library, folder: Folder | None) -> list[Version]:
    """Add each file; what is refused stands as an error at the field, by name."""
    added = []
    for number, file in enumerate(form.cleaned_data["file"]):
        try:
            name = clean_file_name(file.name or "")
            twin = library.twin(folder, name) if form.cleaned_data["as_version"] else None
            # Each file of one sending has its own key, the same when the form is sent again.
            key = uuid.uuid5(form.cleaned_data["key"], f"{number}/{name}/{file.size}")
            original = form.cleaned_data.get("original", "")
            added.append(
                _add(
                    library,
                    file,
                    by=form.capacity,
                    key=key,
                    folder=folder,
                    document=twin,
                    original=original,
                    accepted=form.cleaned_data["accepted"],
                    keep_both=form.cleaned_data["keep_both"],
                )
            )
        except DomainError as refusal:
            form.add_error("file", refusal.message)
    return added


def _add(
    library: Library,
    file: UploadedFile,
    *,
    by: Capacity,
    key: uuid.UUID,
    folder: Folder | None = None,
    document: Document | None = None,
    **more: Any,
) -> Version:
    return services.add_file(
        library.group, file, by=by, key=key, file_name=file.name or "", folder=folder, document=document, **more
    )


def _tell(request: HttpRequest, added: list[Version]) -> None:
    if len(added) == 1 and added[0].number > 1:
        text = _("Version %(number)d of “%(title)s” is here.")
        messages.success(request, text % {"number": added[0].number, "title": added[0].document.title})
        return
    text = ngettext("%(count)d document is here: %(titles)s.", "%(count)d documents are here: %(titles)s.", len(added))
    titles = listed(f"“{version.document.title}”" for version in added)
    messages.success(request, text % {"count": len(added), "titles": titles})


@require_http_methods(["GET", "HEAD", "POST"])
def version_form(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Take a new version of a document."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    if request.method != "POST":
        return redirect(document)
    form = VersionForm(request.POST, request.FILES, library=library, auto_id="version_%s")
    if form.is_valid():
        tasks.see_to_sweep()
        data = form.cleaned_data
        try:
            version = _add(
                library,
                data["file"][0],
                by=form.capacity,
                key=data["key"],
                document=document,
                base=data["base"],
                note=data["note"],
                original=data.get("original", ""),
                accepted=data["accepted"],
            )
        except DomainError as refusal:
            form.add_error("file", refusal.message)
        else:
            _tell_version(request, version)
            return redirect(document)
        form.renew_key()
    return render(
        request, "documents/page.html", page_context(request, document, library, new_version=form), status=422
    )


def _tell_version(request: HttpRequest, version: Version) -> None:
    if version.missed:
        messages.warning(
            request,
            _("Somebody else saved a version meanwhile. Both are kept: yours is version %(number)d. Compare them.")
            % {"number": version.number},
        )
    else:
        messages.success(request, _("Version %(number)d is here.") % {"number": version.number})
