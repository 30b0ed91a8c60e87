"""The files in which chunks gather: one writer at a time, across threads and processes."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.documents.models import Upload

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What uploads leave free on a disk: the database may lie on the same one.
RESERVE = 64 * 1024**2


class StorageFull(DomainError):
    """There is no room for the file; what is there already stays as it is."""

    code = "storage_full"


class StorageAway(DomainError):
    """Where files are kept does not answer; what has arrived stays, and finishing may be tried again."""

    code = "storage_away"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or _("The place where files are kept does not answer. What was sent is kept; try again later.")
        )


class Busy(DomainError):
    """Another request works on this upload at this moment."""

    code = "busy"


def no_room() -> StorageFull:
    """Return the refusal for a full disk."""
    return StorageFull(
        _("The server has no room left for this file. Nothing was stored. Tell those who run this site.")
    )


def must_have_room(size: int, folder: Path) -> None:
    """Raise `StorageFull` where so many bytes would leave less than the reserve on the folder's disk, which others use too."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size + RESERVE:
        raise no_room()


@contextmanager
def open_spool(upload: Upload, *, wait: bool = True) -> Iterator[IO[bytes]]:
    """Open the upload's file for this caller alone; without `wait`, raise `Busy` where somebody else has it."""
    path = upload.spool_path
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(_("This upload is being worked on. Try again in a moment.")) from error
        yield file


def write_at(file: IO[bytes], offset: int, chunk: bytes) -> None:
    """Put the chunk at the end of the first `offset` bytes, on the disk; on a full disk it is as if nothing was written."""
    try:
        # What a killed process wrote past the last recorded offset is cut off before going on.
        file.truncate(offset)
        file.seek(offset)
        file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in FULL:
            raise
        os.ftruncate(file.fileno(), offset)
        raise no_room() from error
