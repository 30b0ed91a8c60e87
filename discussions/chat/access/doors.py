"""How one comes into a room: by its id, by its group's address, by a conversation's. Absent and forbidden look alike."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.http import Http404

from core.prepared import prepared
from core.statements import Statement
from discussions.chat.access.conversations import ConversationPlace, conversation_place
from discussions.chat.access.places import GroupPlace, Place
from discussions.chat.models import Message, Room, RoomReading
from groups.access import group_for_participant
from groups.models import Group, History, Participant
from groups.standing import Standing, seats_where

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from accounts.models import User

NO_ROOM = "No such room."


def _group_ids(rooms: Any) -> "QuerySet[Room, Any]":
    return Room.objects.filter(pk__among=rooms).order_by().values("group")


_groups_of = prepared(lambda rooms: Group.objects.filter(pk__in=_group_ids(rooms)).order_by(), lists=("rooms",))
_seats_of = prepared(
    lambda rooms, people: (
        seats_where(user__among=people, membership__group__in=_group_ids(rooms))
        .select_related(None)
        .select_related("membership__organisation", "affiliation")
    ),
    lists=("rooms", "people"),
)


def place_in(room: Room, user: "User | AnonymousUser") -> Place | None:
    """Return the person's place in the room as it is at this moment, or None: at most 3 queries. The caller chose the room."""
    if room.group_id is None:
        return conversation_place(room, user)
    group = Group.objects.filter(pk=room.group_id).first()
    if group is None or not user.is_authenticated or not _is_in(room, standing := Standing.of(user, group)):
        return None
    return GroupPlace(room, user, floor_of(room, group, user), group, standing)


def reading_places(
    rooms: Collection[int], people: Collection[int]
) -> "tuple[Statement[list[Group]], Statement[list[Participant]]]":
    """Return the statements that read what `places_of` is to be told, whatever the number of rooms and people."""
    return _groups_of.with_(rooms), _seats_of.with_(rooms, people)


def places_of(
    asked: "Collection[tuple[Room, User]]", found: Iterable[Group], seats: Iterable[Participant]
) -> dict[tuple[int, int], Place]:
    """Return the places people have in rooms, by the ids of room and person: `place_in` for many.

    `found` and `seats` are what `reading_places` reads. One query more where history begins with joining, and one for each
    place in a conversation.
    """
    talks = {
        (room.pk, user.pk): place
        for room, user in asked
        if room.group_id is None and (place := conversation_place(room, user))
    }
    groups = {group.pk: group for group in found}
    inside = [(room, user, groups[room.group_id]) for room, user in asked if room.group_id in groups]
    standings = Standing.of_many(((user, group) for _, user, group in inside), seats)
    bounded = [(room, user) for room, user, group in inside if group.history != History.ALL]
    floors: dict[tuple[int, int], int] = {}
    if bounded:
        own = RoomReading.objects.filter(
            room__in={room for room, _ in bounded}, user__in={user for _, user in bounded}
        )
        floors = {(room, user): floor for room, user, floor in own.values_list("room_id", "user_id", "floor")}
    return talks | {
        (room.pk, user.pk): GroupPlace(room, user, max(room.floor, floors.get((room.pk, user.pk), 1)), group, standing)
        for room, user, group in inside
        if _is_in(room, standing := standings[user.pk, group.pk])
    }


def _is_in(room: Room, standing: Standing) -> bool:
    return standing.may_read_chat and standing.may_read and lets_in(room, standing)


def lets_in(room: Room, standing: Standing) -> bool:
    """Whether a room of the group is one for a participant of this standing: the rule of `Room.objects.visible_to`."""
    return any(seat.membership.role in room.roles for seat in standing.seats)


def floor_of(room: Room, group: Group, user: "User | AnonymousUser") -> int:
    """Return the first `seq` the person may see: the room's floor, or where they joined if history begins there."""
    room.group = group
    return floors_of([room], user)[room.pk]


def floors_of(rooms: Collection[Room], user: "User | AnonymousUser") -> dict[int, int]:
    """Return the floor of each room, with its group on it, by the room's id: at most 1 query."""
    bounded = [room for room in rooms if room.group is not None and room.group.history != History.ALL]
    own: dict[int, int] = {}
    if bounded and user.is_authenticated:
        readings = RoomReading.objects.filter(room__in=bounded, user=user)
        own = dict(readings.values_list("room_id", "floor"))
    return {room.pk: max(room.floor, own.get(room.pk, 1)) for room in rooms}


def room_for(user: "User | AnonymousUser", room_id: int) -> Place:
    """Return the person's place in a room; one they take no part in looks like none."""
    room = Room.objects.visible_to(user).filter(pk=room_id).first()
    place = place_in(room, user) if room else None
    if place is None:
        raise Http404(NO_ROOM)
    return place


def room_at(user: "User | AnonymousUser", slug: str | None, room_id: int) -> Place:
    """Return the person's place in the room at an address: below a group's, or among the conversations if it names none."""
    return conversation_for(user, room_id) if slug is None else room_of_group(user, slug, room_id)


def room_of_group(user: "User | AnonymousUser", slug: str, room_id: int | None = None) -> GroupPlace:
    """Return the person's place in one room of the group, the main one if none is named."""
    group, standing = group_for_participant(user, slug)
    rooms = Room.objects.visible_to(user).filter(group=group)
    room = rooms.filter(is_main=True).first() if room_id is None else rooms.filter(pk=room_id).first()
    if room is None or not user.is_authenticated or not standing.may_read_chat:
        raise Http404(NO_ROOM)
    room.group = group
    return GroupPlace(room, user, floor_of(room, group, user), group, standing)


def conversation_for(user: "User | AnonymousUser", room_id: int) -> ConversationPlace:
    """Return the person's place in a conversation; one they are not in looks like none."""
    room = Room.objects.visible_to(user).filter(group=None, pk=room_id).first()
    place = conversation_place(room, user) if room else None
    if place is None:
        raise Http404(NO_ROOM)
    return place


def message_in(place: Place, message_id: int) -> Message:
    """Return a message the person may see there; one before their floor looks like none."""
    message = Message.objects.filter(room=place.room, pk=message_id, seq__gte=place.floor).first()
    if message is None:
        raise Http404("No such message.")
    message.room = place.room
    return message
