"""A file on its way in: announced, sent in chunks, or given up. Nothing of it shows before `finish_upload`."""

import hashlib
import os
import secrets
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.names import clean_file_name
from groups.documents.services.giving_space import must_fit
from groups.documents.services.holding import refuse_held, refuse_page
from groups.documents.services.macros import refuse_macros
from groups.documents.services.spool import must_have_room, open_spool, write_at
from groups.documents.types import kind_named, refuse_by_name
from groups.models import Group
from partners.capacity import Capacity

UNDER_WAY = 100
NOTE_LENGTH = 300


class UploadRefused(DomainError):
    """The file is empty or too large, or the chunk does not fit."""

    code = "upload_refused"


class UploadGone(DomainError):
    """The upload was cancelled or forgotten; it has to begin anew."""

    code = "upload_gone"

    def __init__(self) -> None:
        super().__init__(_("This upload was cancelled, or it rested for too long. Send the file again."))


class OtherFile(Conflict):
    """The key was used for another file, or for another place; it is for ever that one's."""

    code = "other_file"

    def __init__(self) -> None:
        super().__init__(_("This was sent before with another file. Choose the file again."))


def finished_version(author_id: int | None, key: uuid.UUID) -> Version | None:
    """Return what the person's upload with this key became, in whatever group, if it was finished."""
    found = Version.objects.filter(author_id=author_id, key=key)
    return found.select_related("document__group", "document__folder").first()


def known_version(
    author_id: int | None,
    key: uuid.UUID,
    *,
    group_id: int,
    document_id: int | None,
    file_name: str,
    size: int,
    sha256: str | None = None,
) -> Version | None:
    """Return what this sending became before, or nothing; raise `OtherFile` where the key came with another one.

    Without a document named, the version may be of any in the group: the sender may have been told of one of that name.
    """
    known = finished_version(author_id, key)
    if known is None:
        return None
    place = (known.document.group_id, known.document_id if document_id else None)
    sent_size, sent_sha256 = known.came_as
    told = (known.file_name, sent_size, sent_sha256 if sha256 else None)
    if (place, told) != ((group_id, document_id), (file_name, size, sha256)):
        raise OtherFile
    return known


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
    original: str = "",
) -> Upload:
    """Announce a file of `size` bytes: a new document, or a new version of `document`. The same key resumes the same upload.

    `base` is the newest version its sender saw. What the name alone decides is refused here, before a byte is sent. `original`
    is why a lead has a picture kept as it was taken; `finish_upload` asks whether they may.
    """
    file_name = clean_file_name(file_name)
    refuse_by_name(file_name)
    if (kind := kind_named(file_name)) and kind.with_macros:
        refuse_macros(group, file_name)
    if size <= 0:
        raise UploadRefused(_("“%(name)s” is empty.") % {"name": file_name})
    if size > settings.MAX_FILE_SIZE:
        limit = settings.MAX_FILE_SIZE // 1024**2
        raise UploadRefused(_("“%(name)s” is larger than %(limit)d MB.") % {"name": file_name, "limit": limit})
    if known := Upload.objects.filter(author=by.user, key=key).first():
        return _same(known, group, document, file_name, size)
    if document:
        refuse_page(document)
        refuse_held(document, by)
    # With what the same person has under way: nobody announces more than there is room for.
    own = Upload.objects.filter(author=by.user, group=group).aggregate(bytes=Sum("size"))["bytes"] or 0
    must_fit(group, size + own)
    # Twice: it gathers, and then it is stored.
    must_have_room(2 * size, Path(settings.SPOOL_DIR))
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
        original=original.strip()[:NOTE_LENGTH],
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
        raise OtherFile
    return known


def append_chunk(upload: Upload, *, offset: int, chunk: bytes) -> int:
    """Add a chunk of at most 4 MB that begins at `offset`; return how many bytes are there now.

    What of it was received before is passed over; one that leaves a gap raises `Conflict` with what is there as `current`.
    Not one transaction: the disk is waited for without holding the database, which the file's own lock makes safe.
    """
    with open_spool(upload) as file:
        there = received(upload, file)
        if offset >= 0 and offset + len(chunk) <= there:
            return there
        if not 0 <= offset <= there:
            raise Conflict(_("Send on from where the upload stopped."), current=there)
        if len(chunk) > settings.CHUNK_SIZE or offset + len(chunk) > upload.size:
            raise UploadRefused(_("The chunk does not fit the file that was announced."))
        # Others announce files too: that there was room for this one then does not say that there is now.
        must_have_room(len(chunk), Path(settings.SPOOL_DIR))
        write_at(file, there, chunk[there - offset :])
        if not _note(upload, offset + len(chunk)):
            raise UploadGone
    return upload.received


def pieces_of(upload: Upload) -> list[str]:
    """Return the SHA-256 of each 4 MB that have arrived, by which a sender sees that it goes on with the same file."""
    with open_spool(upload) as file:
        left, found = received(upload, file), []
        file.seek(0)
        while left > 0:
            piece = file.read(min(settings.CHUNK_SIZE, left))
            left -= len(piece)
            found.append(hashlib.sha256(piece).hexdigest())
            if not piece:
                break
    return found


def received(upload: Upload, file: IO[bytes]) -> int:
    """Return how much has arrived: what was recorded, or less where the disk lost some of it."""
    row = Upload.objects.filter(pk=upload.pk).values_list("received", flat=True).first()
    if row is None:
        upload.spool_path.unlink(missing_ok=True)
        if finished_version(upload.author_id, upload.key) is None:
            raise UploadGone
        upload.received = upload.size
        return upload.size
    there = min(row, os.fstat(file.fileno()).st_size)
    if there < row:
        _note(upload, there)
    upload.received = there
    return there


def _note(upload: Upload, received: int) -> bool:
    upload.received, upload.active_at = received, timezone.now()
    return bool(Upload.objects.filter(pk=upload.pk).update(received=received, active_at=upload.active_at))


def abort_upload(upload: Upload) -> bool:
    """Forget an upload that was not finished, and its chunks; tell whether there was one still."""
    forgotten, _rows = Upload.objects.filter(pk=upload.pk).delete()
    upload.spool_path.unlink(missing_ok=True)
    return bool(forgotten)
