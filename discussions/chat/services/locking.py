"""The person's place in a room, judged under the room's lock."""

from typing import TYPE_CHECKING

from django.http import Http404

from discussions.chat.access import NO_ROOM, Place, place_in
from discussions.chat.services.log import lock_room
from groups.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User


def place_under_lock(room_id: int, by: "User") -> Place:
    """Lock the room and return the person's place in it, so that a change of rights comes wholly before or after the act.

    Raises Http404 for a room that is none to them.
    """
    room = lock_room(room_id)
    place = place_in(room, by) if room else None
    if place is None:
        raise Http404(NO_ROOM)
    return place


def place_to_write(room_id: int, by: "User") -> Place:
    """Return the same for somebody who may write there; raise NotAllowed for others."""
    return may_write_in(place_under_lock(room_id, by))


def may_write_in(place: Place | None) -> Place:
    """Return the place if it is one to write in, whose room is locked; raise what the person is told if not."""
    if place is None:
        raise Http404(NO_ROOM)
    if not place.may_write:
        raise NotAllowed(place.refusal)
    return place
