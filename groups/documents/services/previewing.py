"""Previews: asked for with each version, made in the background, made again by nobody."""

import errno
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from groups.documents.models import Document, Preview, PreviewPage, State, Version
from groups.documents.models.version import random_path
from groups.documents.reading import (
    PICTURED,
    PRINTABLE,
    READABLE,
    Extent,
    Pages,
    Picture,
    Unreadable,
    parted,
    pictures_of,
    printed,
    text_of,
)
from groups.documents.services.indexing import index_pages
from groups.documents.services.spool import StorageFull, must_have_room

BLOCK = 1024 * 1024
LARGEST = 256 * 1024**2
"""Bytes of a file that is read; larger ones are to be downloaded."""

LATE = timedelta(hours=2)
"""What was asked for so long ago, and is not waiting for its turn, is asked for again: all tries of a task take one."""

ROUNDS = 5
"""How many tasks may fail before it is said that a preview could not be made; with their pauses, half a day."""

OF_THE_BYTES = (State.READY, State.EMPTY, State.LOCKED, State.TOO_LARGE)
"""What is true of the same bytes elsewhere too; that one is held back, is marked, or could not be read by chance is not."""

UNREAD = {"locked": State.LOCKED, "too_large": State.TOO_LARGE}
"""What is said of a file that could not be read, by the child's reason; of any other that it is damaged."""

SLIDES = frozenset({"pptx", "odp"})
SHEETS = frozenset({"xlsx", "ods"})
"""Kinds that are not printed: a sheet goes over many pages in print, and some are on none."""


def ask_for_preview(version: Version) -> None:
    """Have the version looked into once the caller's transaction is committed; say at once where there is nothing to see."""
    from groups.documents.tasks import make_preview_of

    if version.is_held:
        state = State.HELD
    elif version.document.is_red:
        state = State.WITHHELD
    elif version.kind not in READABLE | PICTURED:
        state = State.NONE
    else:
        state = State.WAITING if version.size <= LARGEST else State.TOO_LARGE
    preview, is_new = Preview.objects.get_or_create(version=version, defaults={"state": state})
    if is_new and preview.state == State.WAITING:
        make_preview_of.enqueue(version.pk)


def ask_for_missing(most: int = 500) -> int:
    """Ask for previews of versions that have none, the newest first, and again for late ones; return how many were asked for."""
    missing = Version.objects.filter(preview=None).order_by("-pk")[:most]
    for version in missing:
        with transaction.atomic():
            ask_for_preview(version)
    return len(missing) + _ask_again(most)


@transaction.atomic
def _ask_again(most: int) -> int:
    """Ask again for what was asked for long ago and that nobody is about to make; say of what failed each time that it did."""
    from groups.documents.tasks import make_preview_of

    now = timezone.now()
    late = Preview.objects.filter(state=State.WAITING, asked_at__lt=now - LATE).order_by("asked_at")
    versions = list(late.values_list("version", flat=True))
    if not versions:
        return 0
    asked = DBTaskResult.objects.filter(task_path=make_preview_of.module_path).exclude(
        status=TaskResultStatus.SUCCESSFUL
    )
    under_way, failures = set[int](), Counter[int]()
    for status, given in asked.values_list("status", "args_kwargs"):
        if status == TaskResultStatus.FAILED:
            failures.update(given["args"])
        else:
            under_way.update(given["args"])
    left = [pk for pk in versions if pk not in under_way][:most]
    hopeless = [pk for pk in left if failures[pk] >= ROUNDS]
    late.filter(version__in=hopeless).update(state=State.DAMAGED, made_at=now)
    again = [pk for pk in left if failures[pk] < ROUNDS]
    late.filter(version__in=again).update(asked_at=now)
    for pk in again:
        make_preview_of.enqueue(pk)
    return len(again)


def withhold(document: Document) -> None:
    """Keep nothing of what was seen in the document's versions; pictures go with the next sweep. The group is locked."""
    from groups.documents.tasks import see_to_sweep

    Preview.objects.filter(version__document=document).update(state=State.WITHHELD, thumbnail="")
    PreviewPage.objects.filter(preview__version__document=document).delete()
    see_to_sweep()


def show_again(document: Document) -> None:
    """Have the document's versions looked into again."""
    from groups.documents.tasks import see_to_sweep

    Preview.objects.filter(version__document=document).delete()
    for version in document.versions.all():
        version.document = document
        ask_for_preview(version)
    see_to_sweep()


def make_preview(version: Version) -> Preview:
    """Look into the version, and keep what was found; what has been made is left as it is.

    Pictures are stored before the rows that name them, so that a row never points at nothing; those of a process that was
    killed are swept away. Raises `OSError` where the bytes or the storage cannot be had now.
    """
    preview = Preview.objects.get(version=version)
    if preview.state == State.WAITING:
        preview = _made(preview, version)
    # Also where it was made before: whoever made it may have been killed before its pages could be found.
    index_pages(version.document_id)
    return preview


