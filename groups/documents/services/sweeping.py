"""What killed processes and broken connections leave behind is found and removed: nothing of it was ever visible."""

import fcntl
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db.models import F, Model
from django.utils import timezone

from groups.documents.models import Preview, PreviewPage, Upload, Version
from groups.documents.services.spool import Busy, open_spool
from groups.documents.services.uploads import abort_upload

logger = logging.getLogger(__name__)
UNFINISHED_FOR = timedelta(hours=24)
# A file that is being stored now is written to; one that nobody wrote to for this long and no row names is left over.
LEFT_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Swept:
    """How many of each were removed, and whether something is left to be looked at again: under way, or too young to judge."""

    uploads: int
    chunks: int
    files: int
    more: bool


def sweep() -> Swept:
    """Forget uploads that rested for a day; remove chunks and stored files that no row names. Safe at any time."""
    uploads = _old_uploads()
    chunks, young_chunks = _stray_chunks()
    files, young_files = _stray_files()
    swept = Swept(uploads, chunks, files, more=bool(young_chunks or young_files) or Upload.objects.exists())
    if any((swept.uploads, swept.chunks, swept.files)):
        logger.info("Swept %d uploads, %d chunks, %d stored files.", swept.uploads, swept.chunks, swept.files)
    return swept


def _old_uploads() -> int:
    count = 0
    for upload in Upload.objects.filter(active_at__lt=timezone.now() - UNFINISHED_FOR):
        try:
            with open_spool(upload, wait=False):
                abort_upload(upload)
                count += 1
        except Busy:
            continue
    return count


def _stray_chunks() -> tuple[int, int]:
    """Remove what no upload names; return how many went, and how many are too young."""
    folder, removed, young = Path(settings.SPOOL_DIR), 0, 0
    if not folder.is_dir():
        return 0, 0
    known = set(Upload.objects.values_list("spool", flat=True))
    before = (timezone.now() - LEFT_FOR).timestamp()
    for path in folder.iterdir():
        if path.name in known or not path.is_file():
            continue
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
        else:
            young += 1
    return removed, young


def _stray_files() -> tuple[int, int]:
    """Remove what no version and no preview names; return how many went, and how many are too young.

    How old a file is says little by itself: where it was sent in parts, S3 may give the moment it was begun. So three things are
    asked after it was listed, in this order: what rows name it, whether a file is being finished, and once more what rows name
    it. Whoever finishes an upload holds its file in the spool from before the first byte is stored until after the row is
    committed. If that was so when the bytes were listed, it is so still, and all files wait for the next sweep; or the row is
    there when it is asked for last.
    """
    storage, removed, young = storages["default"], 0, 0
    before = timezone.now() - LEFT_FOR
    for top, paths in _stored(storage):
        named = _named(top, paths)
        stray = [path for path in paths if path not in named]
        old = [path for path in stray if _modified(storage, path) < before]
        young += len(stray) - len(old)
        if old and _is_finishing():
            young += len(old)
            continue
        named = _named(top, old)
        for path in old:
            if path not in named:
                storage.delete(path)
                removed += 1
    return removed, young


def _is_finishing() -> bool:
    """Say whether an upload that has arrived whole is worked on now, or may be: its file is not on this machine."""
    for upload in Upload.objects.filter(received__gte=F("size")):
        try:
            with upload.spool_path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (FileNotFoundError, BlockingIOError):
            return True
    return False


NAMING: dict[str, list[tuple[type[Model], str]]] = {
    "versions": [(Version, "path")],
    "previews": [(PreviewPage, "path"), (Preview, "thumbnail")],
}
"""Which columns name the files of a folder of the storage."""


def _named(top: str, paths: list[str]) -> set[str]:
    return {
        path
        for model, column in NAMING[top]
        for path in model._default_manager.filter(**{f"{column}__in": paths}).values_list(column, flat=True)
    }


def _stored(storage: Storage) -> Iterator[tuple[str, list[str]]]:
    """Give the paths of stored files, a few hundred at a time, with the folder of the storage they are in."""
    for top in NAMING:
        try:
            folders = storage.listdir(top)[0]
        except FileNotFoundError:
            continue
        for folder in folders:
            names = storage.listdir(f"{top}/{folder}")[1]
            for start in range(0, len(names), 500):
                yield top, [f"{top}/{folder}/{name}" for name in names[start : start + 500]]


def _modified(storage: Storage, path: str) -> datetime:
    try:
        return storage.get_modified_time(path)
    except FileNotFoundError:
        return timezone.now()


def lost_versions() -> list[Version]:
    """Return the versions whose bytes are not in the storage: after a restore of the database alone, say."""
    storage = storages["default"]
    return [version for version in Version.objects.order_by("pk").iterator() if not storage.exists(version.path)]
