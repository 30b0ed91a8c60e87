"""Bytes that go into the storage, and out of it again where no row came to name them."""

import os
from contextlib import suppress
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage

from groups.documents.services.cleaning import Bytes
from groups.documents.services.spool import must_have_room


def put(storage: Storage, path: str, kept: Bytes, gathered: Path | None) -> str:
    """Put the bytes into the storage, and return where they are there.

    Those that gathered on the disk of the storage get a second name and are not copied. Nobody writes to them any more: what
    has arrived whole takes no further chunk.
    """
    if place := _place(storage, path):
        if gathered and _linked(gathered, place):
            return path
        must_have_room(kept.size, place.parent)
    return storage.save(path, File(kept.file))


def _linked(gathered: Path, place: Path) -> bool:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.utime(gathered)  # the sweep takes what has no row yet and was not written to for long
        os.link(gathered, place)
    except OSError:
        return False
    return True


def forget(storage: Storage, path: str) -> None:
    """Remove bytes that no row will name; where the storage does not answer, `sweep` does so later."""
    with suppress(OSError):
        storage.delete(path)


def _place(storage: Storage, path: str) -> Path | None:
    """Return where the storage keeps the bytes on this machine, None for one that is elsewhere."""
    try:
        return Path(storage.path(path))
    except NotImplementedError:
        return None


def settle(storage: Storage, path: str) -> None:
    """See the bytes to the disk before a row names them; a storage that is elsewhere does so itself."""
    if place := _place(storage, path):
        with place.open("rb") as stored:
            os.fsync(stored.fileno())
