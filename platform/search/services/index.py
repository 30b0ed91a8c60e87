"""Keeping the index in step: what a room writes, it gives to the index in the same transaction."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from core.statements import Statement
from search.cards import Card, microseconds
from search.engines import engine
from search.models import Entry, Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet


@transaction.atomic
def put(kind: Kind, object_id: int, cards: Sequence[Card]) -> None:
    """Hold the thing as these cards say, and nothing else of it; without any it is found no more."""
    if kind == Kind.DOCUMENT or not cards:
        keep_parts(kind, object_id, [card.part for card in cards])
    engine().write(cards)


def keep_parts(kind: Kind, object_id: int, parts: Collection[int]) -> None:
    """Let everything of a thing but these parts be found no more."""
    Entry.objects.filter(kind=kind, object_id=object_id).exclude(part__in=parts).delete()


@transaction.atomic(savepoint=False)
def put_all(cards: Iterable[Card]) -> None:
    """Hold things that are written at once, of each all its cards; the whole act fails if they cannot be held."""
    engine().write(list(cards))


def putting(cards: Iterable[Card]) -> Statement[None]:
    """Return the statement that holds a few new things, for who sends it together with others, in their transaction."""
    return engine().writing(list(cards))


def forget(kind: Kind, object_ids: Collection[int]) -> None:
    """Let these things be found no more."""
    if object_ids:
        Entry.objects.filter(kind=kind, object_id__in=object_ids).delete()


def veil(kind: Kind, object_ids: "QuerySet[Any, Any]", told: int) -> None:
    """Say anew what readers from outside its group are told of whose these things are."""
    Entry.objects.filter(kind=kind, object_id__in=object_ids).update(veil=told)


def move_to(kind: Kind, object_ids: "QuerySet[Any, Any]", place: int) -> None:
    """Keep things that are held already under another place: other doors rule them from now on."""
    Entry.objects.filter(kind=kind, object_id__in=object_ids).update(place=place)


def stand(cards: Iterable[Card]) -> None:
    """Move things that are held already: their place, moment and author change in all their parts, their words do not."""
    for card in cards:
        Entry.objects.filter(kind=card.kind, object_id=card.object_id).update(
            place=card.place,
            depth=card.depth,
            moment=microseconds(card.moment),
            group_id=card.group_id,
            author_id=card.author_id,
            organisation_id=card.organisation_id,
            veil=card.veil,
        )
