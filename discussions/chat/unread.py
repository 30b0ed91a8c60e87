"""What waits for a person in the rooms of their groups, for pages that list groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from discussions.chat.models import Room, RoomReading
from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class RoomBadge:
    """One room and how many messages of others the person has not read there."""

    room: Room
    unread: int
    is_muted: bool = False


def room_badges(user: "User", groups: Iterable[Group]) -> dict[int, list[RoomBadge]]:
    """Return the rooms of each group (by its id), the main one first, with what is unread: 2 queries for any number.

    The caller passes groups in which the person takes part.
    """
    by_id = {group.pk: group for group in groups}
    rooms = list(
        Room.objects.visible_to(user)
        .filter(group__in=by_id)
        .order_by("-is_main", F("closed_at").asc(nulls_first=True), "name", "pk")
    )
    readings = {reading.room_id: reading for reading in RoomReading.objects.filter(user=user, room__in=rooms)}
    badges: dict[int, list[RoomBadge]] = {pk: [] for pk in by_id}
    for room in rooms:
        assert room.group_id is not None
        room.group = by_id[room.group_id]
        reading = readings.get(room.pk) or RoomReading(room=room, user=user)
        badges[room.group_id].append(RoomBadge(room, reading.unread_in(room), reading.is_muted))
    return badges
