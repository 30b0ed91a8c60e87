"""A file that has arrived: checked whole, stored, then shown. All of it or nothing.

The order of `finish_upload` is what keeps the library whole under a kill at any point: the bytes are in the storage before the
row that shows them is committed, so a row never points at nothing; bytes without a row are found and removed by `sweep`.
"""

import logging
import uuid
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from core.events import publish
from groups.documents.events import VersionAdded
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.models.version import random_path
from groups.documents.names import clean_file_name
from groups.documents.reading import PICTURES
from groups.documents.services.cleaning import (
    OFFICE,
    Bytes,
    ask_sender,
    cleaned,
    digest_of,
    is_signed,
    said_of_people,
)
from groups.documents.services.giving_space import take_space
from groups.documents.services.holding import end_hold, refuse_page
from groups.documents.services.locking import lay_into, locked_library, must_write
from groups.documents.services.macros import refuse_macros
from groups.documents.services.previewing import ask_for_preview
from groups.documents.services.same import refuse_same
from groups.documents.services.scanning import keep_outcome, look_for_malware
from groups.documents.services.spool import FULL, StorageAway, no_room, open_spool
from groups.documents.services.storing import forget, put, settle
from groups.documents.services.uploads import (
    OtherFile,
    UploadGone,
    abort_upload,
    append_chunk,
    known_version,
    received,
    start_upload,
)
from groups.documents.types import Kind, Refused, carries_macros, kind_of
from groups.models import Group
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity

logger = logging.getLogger(__name__)
BLOCK = 1024 * 1024


def finish_upload(
    upload: Upload, *, by: Capacity, sha256: str | None = None, accepted: bool = True, keep_both: bool = True
) -> Version:
    """Check the whole file by its bytes and show it: a new document, or the next version. The same upload gives the same version.

    Raises `Refused` (naming the file and the reason) when the type may not enter, and `OtherFile` when the bytes are not
    those of `sha256`, which two files sent with one key at once become; both forget the upload. Without `accepted`, a file that
    names people raises `SaysWho`, and without `keep_both` one whose bytes are here already `SameContent`. Whatever else stands in
    the way (the person's rights now, a full disk) leaves what has arrived where it is.
    """
    with open_spool(upload) as file:
        try:
            # Whoever waited for the file finds here what the one before has done.
            if known := known_version(
                upload.author_id,
                upload.key,
                group_id=upload.group_id,
                document_id=upload.document_id,
                file_name=upload.file_name,
                size=upload.size,
                sha256=sha256,
            ):
                abort_upload(upload)
                return known
            if received(upload, file) != upload.size:
                raise Conflict(_("Not all of the file has arrived yet."), current=upload.received)
            version = _store(upload, file, by=by, sha256=sha256, accepted=accepted, keep_both=keep_both)
        except (Refused, OtherFile):
            abort_upload(upload)
            raise
        upload.spool_path.unlink(missing_ok=True)
        return version


def _store(
    upload: Upload, file: IO[bytes], *, by: Capacity, sha256: str | None, accepted: bool, keep_both: bool
) -> Version:
    kind = kind_of(file, upload.file_name)
    if carries_macros(file, kind):
        refuse_macros(upload.group, upload.file_name)
    sent = Bytes(file, upload.size, digest_of(file))
    if sha256 not in {None, sent.digest}:
        raise OtherFile
    if not keep_both:
        refuse_same(upload, by, sent.digest)
    try:
        kept = sent if upload.original else cleaned(sent, upload.spool_path, kind, upload.file_name)
    except OSError as error:
        raise (no_room() if error.errno in FULL else StorageAway()) from error
    try:
        return _keep(upload, kind, sent, kept, by=by, accepted=accepted)
    finally:
        if kept is not sent:
            kept.file.close()


