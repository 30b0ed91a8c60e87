"""Documents: to list, read and download, and to send in chunks."""

import uuid
from typing import Annotated, Literal

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from api.access import Caller, needs
from api.paging import PAGE, Page, Place, cut, page_of
from api.problems import Refusal, blaming
from api.routes.answers import answers
from api.routes.threads import Key
from api.shapes.common import Speaker
from api.shapes.documents import DocumentFull, DocumentOut, HoldOut, UploadIn, UploadOut, VersionOut
from core.errors import Conflict
from core.markdown import clean
from core.views import taken_body
from groups.bylines import bylines
from groups.documents import access, services, tasks
from groups.documents.library import Library
from groups.documents.models import Version
from groups.documents.names import clean_file_name
from groups.documents.views.files import given

router = Router(tags=["documents"])

LIBRARY = "/groups/{slug:slug}/documents"
UPLOADS = "/groups/{slug:slug}/uploads"
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    LIBRARY,
    auth=needs("documents:read"),
    response=answers(200, Page[DocumentOut]),
    summary="List a group's documents",
)
def list_documents(
    request: Caller,
    slug: str,
    place: Place = PAGE,
    folder: Annotated[int | None, Query(None, ge=1, le=2**63 - 1, description="Only those in this folder.")] = None,
) -> Page[DocumentOut]:
    """The documents that the owner may read, in all folders or in one, those added last first."""
    library = access.library_for_reader(request.user, slug)
    documents = library.documents.for_display()
    if folder is not None:
        documents = documents.filter(folder=access.folder_in(library, folder))
    rows, following = cut(page_of(documents, place, newest=True), place, lambda one: one.pk)
    latest = [one.latest for one in rows if one.latest]
    said = bylines(latest, library.standing)
    for document in rows:
        document.group = library.group
    items = [DocumentOut.of(one, byline, slug) for one, byline in zip(rows, said, strict=True)]
    return Page[DocumentOut](items=items, next=following)


@router.get(
    f"{LIBRARY}/{{int:document_id}}",
    auth=needs("documents:read"),
    response=answers(200, DocumentFull),
    summary="Read a document's record",
)
def read_document(request: Caller, slug: str, document_id: int) -> DocumentFull:
    """A document and its versions."""
    document, library = access.document_for_reader(request.user, slug, document_id)
    versions = list(document.versions.select_related("scan"))
    held = services.still_held(document)
    said = bylines([*versions, *([held] if held else [])], library.standing)
    shown = [VersionOut.of(one, byline, slug) for one, byline in zip(versions, said, strict=False)]
    hold = HoldOut(by=Speaker.of(said[-1]), until=held.until, note=held.note) if held else None
    record = DocumentOut.of(document, said[0], slug)
    return DocumentFull(**{**dict(record), "latest": shown[0], "versions": shown, "hold": hold})


@router.get(
    f"{LIBRARY}/{{int:document_id}}/versions/{{int:number}}/content",
    auth=needs("documents:read"),
    response=answers(200, None, 206, 403, 416),
    summary="Download a version",
    openapi_extra={
        "responses": {200: {"description": "The bytes.", "content": {"*/*": BYTES["application/octet-stream"]}}}
    },
)
def read_content(
    request: Caller, slug: str, document_id: int, number: int, macros: Literal["", "accepted"] = ""
) -> HttpResponseBase:
    """The bytes of a version, whole or the range that is asked for; of one that carries macros, where that is accepted."""
    version = access.version_for_reader(request.user, slug, document_id, number)
    if version.document.is_red:
        raise Refusal(403, _("It is marked red: it is downloaded on its page, where each download is recorded."))
    if version.macros and not macros:
        raise Refusal(403, _("It carries macros, which can run. Ask for it with macros=accepted."))
    return given(request, version)


