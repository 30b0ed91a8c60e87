"""What a person does in a room, by socket or by HTTP: a known key is answered first, then door, pace and service are asked."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.realtime.limits import pace
from discussions.chat import services
from discussions.chat.access import room_for
from discussions.chat.models import Event, Room, RoomReading
from discussions.chat.services import Ack, Act

if TYPE_CHECKING:
    from accounts.models import User


def send(
    user: "User", room_id: int, *, key: UUID, body: str, reply_to: int | None = None, speak_as: int | None = None
) -> Ack:
    """Say something."""
    act = Act(Event.Kind.MESSAGE, room_id, reply_to, services.checked(body))
    if ack := services.outcome_of(user, key, act):
        return ack
    room = _room(user, room_id)
    return services.send_message(room, by=user, key=key, body=body, reply_to=reply_to, organisation=speak_as)


def edit(user: "User", room_id: int, message_id: int, *, key: UUID, base: int, body: str) -> Ack:
    """Change one's own message."""
    act = Act(Event.Kind.EDITED, room_id, message_id, services.checked(body))
    if ack := services.outcome_of(user, key, act):
        return ack
    room = _room(user, room_id)
    return services.edit_message(room, message_id, by=user, key=key, base=base, body=body)


def delete(user: "User", room_id: int, message_id: int, *, key: UUID) -> Ack:
    """Take a message back."""
    if ack := services.outcome_of(user, key, Act(Event.Kind.DELETED, room_id, message_id)):
        return ack
    room = _room(user, room_id)
    return services.delete_message(room, message_id, by=user, key=key)


def read(user: "User", room_id: int, *, seq: int) -> RoomReading:
    """Note how far one has read."""
    return services.mark_read(room_for(user, room_id).room, by=user, seq=seq)


def _room(user: "User", room_id: int) -> Room:
    """Ask the door, then the pace: who may not know of the room learns nothing from limits either."""
    room = room_for(user, room_id).room
    pace.take(user.pk)
    return room


def as_data(ack: Ack) -> dict[str, Any]:
    """Return the ack as it stands in a frame."""
    return {
        "type": "ack",
        "room": ack.room,
        "key": str(ack.key),
        "seq": ack.seq,
        "id": ack.id,
        "version": ack.version,
    }
