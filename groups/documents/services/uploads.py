"""A file on its way in: announced, sent in chunks, checked whole, then shown. All of it or nothing.

The order of `finish_upload` is what keeps the library whole under a kill at any point: the bytes are in the storage before the
row that shows them is committed, so a row never points at nothing; bytes without a row are found and removed by `sweep`.
"""

import hashlib
import os
import secrets
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from core.events import publish
from groups.documents.events import VersionAdded
from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.models.version import random_path
from groups.documents.names import clean_file_name
from groups.documents.services.folders import standing_folder
from groups.documents.services.spool import FULL, must_have_room, no_room, open_spool, write_at
from groups.documents.types import Kind, Refused, kind_of, refuse_by_name
from groups.models import Group
from partners.capacity import Capacity

BLOCK = 1024 * 1024
UNDER_WAY = 100
NOTE_LENGTH = 300


class UploadRefused(DomainError):
    """The file is empty or too large, or the chunk does not fit."""

    code = "upload_refused"


class UploadGone(DomainError):
    """The upload was cancelled or forgotten; it has to begin anew."""

    code = "upload_gone"


def _gone() -> UploadGone:
    return UploadGone(_("This upload was cancelled, or it rested for too long. Send the file again."))


def start_upload(
    group: Group,
    *,
    by: Capacity,
    key: uuid.UUID,
    file_name: str,
    size: int,
    folder: Folder | None = None,
    document: Document | None = None,
    base: int | None = None,
    note: str = "",
) -> Upload:
    """Announce a file of `size` bytes: a new document, or a new version of `document`. The same key resumes the same upload.

    `base` is the newest version its sender saw. What the name alone decides is refused here, before a byte is sent.
    """
    file_name = clean_file_name(file_name)
    refuse_by_name(file_name)
    if size <= 0:
        raise UploadRefused(_("“%(name)s” is empty.") % {"name": file_name})
    if size > settings.MAX_FILE_SIZE:
        limit = settings.MAX_FILE_SIZE // 1024**2
        raise UploadRefused(_("“%(name)s” is larger than %(limit)d MB.") % {"name": file_name, "limit": limit})
    if known := Upload.objects.filter(author=by.user, key=key).first():
        return _same(known, group, document, file_name, size)
    must_have_room(size)
    if Upload.objects.filter(author=by.user).count() >= UNDER_WAY:
        raise UploadRefused(
            _("You have %(count)d uploads under way. Finish or cancel some first.") % {"count": UNDER_WAY}
        )
    upload = Upload(
        group=group,
        folder=document.folder if document else folder,
        document=document,
        base=base if document else None,
        file_name=file_name,
        size=size,
        note=note[:NOTE_LENGTH],
        key=key,
        spool=secrets.token_hex(16),
    )
    upload.speak_as(by)
    try:
        with transaction.atomic():
            upload.save()
    except IntegrityError:
        return _same(Upload.objects.get(author=by.user, key=key), group, document, file_name, size)
    return upload


def _same(known: Upload, group: Group, document: Document | None, file_name: str, size: int) -> Upload:
    announced = (known.group_id, known.document_id, known.file_name, known.size)
    if announced != (group.pk, document.pk if document else None, file_name, size):
        raise Conflict(_("This upload was begun with another file."))
    return known


def append_chunk(upload: Upload, *, offset: int, chunk: bytes) -> int:
    """Add a chunk of at most 4 MB that begins at `offset`; return how many bytes are there now.

    A chunk that was received before is answered by what is there; one that leaves a gap raises `Conflict` with it as `current`.
    Not one transaction: the disk is waited for without holding the database, which the file's own lock makes safe.
    """
    with open_spool(upload) as file:
        there = _received(upload, file)
        if offset >= 0 and offset + len(chunk) <= there:
            return there
        if offset != there:
            raise Conflict(_("Send on from where the upload stopped."), current=there)
        if len(chunk) > settings.CHUNK_SIZE or offset + len(chunk) > upload.size:
            raise UploadRefused(_("The chunk does not fit the file that was announced."))
        write_at(file, offset, chunk)
        if not _note(upload, offset + len(chunk)):
            raise _gone()
    return upload.received


def _received(upload: Upload, file: IO[bytes]) -> int:
    """Return how much has arrived: what was recorded, or less where the disk lost some of it."""
    row = Upload.objects.filter(pk=upload.pk).values_list("received", flat=True).first()
    if row is None:
        if _finished(upload):
            return upload.size
        upload.spool_path.unlink(missing_ok=True)
        raise _gone()
    there = min(row, os.fstat(file.fileno()).st_size)
    if there < row:
        _note(upload, there)
    upload.received = there
    return there


