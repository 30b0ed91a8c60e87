"""Files on their way in: in chunks, from a script that can go on after a broken line."""

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from core.views import taken_body
from groups.documents import access, services, tasks
from groups.documents.forms import PlaceForm, StartForm
from groups.documents.library import Library
from groups.documents.models import Document, Upload, Version
from groups.documents.names import clean_file_name
from groups.documents.types import refuse_by_name
from groups.documents.views.frame import address, whole_number

STATUSES = {
    "malformed": 400,
    "forbidden": 403,
    "conflict": 409,
    "busy": 409,
    "same_name": 409,
    "same_content": 409,
    "other_file": 409,
    "says_who": 409,
    "upload_gone": 410,
    "storage_away": 503,
    "storage_full": 507,
    "library_full": 507,
}
MOST_LISTED = 100
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
    if isinstance(refusal, SameName | services.SameContent):
        found = refusal.document
        number = found.latest.number if found.latest else 0
        answer["document"] = {"id": found.pk, "title": found.title, "number": number}
        if isinstance(refusal, services.SameContent):
            answer["document"]["url"] = found.get_absolute_url()
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
        "held": version.is_held,
        "macros": version.macros,
        "url": reverse("documents:page", args=[group_slug, version.document_id]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Announce a file, or find where it stopped: 201 for a new upload, 200 for one that is known or done.

    GET names what the person has under way in this library, to be offered again after a page was closed.
    """
    if request.method != "POST":
        return _unfinished(access.library_for_writer(request.user, slug))
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
    document = access.document_to_change(library, data["document"]) if data["document"] else None
    folder = access.folder_to_fill(library, data["folder"])
    refuse_by_name(data["name"])
    folder = services.folder_at(library.group, below=folder, names=_names(sent.get("path")), by=by)
    if data["from_chat"] and folder is None and document is None:
        folder = services.chat_folder(library.group, by=by)
    if document is None and data["twin"] != "keep" and (twin := library.twin(folder, data["name"])):
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


@require_POST
@answered
def empty_folder(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the folder that `path` leads to, from `folder` on: of a folder sent whole, one that holds no file."""
    library = access.library_for_writer(request.user, slug)
    sent = _json(request)
    names = _names(sent.get("path"))
    form = PlaceForm(sent)
    if not names or not form.is_valid():
        raise Malformed(_("The folder was not announced rightly."))
    by = library.standing.speak(sent.get("as"))
    below = access.folder_to_fill(library, form.cleaned_data["folder"])
    return JsonResponse({"url": address(library, services.folder_at(library.group, below=below, names=names, by=by))})


def _unfinished(library: Library) -> JsonResponse:
    found = access.own_uploads(library).order_by("-active_at")[:MOST_LISTED]
    more = [{"name": one.file_name, "folder": one.folder_id, "document": one.document_id} for one in found]
    return JsonResponse({"uploads": [_under_way(one) | rest for one, rest in zip(found, more, strict=True)]})


def _names(sent: object) -> list[str]:
    """Return the names of the folders that lead to a file in a folder that is sent whole; most files have none."""
    if sent is None:
        return []
    if not isinstance(sent, list) or not all(isinstance(name, str) for name in sent) or len(sent) > MOST_LISTED:
        raise Malformed(_("The file was not announced rightly: %(fields)s.") % {"fields": "path"})
    return sent


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
        json.dumps(sent, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Malformed(_("The request could not be read.")) from error
    if not isinstance(sent, dict):
        raise Malformed(_("The request could not be read."))
    return sent


@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
@answered
def upload(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """PUT adds the bytes from `offset` on; DELETE forgets the upload, or says that it is done.

    GET says how much has arrived, with `?pieces` the SHA-256 of each 4 MB of it.
    """
    if request.method == "PUT":
        return _chunk(request, slug, key)
    library = access.library_for_writer(request.user, slug)
    under_way = access.own_uploads(library).filter(key=key).first()
    if under_way and request.method != "DELETE":
        known = {"pieces": services.pieces_of(under_way)} if "pieces" in request.GET else {}
        return JsonResponse(_under_way(under_way) | known)
    if under_way and services.abort_upload(under_way):
        return HttpResponse(status=204)
    return JsonResponse(_done(_version_made(library, key), slug))


def _chunk(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    found, _library = access.upload_of(request.user, slug, key)
    offset = whole_number(request.GET.get("offset", ""))
    if offset is None:
        raise Malformed(_("Say by “offset” where the chunk begins."))
    services.append_chunk(found, offset=offset, chunk=taken_body(request))
    return JsonResponse(_under_way(found))


@require_POST
@answered
def finish(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Show the file that has arrived whole; the same answer for every retry. `?accepted=1`: also where it names people.

    `?same=ask`: unless a document has the same content; then `?version_of=` makes it a version of one, of which
    `?base=` is the newest version that was seen.
    """
    library = access.library_for_writer(request.user, slug)
    under_way = access.own_uploads(library).filter(key=key).first()
    if under_way is None:
        return JsonResponse(_done(_version_made(library, key), slug))
    by = library.standing.speak(under_way.organisation_id)
    if of := whole_number(request.GET.get("version_of", "")):
        seen = whole_number(request.GET.get("base", ""))
        services.make_version_of(under_way, access.document_to_change(library, of), by=by, base=seen)
    accepted, keep_both = request.GET.get("accepted") == "1", request.GET.get("same") != "ask"
    version = services.finish_upload(under_way, by=by, accepted=accepted, keep_both=keep_both)
    return JsonResponse(_done(version, slug))


def _version_made(library: Library, key: uuid.UUID) -> Version:
    """Return what the person's upload has become, where they may still read it.

    To be asked when no upload is under way: the row of the one goes in the moment in which that of the other comes.
    """
    version = services.finished_version(library.standing.user.pk, key)
    if version is None or not library.documents.filter(pk=version.document_id).exists():
        raise Http404(access.NO_DOCUMENT)
    return version
