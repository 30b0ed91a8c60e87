"""Making the index anew from what the rooms hold, while the site serves: portion by portion, from where it stopped."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, DataError, OperationalError, transaction
from django.db.models import Model
from django.utils import timezone

from search.cards import Source
from search.engines import engine
from search.models import Entry, Kind, Rebuilding
from search.services.rights import sources

logger = logging.getLogger(__name__)
FORM = 2
"""How tokens are made. Whoever changes `search.words` or `search.languages` raises it: then the next rebuild begins anew."""

TRIES = 5
LIMIT_EXCEEDED = "54"
"""How the codes begin by which PostgreSQL says that something is larger than it takes; Django calls it out of reach then."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far the rebuild of one kind is: rows looked at in this run, and how many there were when it began."""

    kind: Kind
    done: int
    of: int


def rebuild(*, anew: bool = False) -> Iterator[Step]:
    """Make the index anew, kind by kind, and give after each portion how far it is.

    A portion is one transaction: its rows are locked and read, their entries written, entries of rows that are gone taken
    away. So whoever deletes or changes something meanwhile comes before it or after it, never in between. A run that was
    interrupted goes on where it stopped, unless `anew` is asked for.
    """
    for kind, source in sources().items():
        progress, _new = Rebuilding.objects.get_or_create(kind=kind, defaults={"form": FORM})
        if anew or progress.done_at or progress.form != FORM:
            progress.form, progress.last, progress.done_at = FORM, 0, None
            progress.save()
        left = source.rows().filter(pk__gt=progress.last).count()
        yield Step(kind, done := 0, left)
        while looked_at := _portion(kind, source, progress):
            done += looked_at
            yield Step(kind, done, max(left, done))


def is_due() -> bool:
    """Say whether some kind was never rebuilt to its end in the form that tokens have now."""
    done = Rebuilding.objects.filter(form=FORM, done_at__isnull=False).values_list("kind", flat=True)
    return not set(sources()) <= set(done)


def _portion(kind: Kind, source: Source, progress: Rebuilding) -> int:
    """Do one portion and return how many rows it had, 0 at the end.

    One that the database will never take is done row by row. A row that it refuses by itself is passed over, and what was held
    of it stays: one thing that cannot be found must not keep everything behind it from being found.
    """
    for most in (source.portion, 1):
        try:
            return _tried(kind, source, progress, most)
        except DatabaseError as error:
            if not _is_for_good(error):
                raise
    _pass_over(kind, source, progress.pk)
    return 1


def _tried(kind: Kind, source: Source, progress: Rebuilding, most: int) -> int:
    """Do one portion; what two writers do to each other is tried again."""
    for again in reversed(range(TRIES)):
        try:
            return _do(kind, source, progress.pk, most)
        except OperationalError as error:
            if not again or _is_for_good(error):
                raise
    raise AssertionError


def _is_for_good(error: DatabaseError) -> bool:
    """Say whether what was to be written is refused, whenever it is tried; rather than that the database cannot be reached."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, DataError) or code.startswith(LIMIT_EXCEEDED)


@transaction.atomic
def _do(kind: Kind, source: Source, progress_id: int, most: int) -> int:
    progress = Rebuilding.objects.select_for_update().get(pk=progress_id)
    rows: list[Model] = list(
        source.rows().select_for_update(of=("self",), no_key=True).filter(pk__gt=progress.last).order_by("pk")[:most]
    )
    cards = [card for row in rows for card in source.cards(row)]
    entries = Entry.objects.filter(kind=kind, object_id__gt=progress.last)
    if rows:
        progress.last = rows[-1].pk
        entries = entries.filter(object_id__lte=progress.last)
    else:
        progress.done_at = timezone.now()
    held = {(card.object_id, card.part) for card in cards}
    gone = [pk for pk, *name in entries.values_list("pk", "object_id", "part") if tuple(name) not in held]
    for start in range(0, len(gone), 500):
        Entry.objects.filter(pk__in=gone[start : start + 500]).delete()
    engine().write(cards)
    progress.save()
    return len(rows)


@transaction.atomic
def _pass_over(kind: Kind, source: Source, progress_id: int) -> None:
    progress = Rebuilding.objects.select_for_update().get(pk=progress_id)
    row: Model | None = source.rows().filter(pk__gt=progress.last).order_by("pk").first()
    if row is not None:
        logger.error("The index does not take %s %d: it is passed over.", kind, row.pk)
        progress.last = row.pk
        progress.save()