@router.post(
    UPLOADS,
    auth=needs("documents:write"),
    response=answers(200, UploadOut, 409, 507),
    summary="Announce a file",
)
def start_upload(request: Caller, slug: str, payload: UploadIn, key: Key) -> UploadOut:
    """Announce a file, or find where it stopped: then send its bytes in chunks, and finish."""
    library = access.library_for_writer(request.user, slug)
    name = clean_file_name(payload.name)
    if version := services.known_version(
        request.user.pk,
        key,
        group_id=library.group.pk,
        document_id=payload.document,
        file_name=name,
        size=payload.size,
    ):
        return UploadOut.finished(version)
    by = library.standing.speak(payload.organisation)
    with blaming("size"):
        upload = services.start_upload(
            library.group,
            by=by,
            key=key,
            file_name=name,
            size=payload.size,
            folder=access.folder_to_fill(library, payload.folder),
            document=access.document_to_change(library, payload.document) if payload.document else None,
            base=payload.base,
            note=" ".join(clean(payload.note).split()),
        )
    tasks.see_to_sweep()
    return UploadOut.under_way(upload)


@router.get(
    f"{UPLOADS}/{{uuid:key}}",
    auth=needs("documents:write"),
    response=answers(200, UploadOut),
    summary="See how far an upload is",
)
def read_upload(request: Caller, slug: str, key: uuid.UUID) -> UploadOut:
    """How much of a file has arrived, or what it has become."""
    library = access.library_for_writer(request.user, slug)
    if under_way := access.own_uploads(library).filter(key=key).first():
        return UploadOut.under_way(under_way)
    return UploadOut.finished(_made(library, key))


@router.put(
    f"{UPLOADS}/{{uuid:key}}",
    auth=needs("documents:write"),
    response=answers(200, UploadOut, 409, 410, 413, 507),
    summary="Send a chunk",
    openapi_extra={"requestBody": {"required": True, "content": BYTES}},
)
def send_chunk(
    request: Caller,
    slug: str,
    key: uuid.UUID,
    offset: Annotated[int, Query(..., ge=0, le=2**53, description="Where in the file the chunk begins.")],
) -> UploadOut:
    """Add bytes from `offset` on, at most 4 MiB. What has arrived before is passed over."""
    upload, _library = access.upload_of(request.user, slug, key)
    try:
        chunk = taken_body(request)
    except RequestDataTooBig:
        raise Refusal(413, _("Send at most 4 MiB at once."), errors=[("body", _("This is too much."))]) from None
    with blaming("body"):
        try:
            services.append_chunk(upload, offset=offset, chunk=chunk)
        except Conflict as conflict:
            there = _("%(received)s bytes are here: send on from there.") % {"received": conflict.current}
            raise Refusal(409, conflict.message, errors=[("offset", there)]) from None
    return UploadOut.under_way(upload)


@router.post(
    f"{UPLOADS}/{{uuid:key}}/finish",
    auth=needs("documents:write"),
    response=answers(200, UploadOut, 409, 410, 507),
    summary="Finish an upload",
)
def finish_upload(
    request: Caller,
    slug: str,
    key: uuid.UUID,
    accepted: Annotated[
        bool, Query(description="Share it also where it says of people more than its text, or loses its signature.")
    ] = False,
) -> UploadOut:
    """Show the file that has arrived whole in the library; the same answer for every retry.

    One that says of people more than its text, or whose signature goes with its author, is shown once that is accepted.
    """
    library = access.library_for_writer(request.user, slug)
    under_way = access.own_uploads(library).filter(key=key).first()
    if under_way is None:
        return UploadOut.finished(_made(library, key))
    by = library.standing.speak(under_way.organisation_id)
    with blaming("body"):
        return UploadOut.finished(services.finish_upload(under_way, by=by, accepted=accepted))


@router.delete(
    f"{UPLOADS}/{{uuid:key}}",
    auth=needs("documents:write"),
    response=answers(204, None, 409),
    summary="Cancel an upload",
)
def cancel_upload(request: Caller, slug: str, key: uuid.UUID) -> Status[None]:
    """Forget a file that has not arrived whole; one that is in the library stays there."""
    library = access.library_for_writer(request.user, slug)
    under_way = access.own_uploads(library).filter(key=key).first()
    if under_way is None or not services.abort_upload(under_way):
        _made(library, key)
        raise Refusal(409, _("This upload is finished: the document is in the library."))
    return Status(204, None)


def _made(library: Library, key: uuid.UUID) -> Version:
    """Return what the person's upload has become, where they may still read it."""
    version = services.finished_version(library.standing.user.pk, key)
    if version is None or not library.documents.filter(pk=version.document_id).exists():
        raise Http404(access.NO_DOCUMENT)
    return version
