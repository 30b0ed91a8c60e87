"""How far people have read."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from django.db import connection, transaction

from core.rows import argument, records
from core.statements import Statement
from discussions.chat.models import Message, Room, RoomReading
from notifications.services import mark_seen

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def mark_read(room: Room, *, by: "User", seq: int) -> RoomReading:
    """Note that the person has read up to `seq`, never back: of several devices the furthest counts."""
    RoomReading.objects.get_or_create(room=room, user=by)
    reading = RoomReading.objects.select_for_update().get(room=room, user=by)
    seq = min(seq, room.last_seq)
    if seq > reading.last_seq:
        before = Message.objects.filter(room=room, seq__lte=seq).order_by("-seq").values_list("number", flat=True)
        reading.last_seq = seq
        reading.last_number = max(reading.last_number, before.first() or 0)
        reading.own_since = Message.objects.filter(room=room, author=by, number__gt=reading.last_number).count()
        reading.save(update_fields=["last_seq", "last_number", "own_since"])
        if room.group_id is None and not reading.unread_in(room):
            mark_seen(by, "conversation", object_id=room.pk)
    return reading


def set_muted(room: Room, *, by: "User", muted: bool) -> None:
    """Have a room tell the person nothing any more, or again: the caller has asked the door."""
    RoomReading.objects.update_or_create(room=room, user=by, defaults={"is_muted": muted})


Places = set[tuple[int, int]]
"""Rooms and people."""


def counting_own(messages: Sequence[Message]) -> Statement[Places]:
    """Return the statement that notes people's own new messages, given in the order of each room; it tells for whom.

    They are not unread to those who wrote them: who had read everything before theirs still has; everybody else has so many
    more of their own after the mark. Who has no mark yet is left to `begin_readings`.
    """
    rows = [
        {"room": room, "person": person, "before": own[0] - 1, "first": _first_run(own), "all_of_them": len(own)}
        for (room, person), own in _numbers(messages).items()
    ]
    return Statement(_counting_own(connection.vendor), [argument(rows)], lambda cursor: set(cursor.fetchall()))


def begin_readings(messages: Sequence[Message], counted: Places) -> None:
    """Set the mark of those who had none when they wrote: what they wrote is their own."""
    RoomReading.objects.bulk_create(
        RoomReading(room_id=place[0], user_id=place[1], own_since=len(own))
        for place, own in _numbers(messages).items()
        if place not in counted
    )


def _numbers(messages: Sequence[Message]) -> dict[tuple[int, int], list[int]]:
    """Return the numbers of each person's messages in each room."""
    numbers: dict[tuple[int, int], list[int]] = {}
    for message in messages:
        numbers.setdefault((message.room_id, message.author_id), []).append(message.number)
    return numbers


def _first_run(numbers: Sequence[int]) -> int:
    """Return how many of the numbers follow each other from the first on."""
    return next((at for at, number in enumerate(numbers) if number != numbers[0] + at), len(numbers))


@cache
def _counting_own(vendor: str) -> str:
    said = records(dict.fromkeys(("room", "person", "before", "first", "all_of_them"), "bigint"), "said")
    # `before` is the number before one's first message, `first` counts those that follow it at once.
    read_on = "CASE WHEN last_number = said.before THEN said.first ELSE 0 END"
    return (
        f"UPDATE chat_roomreading SET last_number = last_number + {read_on},"  # noqa: S608 - no word of anybody's
        f" own_since = own_since + said.all_of_them - {read_on}"
        f" FROM {said} WHERE room_id = said.room AND user_id = said.person RETURNING room_id, user_id"
    )
