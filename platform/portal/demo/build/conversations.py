"""Two direct conversations: one under way, and one that somebody has begun and nobody has accepted yet."""

from __future__ import annotations

from accounts.models import User
from discussions.chat.models import Event, Room, RoomReading
from discussions.chat.services import mark_read, start_conversation
from notifications.services import notify
from portal.demo import reader
from portal.demo.build.rooms import events_of, messages_of
from portal.demo.build.site import Site, backdate


def build(site: Site) -> None:
    """Bring in what was said; whoever is named first began it."""
    for name, messages in reader.conversations().items():
        people = [site.people[person] for person in name.split("-")]
        starter, *others = people
        room = start_conversation(by=starter, people=[other.pk for other in others])
        rows = messages_of(site, name, room, messages)
        lines = list(events_of(site, name, room, messages, rows))
        Event.objects.bulk_create(lines)
        backdate(room, created_at=lines[0].created_at, last_at=lines[-1].created_at)
        room.last_seq, room.last_number = lines[-1].seq, len(rows)
        room.save(update_fields=["last_seq", "last_number"])
        for user in people:
            own = [row for row in rows if row.author_id == user.pk]
            if own:
                room.seats.filter(user=user).update(accepted_at=own[0].created_at)
                mark_read(room, by=user, seq=room.last_seq if own[-1] is rows[-1] else own[-1].seq)
            _tell(site, room, user, messages)


def _tell(site: Site, room: Room, user: User, messages: list[reader.Message]) -> None:
    """Tell the person of what waits for them, once, as it is when somebody writes."""
    reading = RoomReading.objects.filter(room=room, user=user).first() or RoomReading()
    if reading.unread_in(room):
        first = messages[reading.last_number]
        key = f"{room.pk}:{reading.last_number + 1}"
        notify([user], "conversation", object_id=room.pk, key=key, by=site.capacity(first.author))