def _keep(upload: Upload, kind: Kind, sent: Bytes, kept: Bytes, *, by: Capacity, accepted: bool) -> Version:
    """Ask what is to be known of the bytes, put them into the storage, and show them."""
    told = said_of_people(kept, kind)
    if not (accepted or upload.original):
        ask_sender(upload.file_name, told, unsigned=kept is not sent and is_signed(sent.file, kind))
    outcome = look_for_malware(kept.file, kept.size)
    kept.file.seek(0)
    storage, path = storages["default"], random_path()
    tried = False
    try:
        path = put(storage, path, kept, upload.spool_path if kept is sent else None)
        settle(storage, path)
        with transaction.atomic():
            version = _show(upload, kind, sent, kept, path, by=by, told=told)
            keep_outcome(version, outcome, by=by)
            ask_for_preview(version)
            tried = True
        return version
    except BaseException as error:
        # When a commit breaks off, only the database knows whether it stands: the bytes stay, and `sweep` asks it.
        if not tried:
            forget(storage, path)
        if isinstance(error, OSError):
            logger.warning("A file could not be stored: %s.", type(error).__name__)
            raise (no_room() if error.errno in FULL else StorageAway()) from error
        raise


def _show(upload: Upload, kind: Kind, sent: Bytes, kept: Bytes, path: str, *, by: Capacity, told: str) -> Version:
    """Write the rows, judged as things are now: reading and storing the bytes took its time."""
    library = locked_library(upload.group_id, by)
    now = Upload.objects.select_for_update(of=("self",)).select_related("folder").filter(pk=upload.pk).first()
    if now is None:
        raise UploadGone
    by = speaking(library.standing, by)
    if now.original and not library.standing.may_moderate:
        raise NotAllowed(_("Leads decide whether a file keeps what it says of people and places."))
    if macros := carries_macros(kept.file, kind):
        refuse_macros(library.group, upload.file_name)
    document = _document_of(now, library, by=by)
    take_space(library.group, kept.size)
    number = (document.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    version = Version(
        document=document,
        number=number,
        file_name=upload.file_name,
        kind=kind.name,
        content_type=kind.content_type,
        size=kept.size,
        sha256=kept.digest,
        path=path,
        sent_size=sent.size if kept is not sent else None,
        sent_sha256=sent.digest if kept is not sent else "",
        original=now.original if kind.name in PICTURES | OFFICE or told else "",
        told=told,
        macros=macros,
        unsigned=kept is not sent and is_signed(sent.file, kind),
        note=upload.note,
        follows=min(upload.base, number - 1) if upload.base is not None else None,
        key=upload.key,
    )
    version.speak_as(by)
    version.save()
    document.latest, document.changed_at = version, version.created_at
    document.save(update_fields=["latest", "changed_at"])
    end_hold(document, by)
    now.delete()
    if version.original:
        record(by, "document.original_kept", document, reason=version.original)
    publish(VersionAdded(version))
    return version


def _document_of(upload: Upload, library: Library, *, by: Capacity) -> Document:
    if upload.document_id:
        document = library.documents.select_related("folder").filter(pk=upload.document_id).first()
        if document is None:
            raise Conflict(
                _("The document was deleted meanwhile. Put it back first, or send the file as a new document.")
            )
        must_write(library, document.folder)
        refuse_page(document)
        document.group = library.group
        return document
    title = upload.file_name.rpartition(".")[0] or upload.file_name
    document = Document(group=library.group, title=title, changed_at=timezone.now())
    lay_into(library, document, upload.folder)
    document.speak_as(by)
    document.save()
    return document


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
    original: str = "",
    accepted: bool = True,
    keep_both: bool = True,
) -> Version:
    """Take a whole file at once: the form without a script, and the demonstration. The same key gives the same version.

    Where it is refused, for whatever reason, nothing of it stays: a browser does not keep which file was chosen.
    """
    digest = digest_of(file)
    if known := known_version(
        by.user.pk,
        key,
        group_id=group.pk,
        document_id=document.pk if document else None,
        file_name=clean_file_name(file_name),
        size=file.size,
        sha256=digest,
    ):
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
        original=original,
    )
    try:
        while chunk := _chunk(file, upload.received):
            append_chunk(upload, offset=upload.received, chunk=chunk)
        return finish_upload(upload, by=by, sha256=digest, accepted=accepted, keep_both=keep_both)
    except DomainError:
        abort_upload(upload)
        raise


def _chunk(file: File, offset: int) -> bytes:
    """Return the file's next bytes from there on: another sending of it may have been further."""
    file.seek(offset)
    return bytes(file.read(settings.CHUNK_SIZE))
