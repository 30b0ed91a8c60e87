"""Keeping the index in step: what a room writes, it gives to the index in the same transaction."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from search.cards import Card, microseconds
from search.engines import engine
from search.models import Entry, Kind


@transaction.atomic
def put(kind: Kind, object_id: int, cards: Sequence[Card]) -> None:
    """Hold the thing as these cards say, and nothing else of it; without any it is found no more."""
    if kind == Kind.DOCUMENT or not cards:
        gone = Entry.objects.filter(kind=kind, object_id=object_id)
        gone.exclude(part__in=[card.part for card in cards]).delete()
    engine().write(cards)


@transaction.atomic(savepoint=False)
def put_all(cards: Iterable[Card]) -> None:
    """Hold things that are written at once, of each all its cards; the whole act fails if they cannot be held."""
    engine().write(list(cards))


def forget(kind: Kind, object_ids: Collection[int]) -> None:
    """Let these things be found no more."""
    if object_ids:
        Entry.objects.filter(kind=kind, object_id__in=object_ids).delete()


def stand(cards: Iterable[Card]) -> None:
    """Move things that are held already: their place, moment and author change, their words do not."""
    for card in cards:
        Entry.objects.filter(kind=card.kind, object_id=card.object_id, part=card.part).update(
            place=card.place,
            depth=card.depth,
            moment=microseconds(card.moment),
            group_id=card.group_id,
            author_id=card.author_id,
            organisation_id=card.organisation_id,
            veil=card.veil,
        )
