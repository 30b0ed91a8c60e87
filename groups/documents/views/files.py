"""The bytes of a version, behind the same door as its page: always to be saved, never shown, so that nothing in them runs."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups.documents import access
from groups.documents.models import Version
from groups.documents.names import attachment

BLOCK = 128 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@require_safe
def download(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponseBase:
    """Give the version's bytes, whole or the range asked for; of one that is red or has macros, lead to where they are taken."""
    version = access.version_for_reader(request.user, slug, document_id, number)
    if version.document.is_red or (version.macros and not version.is_held):
        return redirect("documents:take", slug, document_id, number)
    return given(request, version)


def given(request: HttpRequest, version: Version, *, file_name: str = "") -> HttpResponseBase:
    """Give the bytes of a version that a door has let the person through to; those in which malware was found to nobody.

    They are saved as `file_name`, else as they are called in the group.
    """
    if version.is_held:
        raise PermissionDenied(_("Malware was found in this version. It is held back, and nobody can download it."))
    response = _handed_on(version.path) or _direct(request, version)
    response["Content-Disposition"] = attachment(file_name or version.file_name)
    response["ETag"] = f'"{version.sha256}"'
    return inert(response, version.content_type)


def picture(path: str) -> HttpResponseBase:
    """Give a picture that we drew ourselves, to be shown where it stands."""
    storage = storages["default"]
    response = _handed_on(path)
    if response is None:
        try:
            with storage.open(path, "rb") as file:
                response = HttpResponse(file.read())
        except FileNotFoundError as error:
            raise Http404(access.NO_DOCUMENT) from error
        except OSError:
            return away()
    return inert(response, "image/webp")


def away() -> HttpResponse:
    """Say that the place where files are kept does not answer now."""
    return HttpResponse(status=503, headers={"Retry-After": "30"})


def _handed_on(path: str) -> HttpResponseBase | None:
    """Return the answer that has the web server in front send a stored file, where there is one that does."""
    if settings.SERVE_FILES != "accel":
        return None
    return HttpResponse(headers={"X-Accel-Redirect": f"/_files/{path}"})


def inert(response: HttpResponseBase, content_type: str) -> HttpResponseBase:
    """Set the headers that keep bytes from outside inert and private."""
    headers = {
        "Content-Type": content_type,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store, private",
    }
    for name, value in headers.items():
        response[name] = value
    return response


def _direct(request: HttpRequest, version: Version) -> HttpResponseBase:
    asked = _asked(request, version)
    if asked is None:
        start, length, status = 0, version.size, 200
    elif asked[1] <= 0:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{version.size}", "Accept-Ranges": "bytes"})
    else:
        start, length, status = *asked, 206
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(length)}
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{version.size}"
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    try:
        stored = version.is_stored
    except OSError:
        return away()
    if not stored:
        raise Http404(access.NO_DOCUMENT)
    # Django's own FileResponse would read the whole file into memory under ASGI.
    blocks = _blocks_for_loop if isinstance(request, ASGIRequest) else _blocks
    return StreamingHttpResponse(blocks(version, start, length), status=status, headers=headers)


def _asked(request: HttpRequest, version: Version) -> tuple[int, int] | None:
    """Return start and length of the range that was asked for, length 0 where none can be had, None for the whole file.

    Several ranges at once, other units and a range of another version (`If-Range`) give the whole, as RFC 9110 allows.
    """
    match = RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or match.group(0) == "bytes=-":
        return None
    if request.headers.get("If-Range", f'"{version.sha256}"') != f'"{version.sha256}"':
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), version.size)
        return version.size - length, length
    start, end = int(first), min(int(last), version.size - 1) if last else version.size - 1
    if last and int(last) < start:
        return None
    return start, max(end - start + 1, 0)


def _blocks(version: Version, start: int, length: int) -> Iterator[bytes]:
    """Read the part block by block, for a server that gives each response a thread."""
    with version.open() as file:
        file.seek(start)
        while length > 0 and (block := file.read(min(BLOCK, length))):
            length -= len(block)
            yield block


async def _blocks_for_loop(version: Version, start: int, length: int) -> AsyncIterator[bytes]:
    """Read a block when the one before has gone: the event loop is not held up, and the reader's pace is kept."""
    file = await asyncio.to_thread(version.open)
    try:
        await asyncio.to_thread(file.seek, start)
        while length > 0 and (block := await asyncio.to_thread(file.read, min(BLOCK, length))):
            length -= len(block)
            yield block
    finally:
        file.close()