def _note(upload: Upload, received: int) -> bool:
    upload.received, upload.active_at = received, timezone.now()
    return bool(Upload.objects.filter(pk=upload.pk).update(received=received, active_at=upload.active_at))


def finish_upload(upload: Upload, *, by: Capacity) -> Version:
    """Check the whole file by its bytes and show it: a new document, or the next version. The same upload gives the same version.

    Raises `Refused` (naming the file and the reason) and forgets the upload when the type may not enter.
    """
    with open_spool(upload) as file:
        # Whoever waited for the file finds here what the one before has done.
        if known := _finished(upload):
            abort_upload(upload)
            return known
        if _received(upload, file) != upload.size:
            raise Conflict(_("Not all of the file has arrived yet."), current=upload.received)
        try:
            version = _store(upload, file, by=by)
        except Refused:
            abort_upload(upload)
            raise
        upload.spool_path.unlink(missing_ok=True)
        return version


def _finished(upload: Upload) -> Version | None:
    found = Version.objects.filter(author_id=upload.author_id, key=upload.key)
    return found.select_related("document__group", "document__folder").first()


def finished_version(by: Capacity, key: uuid.UUID, group: Group) -> Version | None:
    """Return what an upload with this key became, if it was finished in this group."""
    found = Version.objects.filter(author=by.user, key=key, document__group=group)
    return found.select_related("document__group").first()


def _store(upload: Upload, file: IO[bytes], *, by: Capacity) -> Version:
    kind = kind_of(file, upload.file_name)
    digest = _digest(file)
    file.seek(0)
    storage, path = storages["default"], random_path()
    try:
        path = storage.save(path, File(file))
        _settle(storage, path)
        return _show(upload, kind, digest, path, by=by)
    except OSError as error:
        storage.delete(path)
        raise no_room() if error.errno in FULL else error from error
    except BaseException:
        storage.delete(path)
        raise


def _settle(storage: Storage, path: str) -> None:
    """See the bytes to the disk before a row names them; a storage that is not a folder does so itself."""
    try:
        place = storage.path(path)
    except NotImplementedError:
        return
    with Path(place).open("rb") as stored:
        os.fsync(stored.fileno())


@transaction.atomic
def _show(upload: Upload, kind: Kind, digest: str, path: str, *, by: Capacity) -> Version:
    if not Upload.objects.select_for_update().filter(pk=upload.pk).exists():
        raise _gone()
    document = _document_of(upload, by=by)
    number = (document.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    version = Version(
        document=document,
        number=number,
        file_name=upload.file_name,
        kind=kind.name,
        content_type=kind.content_type,
        size=upload.size,
        sha256=digest,
        path=path,
        note=upload.note,
        follows=min(upload.base, number - 1) if upload.base is not None else None,
        key=upload.key,
    )
    version.speak_as(by)
    version.save()
    document.latest, document.changed_at = version, version.created_at
    document.save(update_fields=["latest", "changed_at"])
    Upload.objects.filter(pk=upload.pk).delete()
    publish(VersionAdded(version))
    return version


def _document_of(upload: Upload, *, by: Capacity) -> Document:
    if upload.document_id:
        document = Document.objects.select_for_update(of=("self",)).select_related("group").get(pk=upload.document_id)
        if document.deleted_at:
            raise Conflict(
                _("The document was deleted meanwhile. Put it back first, or send the file as a new document.")
            )
        return document
    title = upload.file_name.rpartition(".")[0] or upload.file_name
    folder = standing_folder(upload.folder)
    document = Document(group=upload.group, folder=folder, title=title, changed_at=timezone.now())
    document.speak_as(by)
    document.save()
    return document


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def add_file(
    group: Group,
    file: File,
    *,
    by: Capacity,
    key: uuid.UUID,
    file_name: str,
    folder: Folder | None = None,
    document: Document | None = None,
    base: int | None = None,
    note: str = "",
) -> Version:
    """Take a whole file at once: the form without a script, and the demonstration. The same key gives the same version."""
    if known := finished_version(by, key, group):
        return known
    upload = start_upload(
        group,
        by=by,
        key=key,
        file_name=file_name,
        size=file.size,
        folder=folder,
        document=document,
        base=base,
        note=note,
    )
    file.seek(upload.received)
    while chunk := file.read(settings.CHUNK_SIZE):
        append_chunk(upload, offset=upload.received, chunk=chunk)
    return finish_upload(upload, by=by)


def abort_upload(upload: Upload) -> None:
    """Forget an upload that was not finished, and its chunks."""
    Upload.objects.filter(pk=upload.pk).delete()
    upload.spool_path.unlink(missing_ok=True)
