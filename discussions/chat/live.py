"""Chat on the live protocol: what the hub asks about rooms, and the frames by which people act in them."""

from collections.abc import Collection, Sequence
from typing import Any

from django.http import Http404

from accounts.models import User
from core import figures
from core.realtime import frames
from core.realtime.frames import (
    COUNT,
    FLAG,
    IDENTIFIER,
    KEY,
    OPTIONAL_IDENTIFIER,
    OPTIONAL_IDENTIFIERS,
    TEXT,
    Data,
    Frame,
)
from core.realtime.hub import Hub
from core.realtime.rooms import Entry, Head, Right
from core.realtime.sockets import Socket
from core.realtime.threads import in_thread
from core.realtime.together import Together
from discussions.chat import presenting, services
from discussions.chat.access import room_for, seated
from discussions.chat.models import ROLES_IN, Audience, Room, RoomReading
from discussions.chat.services import Ack, Draft
from groups.models import Group, GroupState, History, Participant

TYPING_EVERY = 2.0
"""Seconds between two typing frames of one socket that are passed on."""


class Rooms:
    """Answers the hub; each answer takes a constant number of queries."""

    def heads(self, rooms: Collection[int]) -> dict[int, Head]:
        """Return how far each room is."""
        found = Room.objects.filter(pk__in=list(rooms)).values_list("pk", "last_seq", "acl_version")
        return {pk: Head(seq, acl_version) for pk, seq, acl_version in found}

    def rights(self, room: int, users: Collection[int]) -> dict[int, Right]:
        """Return who of these people may be in the room now: the same question as `access.place_in`, for many at once."""
        row = Room.objects.filter(pk=room).values_list("group_id", "floor", "audience").first()
        if row is not None and row[0] is None:
            return {user: Right(row[1], shows) for user, shows in seated(room, users).items()}
        group = Group.objects.live().exclude(state=GroupState.PROPOSED).filter(pk=row[0]).first() if row else None
        if row is None or group is None:
            return {}
        seats = Participant.objects.taking_part().filter(
            user__in=list(users), membership__group=group, membership__role__in=ROLES_IN[Audience(row[2])]
        )
        people = dict(seats.values_list("user_id", "user__shows_presence"))
        floors: dict[int, int] = {}
        if group.history != History.ALL:
            floors = dict(RoomReading.objects.filter(room=room, user__in=people).values_list("user_id", "floor"))
        return {user: Right(max(row[1], floors.get(user, 1)), shows) for user, shows in people.items()}

    def entries(self, room: int, after: int, limit: int) -> list[Entry]:
        """Return the events after a `seq`, encoded.

        They read as they are now, so the room's rights of now decide who gets them, not those of when they happened.
        """
        events = presenting.events_after(room, after, limit)
        return [
            Entry(
                event.seq,
                max(event.acl_version, event.room.acl_version),
                presenting.origin(event),
                frames.encode(data),
                event.created_at.timestamp(),
            )
            for event, data in zip(events, presenting.as_data(events), strict=True)
        ]

    def people(self, room: int, users: Collection[int]) -> list[dict[str, Any]]:
        """Return those who let others see that they are in the room."""
        return presenting.allowed_people(room, users)


def _person(socket: Socket) -> User:
    """Return whose socket it is, as they are now; somebody who may not sign in any more finds nothing."""
    person = User.objects.filter(pk=socket.user_id, is_active=True).first()
    if person is None:
        raise Http404
    return person


def _say(asked: Sequence[tuple[int, Data]], may_wait: bool) -> list[Ack | Exception]:
    """Say what people (by their ids) have sent, in one transaction."""
    return services.send_messages([_draft(user_id, data) for user_id, data in asked], wait=may_wait)


def _draft(user_id: int, data: Data) -> Draft:
    return Draft(
        room=data["room"],
        by=user_id,
        key=data["key"],
        body=data["body"],
        reply_to=data["reply_to"],
        organisation=data["as"],
        attachments=tuple(data["attachments"] or ()),
    )


together = Together(_say)


async def _send(hub: Hub, socket: Socket, data: Data) -> None:
    """Say something; the ack goes out after the commit."""
    with figures.ACK_TIMES.taken():
        ack = await together.do((socket.user_id, data))
    hub.fanout.rang(ack.room, ack.seq)
    socket.say(ack.as_data())


async def _edit(hub: Hub, socket: Socket, data: Data) -> None:
    """Change one's own message, seen in version `base`."""

    def act() -> Ack:
        return services.edit_message(
            data["room"], data["id"], by=_person(socket), key=data["key"], base=data["base"], body=data["body"]
        )

    socket.say((await in_thread(act)).as_data())


async def _delete(hub: Hub, socket: Socket, data: Data) -> None:
    """Take a message back."""

    def act() -> Ack:
        return services.delete_message(data["room"], data["id"], by=_person(socket), key=data["key"])

    socket.say((await in_thread(act)).as_data())


async def _react(hub: Hub, socket: Socket, data: Data) -> None:
    """Put a sign on a message, or take it away."""

    def act() -> Ack:
        return services.react(
            data["room"], data["id"], by=_person(socket), key=data["key"], emoji=data["emoji"], on=data["on"]
        )

    socket.say((await in_thread(act)).as_data())


async def _pin(hub: Hub, socket: Socket, data: Data) -> None:
    """Pin a message to the top of the room, or let it go."""

    def act() -> Ack:
        return services.pin_message(data["room"], data["id"], by=_person(socket), key=data["key"], on=data["on"])

    socket.say((await in_thread(act)).as_data())


async def _read(hub: Hub, socket: Socket, data: Data) -> None:
    """Note how far one has read; nothing is answered."""

    def act() -> None:
        person = _person(socket)
        services.mark_read(room_for(person, data["room"]).room, by=person, seq=data["seq"])

    await in_thread(act)


async def _typing(hub: Hub, socket: Socket, data: Data) -> None:
    """Tell the others in the room that one writes, if one lets it be seen; at most every two seconds.

    Best effort: in a room that is not followed, or not any more, nothing happens.
    """
    follow = socket.follows.get(data["room"])
    if follow is not None and hub.now() - socket.typed_at >= TYPING_EVERY:
        socket.typed_at = hub.now()
        hub.presence.typing(follow)


SEND = Frame(
    _send,
    {
        "room": IDENTIFIER,
        "key": KEY,
        "body": TEXT,
        "reply_to": OPTIONAL_IDENTIFIER,
        "as": OPTIONAL_IDENTIFIER,
        "attachments": OPTIONAL_IDENTIFIERS,
    },
)
EDIT = Frame(_edit, {"room": IDENTIFIER, "key": KEY, "id": IDENTIFIER, "base": IDENTIFIER, "body": TEXT})
DELETE = Frame(_delete, {"room": IDENTIFIER, "key": KEY, "id": IDENTIFIER})
REACT = Frame(_react, {"room": IDENTIFIER, "key": KEY, "id": IDENTIFIER, "emoji": TEXT, "on": FLAG})
PIN = Frame(_pin, {"room": IDENTIFIER, "key": KEY, "id": IDENTIFIER, "on": FLAG})
READ = Frame(_read, {"room": IDENTIFIER, "seq": COUNT})
TYPING = Frame(_typing, {"room": IDENTIFIER})
