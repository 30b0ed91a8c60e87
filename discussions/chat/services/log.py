"""How anything takes its number in a room: under the room's row lock, in the transaction that writes it."""

from typing import Any

from django.utils import timezone

from core.realtime.bell import send_on_commit
from core.realtime.rooms import channel
from discussions.chat.models import Event, Room


def lock_room(room_id: int) -> Room | None:
    """Lock the room's row until the transaction ends, if there is one; read what you judge after this, not before."""
    return Room.objects.select_for_update().filter(pk=room_id).first()


def lock_rooms_of(group_ids: list[int]) -> list[Room]:
    """Lock every room of the groups, in the order of their ids, so that two who lock several never wait for each other."""
    return list(Room.objects.select_for_update().filter(group_id__in=group_ids).order_by("pk"))


def append(room: Room, kind: Event.Kind, **fields: Any) -> Event:
    """Give the locked room its next `seq`, write the event that takes it, and ring the bell once it is committed.

    Times never run backwards inside a room, whatever the clocks of several machines say. Changes that the caller made to
    `room.last_number` and `room.acl_version` are saved with it.
    """
    now = timezone.now()
    room.last_at = max(now, room.last_at) if room.last_at else now
    room.last_seq += 1
    event = Event.objects.create(
        room=room, seq=room.last_seq, kind=kind, acl_version=room.acl_version, created_at=room.last_at, **fields
    )
    room.save(update_fields=["last_seq", "last_number", "acl_version", "last_at"])
    send_on_commit(channel(room.pk), {"type": "room.moved", "room": room.pk, "seq": room.last_seq})
    return event