def _made(preview: Preview, version: Version) -> Preview:
    state, thumbnail, rows, extent = _of_twin(version) or _look_into(version)
    with transaction.atomic():
        preview = Preview.objects.select_for_update().get(pk=preview.pk)
        if preview.state != State.WAITING:
            return preview
        for row in rows:
            row.preview = preview
        PreviewPage.objects.bulk_create(rows)
        preview.state, preview.thumbnail, preview.made_at = state, thumbnail, timezone.now()
        preview.page_count, preview.is_cut = extent.pages, extent.is_cut
        preview.save(update_fields=["state", "thumbnail", "made_at", "page_count", "is_cut"])
    return preview


Seen = tuple[State, str, list[PreviewPage], Extent]


def _of_twin(version: Version) -> Seen | None:
    """Return what was seen in another version of the document with the same bytes; what was said of it alone does not count."""
    made = Preview.objects.filter(state__in=OF_THE_BYTES)
    same = {"version__sha256": version.sha256, "version__kind": version.kind}
    twin = made.filter(version__document=version.document_id, **same).first()
    if twin is None:
        return None
    extent = Extent(twin.page_count, twin.is_cut)
    return State(twin.state), twin.thumbnail, [_copy(page) for page in twin.pages.all()], extent


def _copy(page: PreviewPage) -> PreviewPage:
    return PreviewPage(number=page.number, text=page.text, path=page.path, width=page.width, height=page.height)


def _look_into(version: Version) -> Seen:
    pages, pictures = Pages(), list[Picture]()
    try:
        with _file_of(version) as file:
            if version.kind in READABLE:
                pages = text_of(file, version.kind)
            if version.kind in PICTURED:
                pictures = _pictures(file, version.kind, needed=not pages)
            elif version.kind in PRINTABLE - SHEETS and not version.macros and settings.SOFFICE:
                pages, pictures = _as_printed(file, version.kind, pages, settings.SOFFICE) or (pages, pictures)
    except Unreadable as refusal:
        return UNREAD.get(refusal.reason, State.DAMAGED), "", [], Extent()
    rows = {page.number: PreviewPage(number=page.number, text=page.text) for page in pages}
    thumbnail = ""
    for picture in pictures:
        row = rows.setdefault(picture.number, PreviewPage(number=picture.number))
        row.path, row.width, row.height = _stored(picture.webp), picture.width, picture.height
        thumbnail = thumbnail or _stored(picture.small)
    return (State.READY if rows else State.EMPTY), thumbnail, [rows[number] for number in sorted(rows)], pages.extent


def _pictures(file: Path | IO[bytes], kind: str, *, needed: bool) -> list[Picture]:
    """Return the pictures; where there is text, a file that cannot be drawn is shown without any."""
    try:
        return pictures_of(file, kind)
    except Unreadable:
        if needed:
            raise
        return []


def _as_printed(file: Path | IO[bytes], kind: str, own: Pages, program: str) -> tuple[Pages, list[Picture]] | None:
    """Return the file's own words by the pages that an office program prints, with pictures of these.

    A picture stands beside its own words or nowhere: None where the program prints nothing, slides in another number than there
    are (it leaves out hidden ones), or pages that are not known again in the file.
    """
    try:
        with printed(file, kind, program) as made:
            laid = text_of(made, "pdf")
            as_many = own.extent.pages == laid.extent.pages
            pages = parted(own, laid) if kind not in SLIDES else own if as_many else None
            return None if pages is None else (pages, pictures_of(made, "pdf"))
    except Unreadable:
        return None


def _stored(webp: bytes) -> str:
    return storages["default"].save(random_path("previews"), ContentFile(webp))


@contextmanager
def _file_of(version: Version) -> Iterator[Path | IO[bytes]]:
    """Give the version's file: its path on this machine, or one copy of what is kept elsewhere, for all that read it.

    The copy lies where chunks gather, without a name: nobody else opens it, and a process that is killed leaves none.
    """
    storage = storages["default"]
    try:
        path = Path(storage.path(version.path))
    except NotImplementedError:
        with _copied(version) as copy:
            yield copy
    else:
        yield path


def _copied(version: Version) -> IO[bytes]:
    folder = Path(settings.SPOOL_DIR)
    try:
        must_have_room(version.size, folder)
    except StorageFull as full:
        raise OSError(errno.ENOSPC, full.message) from full
    copy = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - whoever asked for it closes it
    try:
        with version.open() as stored:
            left = version.size
            while left > 0 and (block := stored.read(min(BLOCK, left))):
                left -= len(block)
                copy.write(block)
    except BaseException:
        copy.close()
        raise
    return copy
