"""How anything takes its number in a room: under the room's row lock, in the transaction that writes it."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from core.prepared import prepared
from core.realtime import bell
from core.rows import Inserted, Updated
from core.statements import Statement, at_once
from discussions.chat.models import Event, Room

PLACE = ["last_seq", "last_number", "acl_version", "last_at"]
"""How far a room is."""

_locked = prepared(lambda ids: Room.objects.select_for_update().filter(pk__among=ids).order_by("pk"), lists=("ids",))
_free = prepared(
    lambda ids: Room.objects.select_for_update(skip_locked=True).filter(pk__among=ids).order_by("pk"), lists=("ids",)
)
writing_events = Inserted(Event)
_writing_places = Updated(Room, PLACE)


def lock_room(room_id: int) -> Room | None:
    """Lock the room's row until the transaction ends, if there is one; read what you judge after this, not before."""
    return Room.objects.select_for_update().filter(pk=room_id).first()


def locking(room_ids: Collection[int], *, wait: bool = True) -> Statement[list[Room]]:
    """Lock these rooms, in the order of their ids, as far as they are there; without `wait` those that nobody else holds."""
    return (_locked if wait else _free).with_(room_ids)


def lock_rooms_of(group_ids: list[int]) -> list[Room]:
    """Lock every room of the groups, in the order of their ids, so that two who lock several never wait for each other."""
    return list(Room.objects.select_for_update().filter(group_id__in=group_ids).order_by("pk"))


def append(room: Room, kind: Event.Kind, **fields: Any) -> Event:
    """Give the locked room its next `seq`, write the event that takes it, and ring the bell once it is committed.

    Changes that the caller made to `room.last_number` and `room.acl_version` are saved with it.
    """
    event = next_event(room, kind, **fields)
    keep([room], [event])
    return event


def next_event(room: Room, kind: Event.Kind, **fields: Any) -> Event:
    """Return the event that takes the locked room's next `seq`; `keep` writes it.

    Times never run backwards inside a room, whatever the clocks of several machines say.
    """
    now = timezone.now()
    room.last_at = max(now, room.last_at) if room.last_at else now
    room.last_seq += 1
    return Event(
        room=room, seq=room.last_seq, kind=kind, acl_version=room.acl_version, created_at=room.last_at, **fields
    )


def keep(rooms: Collection[Room], events: Collection[Event]) -> None:
    """Write the events and how far their locked rooms are now, and ring for each room once it is committed."""
    at_once(writing_events(events), keeping(rooms))


def keeping(rooms: Collection[Room]) -> Statement[None]:
    """Return the statement that writes how far the rooms are, for who sends it together with others; it rings as `keep` does."""
    for room in rooms:
        moved = {"type": "room.moved", "room": room.pk, "seq": room.last_seq}
        bell.send_on_commit(bell.shared(room.pk), moved, newest_of=room.pk)
    return _writing_places(rooms)
