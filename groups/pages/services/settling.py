"""What is done with a page in quiet moments: its log is put together into chapters and a snapshot, and its words are found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from pycrdt import get_state, merge_updates

from groups.documents.models import Document, Link, Written
from groups.documents.services.indexing import index_pages
from groups.documents.services.linking import note_links
from groups.pages.content import addresses_in, blocks_of, opened
from groups.pages.models import Chapter, Page, Update
from groups.pages.protocol import clocks
from groups.pages.services.log import content_of

LONG_LOG = 200
"""Changes after which a log is put together while people still write."""

STILL = timedelta(minutes=5)
"""After so long without a change it is, however short."""

BEFORE_FINDING = timedelta(seconds=20)
CHAPTER_ENDS = timedelta(minutes=15)
"""A pause after which the same person begins another chapter."""

CHAPTER_MAX = 1024**2
AT_ONCE = 2000
"""Changes that one transaction puts together."""

TEXT_MAX = 2_000_000


def settle_pages() -> None:
    """Put logs together that are long or still, and have the words found of pages that rest."""
    now = timezone.now()
    behind = Page.objects.filter(head__gt=F("snapshot_seq"))
    due = behind.filter(Q(head__gte=F("snapshot_seq") + LONG_LOG) | Q(written_at__lt=now - STILL))
    for pk in due.values_list("pk", flat=True)[:500]:
        while compact(pk):
            pass
    unread = Page.objects.filter(head__gt=F("indexed_seq"), written_at__lt=now - BEFORE_FINDING)
    for pk in unread.values_list("pk", flat=True)[:200]:
        find_words(pk)


@transaction.atomic
def compact(page_id: int) -> bool:
    """Put the first changes of the log into the snapshot and into chapters of who wrote them; say whether more are left."""
    page = Page.objects.select_for_update(no_key=True).get(pk=page_id)
    log = Update.objects.filter(page=page, seq__gt=page.snapshot_seq).order_by("seq")
    rows = list(log[:AT_ONCE])
    if not rows:
        return False
    _write_chapters(page, rows)
    whole = merge_updates(bytes(page.snapshot), *(bytes(row.data) for row in rows))
    page.snapshot = _smaller(whole)
    page.snapshot_seq = rows[-1].seq
    rest = log.filter(seq__gt=rows[-1].seq)
    page.size = len(page.snapshot) + sum(len(data) for data in rest.values_list("data", flat=True))
    page.save(update_fields=["snapshot", "snapshot_seq", "size"])
    Update.objects.filter(page=page, seq__lte=rows[-1].seq).delete()
    return page.snapshot_seq < page.head


def _smaller(whole: bytes) -> bytes:
    """Return the same page without the words that were taken away; as it is where something of it waits for more."""
    doc = opened(whole)
    return doc.get_update() if clocks(doc.get_state()) == clocks(get_state(whole)) else whole


@dataclass
class _Open:
    """A chapter that may go on, and what is to be added to it."""

    chapter: Chapter
    parts: list[bytes]
    size: int


def _write_chapters(page: Page, rows: Sequence[Update]) -> None:
    """Sort changes into chapters: one for each person and organisation, until they pause."""
    newest = Chapter.objects.filter(page=page).first()
    recent = Chapter.objects.filter(page=page, ended_at__gt=rows[0].created_at - CHAPTER_ENDS)
    for chapter in chapters_of(page, rows, recent.order_by("number"), newest.number if newest else 0):
        chapter.save()


def chapters_of(page: Page, rows: Sequence[Update], recent: Iterable[Chapter], number: int) -> list[Chapter]:
    """Return the chapters that changes make: those of the recent ones that they go on with, and new ones after `number`."""
    opened_: dict[tuple[int, int | None, str], _Open] = {}
    for chapter in recent:
        data = bytes(chapter.data)
        opened_[chapter.author_id, chapter.organisation_id, chapter.function] = _Open(chapter, [data], len(data))
    touched: dict[int, _Open] = {}
    for row in rows:
        who = (row.author_id, row.organisation_id, row.function)
        one = opened_.get(who)
        if one is None or row.created_at - one.chapter.ended_at > CHAPTER_ENDS or one.size > CHAPTER_MAX:
            number += 1
            chapter = Chapter(page=page, number=number, first_seq=row.seq, began_at=row.created_at)
            chapter.author_id, chapter.organisation_id, chapter.function = who
            one = opened_[who] = _Open(chapter, [], 0)
        one.parts.append(bytes(row.data))
        one.size += len(row.data)
        one.chapter.last_seq, one.chapter.ended_at = row.seq, row.created_at
        touched[one.chapter.number] = one
    for one in touched.values():
        one.chapter.data = merge_updates(*one.parts) if len(one.parts) > 1 else one.parts[0]
    return [one.chapter for _, one in sorted(touched.items())]


def find_words(page_id: int) -> None:
    """Have what the page says found by the search, and show in lists when it was last written in."""
    seq, content = content_of(page_id)
    blocks = blocks_of(opened(content))
    text = "\n\n".join(block.text for block in blocks)[:TEXT_MAX]
    with transaction.atomic():
        document = Document.objects.select_for_update(no_key=True).get(pk=page_id)
        Written.objects.update_or_create(document=document, defaults={"text": text})
        note_links(Link.Source.PAGE, document.pk, [text, *addresses_in(blocks)])
        page = Page.objects.get(pk=page_id)
        Page.objects.filter(pk=page_id).update(indexed_seq=seq)
        if page.written_at and page.written_at > document.changed_at:
            document.changed_at = page.written_at
            document.save(update_fields=["changed_at"])
    index_pages(page_id)


def unwritten_chapters(page: Page) -> list[Chapter]:
    """Return what the log would make now, the newest first, without writing anything."""
    rows = list(Update.objects.filter(page=page, seq__gt=page.snapshot_seq).order_by("seq"))
    return chapters_of(page, rows, (), 0)[::-1]
