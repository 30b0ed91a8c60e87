"""Files on their way in: in chunks from a script that can go on after a broken line, or by a plain form."""

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from groups.documents import access, services, tasks
from groups.documents.forms import StartForm, UploadForm, VersionForm
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.names import clean_file_name
from groups.documents.views.documents import page_context
from groups.documents.views.frame import address, framed
from partners.capacity import Capacity

STATUSES = {
    "malformed": 400,
    "forbidden": 403,
    "conflict": 409,
    "busy": 409,
    "same_name": 409,
    "other_file": 409,
    "upload_gone": 410,
    "storage_full": 507,
}
View = Callable[..., HttpResponse]


class Malformed(DomainError):
    """The request is not what this address takes."""

    code = "malformed"


class SameName(DomainError):
    """A document of this file name is in the folder already: a new version of it, or a second document?"""

    code = "same_name"

    def __init__(self, document: Document) -> None:
        super().__init__(_("There is a document of this name here already."))
        self.document = document


def answered(view: View) -> View:
    """Turn a refusal into JSON: `error` for the script, `message` for the person."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RequestDataTooBig:
            return JsonResponse({"error": "too_large", "message": _("The chunk is too large.")}, status=413)
        except DomainError as refusal:
            return _refused(refusal)

    return inner


def _refused(refusal: DomainError) -> JsonResponse:
    answer: dict[str, Any] = {"error": refusal.code, "message": refusal.message}
    if isinstance(refusal, Conflict) and isinstance(refusal.current, int):
        answer["received"] = refusal.current
    if isinstance(refusal, SameName):
        latest = refusal.document.latest
        number = latest.number if latest else 0
        answer["document"] = {"id": refusal.document.pk, "title": refusal.document.title, "number": number}
    return JsonResponse(answer, status=STATUSES.get(refusal.code, 422))


def _under_way(upload: Upload) -> dict[str, Any]:
    return {"key": str(upload.key), "received": upload.received, "size": upload.size, "done": False}


def _done(version: Version, group_slug: str) -> dict[str, Any]:
    return {
        "key": str(version.key),
        "received": version.size,
        "size": version.size,
        "done": True,
        "id": version.document_id,
        "title": version.document.title,
        "number": version.number,
        "missed": version.missed,
        "url": reverse("documents:page", args=[group_slug, version.document_id]),
    }


# --- From a script, in chunks -----------------------------------------------------------------------------------------


@require_POST
@answered
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Announce a file, or find where it stopped: 201 for a new upload, 200 for one that is known or done."""
    library = access.library_for_writer(request.user, slug)
    sent = _json(request)
    if not isinstance(sent.get("name"), str):
        raise Malformed(_("The file was not announced rightly: %(fields)s.") % {"fields": "name"})
    sent["name"] = clean_file_name(sent["name"])
    form = StartForm(sent)
    if not form.is_valid():
        raise Malformed(_("The file was not announced rightly: %(fields)s.") % {"fields": ", ".join(form.errors)})
    data = form.cleaned_data
    if version := services.known_version(
        library.standing.user.pk,
        data["key"],
        group_id=library.group.pk,
        document_id=data["document"],
        file_name=data["name"],
        size=data["size"],
    ):
        return JsonResponse(_done(version, slug))
    by = library.standing.speak(sent.get("as"))
    document = access.document_in(library, data["document"]) if data["document"] else None
    folder = access.folder_in(library, data["folder"])
    if data["from_chat"] and folder is None and document is None:
        folder = services.chat_folder(library.group, by=by)
    if document is None and data["twin"] != "keep" and (twin := _twin(library, folder, data["name"])):
        raise SameName(twin)
    upload = services.start_upload(
        library.group,
        by=by,
        key=data["key"],
        file_name=data["name"],
        size=data["size"],
        folder=folder,
        document=document,
        base=data["base"],
        note=data["note"],
        original=data["original"],
    )
    tasks.see_to_sweep()
    return JsonResponse(_under_way(upload), status=200 if upload.received else 201)


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
        json.dumps(sent, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Malformed(_("The request could not be read.")) from error
    if not isinstance(sent, dict):
        raise Malformed(_("The request could not be read."))
    return sent


def _twin(library: Library, folder: Folder | None, file_name: str) -> Document | None:
    """Return the document in the folder whose newest version has this file name."""
    found = library.documents.filter(folder=folder, latest__file_name__iexact=file_name)
    return found.select_related("latest").order_by("-changed_at").first()


@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
@answered
def upload(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """GET says how much has arrived; PUT adds the bytes from `offset` on; DELETE forgets the upload, or says that it is done."""
    if request.method == "PUT":
        return _chunk(request, slug, key)
    library = access.library_for_writer(request.user, slug)
    under_way = access.own_uploads(library).filter(key=key).first()
    if under_way and request.method != "DELETE":
        return JsonResponse(_under_way(under_way))
    if under_way and services.abort_upload(under_way):
        return HttpResponse(status=204)
    return JsonResponse(_done(_version_made(library, key), slug))


def _chunk(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    found, _library = access.upload_of(request.user, slug, key)
    offset = _number(request.GET.get("offset", ""))
    if offset is None:
        raise Malformed(_("Say by “offset” where the chunk begins."))
    services.append_chunk(found, offset=offset, chunk=request.body)
    return JsonResponse(_under_way(found))


def _number(text: str) -> int | None:
    """Return the whole number that an address names, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@require_POST
@answered
def finish(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Show the file that has arrived whole; the same answer for every retry."""
    library = access.library_for_writer(request.user, slug)
    under_way = access.own_uploads(library).filter(key=key).first()
    if under_way is None:
        return JsonResponse(_done(_version_made(library, key), slug))
    by = library.standing.speak(under_way.organisation_id)
    return JsonResponse(_done(services.finish_upload(under_way, by=by), slug))


def _version_made(library: Library, key: uuid.UUID) -> Version:
    """Return what the person's upload has become, where they may still read it.

    To be asked when no upload is under way: the row of the one goes in the moment in which that of the other comes.
    """
    version = services.finished_version(library.standing.user.pk, key)
    if version is None or not library.documents.filter(pk=version.document_id).exists():
        raise Http404(access.NO_DOCUMENT)
    return version


# --- From a plain form ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def upload_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files in whole, each by itself: those that are refused do not hold up the others."""
    library = access.library_for_writer(request.user, slug)
    named = request.GET.get("folder", "")
    folder_id = _number(named)
    if named and folder_id is None:
        raise Http404(access.NO_DOCUMENT)
    folder = access.folder_in(library, folder_id)
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
            twin = _twin(library, folder, name) if form.cleaned_data["as_version"] else None
            # Each file of one sending has its own key, the same when the form is sent again.
            key = uuid.uuid5(form.cleaned_data["key"], f"{number}/{name}/{file.size}")
            original = form.cleaned_data.get("original", "")
            added.append(
                _add(library, file, by=form.capacity, key=key, folder=folder, document=twin, original=original)
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
    titles = ", ".join(f"“{version.document.title}”" for version in added)
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
