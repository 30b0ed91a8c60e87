"""What was said in the rooms, with its edits and deletions, and how far people have read.

The rooms' past is brought in as rows, in bulk: said one by one, it would take a third of the time of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core import markdown
from discussions.chat.models import Attachment, Audience, Event, Message, MessageVersion, Reaction, Room, RoomReading
from discussions.chat.services import mark_read
from groups.models import Participant
from portal.demo import reader
from portal.demo.build.site import Site, backdate, key
from search.services import put_all

# Who signs in has read what is this many days old, everybody else everything.
READ_UNTIL = {"marta": 2, "joao": 3}


def build(site: Site) -> None:
    """Bring in everything that was said, in order."""
    for name, messages in reader.rooms().items():
        room = _room(site, name)
        rows = messages_of(site, name, room, messages)
        events = [*events_of(site, name, room, messages, rows), *_extras(site, name, room, messages, rows)]
        Event.objects.bulk_create(events)
        room.last_seq, room.last_number = events[-1].seq, len(rows)
        room.save(update_fields=["last_seq", "last_number"])
        _set_marks(site, name, room, messages)


def _room(site: Site, name: str) -> Room:
    """Return the group's own room, or make the further one that a file with a second name is about: for leads only."""
    group, _, audience = name.partition(".")
    if not audience:
        return Room.objects.get(group=site.groups[group], is_main=True)
    room = Room.objects.create(group=site.groups[group], name=reader.name_of_room(name), audience=Audience(audience))
    inside = Participant.objects.filter(membership__group=room.group, membership__role__in=room.roles)
    RoomReading.objects.bulk_create(
        RoomReading(room=room, user_id=user) for user in set(inside.values_list("user_id", flat=True))
    )
    return room


def messages_of(site: Site, name: str, room: Room, messages: list[reader.Message]) -> list[Message]:
    """Write the messages as they read now; each takes a `seq`, and each edit and deletion takes one after it."""
    rows, seq = [], room.last_seq
    for number, message in enumerate(messages, start=1):
        texts = [message.body, *(body for _, body in message.edits)]
        body = "" if message.deleted else texts[-1]
        row = Message(
            room=room,
            seq=seq + 1,
            number=number,
            body=body,
            html=markdown.render(body) if body else "",
            version=len(texts) + bool(message.deleted),
            key=key("message", name, number),
            created_at=message.at.before(site.today),
            edited_at=message.edits[-1][0].before(site.today) if message.edits else None,
            deleted_at=message.deleted.before(site.today) if message.deleted else None,
            pinned_at=message.at.before(site.today) if message.pinned else None,
            has_extras=bool(message.signs or message.documents),
        )
        row.speak_as(site.capacity(message.author))
        rows.append(row)
        seq += row.version
    Message.objects.bulk_create(rows)
    put_all(card for row in rows for card in row.cards())
    Attachment.objects.bulk_create(
        Attachment(message=row, document=site.documents[document], place=place)
        for message, row in zip(messages, rows, strict=True)
        for place, document in enumerate(message.documents)
    )
    answers = []
    for message, row in zip(messages, rows, strict=True):
        if message.answers is not None:
            row.reply_to = rows[message.answers]
            answers.append(row)
    Message.objects.bulk_update(answers, ["reply_to"])
    MessageVersion.objects.bulk_create(
        MessageVersion(message=row, number=version, body=body, created_at=row.created_at)
        for message, row in zip(messages, rows, strict=True)
        if not message.deleted
        for version, body in enumerate([message.body, *(body for _, body in message.edits)][:-1], start=1)
    )
    return rows


def events_of(
    site: Site, name: str, room: Room, messages: list[reader.Message], rows: list[Message]
) -> Iterator[Event]:
    """Yield the lines of the log: each message, then what became of it."""
    for message, row in zip(messages, rows, strict=True):
        acts = [(Event.Kind.MESSAGE, message.at), *((Event.Kind.EDITED, at) for at, _ in message.edits)]
        if message.deleted:
            acts.append((Event.Kind.DELETED, message.deleted))
        for version, (kind, at) in enumerate(acts, start=1):
            yield Event(
                room=room,
                seq=row.seq + version - 1,
                kind=kind,
                acl_version=room.acl_version,
                created_at=at.before(site.today),
                message=row,
                version=version,
                actor=row.author,
                key=row.key if version == 1 else key(kind, name, row.number, version),
            )


def _extras(site: Site, name: str, room: Room, messages: list[reader.Message], rows: list[Message]) -> Iterator[Event]:
    """Give the signs and yield the lines of the log that tell of them and of the pins, after everything that was said."""
    seq, at = rows[-1].seq + rows[-1].version, messages[-1].at.before(site.today)
    for message, row in zip(messages, rows, strict=True):
        pinned = [(Event.Kind.PINNED, row.author, "")] if message.pinned else []
        signs = [(Event.Kind.REACTED, site.people[person], emoji) for emoji, person in message.signs]
        Reaction.objects.bulk_create(
            Reaction(
                message=row,
                user=site.people[person],
                organisation=site.capacity(person).organisation,
                emoji=emoji,
                created_at=at,
            )
            for emoji, person in message.signs
        )
        for kind, actor, emoji in pinned + signs:
            yield Event(
                room=room,
                seq=seq,
                kind=kind,
                acl_version=room.acl_version,
                created_at=at,
                message=row,
                version=row.version,
                actor=actor,
                key=key(kind, name, row.number, emoji),
            )
            seq += 1


def _set_marks(site: Site, name: str, room: Room, messages: list[reader.Message]) -> None:
    group = next(group for group in reader.groups() if group.key == name.partition(".")[0])
    people = {person for member in group.members if member.role in room.roles for person in member.people}
    readers = [site.people[person].pk for person in people - READ_UNTIL.keys()]
    RoomReading.objects.filter(room=room, user__in=readers).update(
        last_seq=room.last_seq, last_number=room.last_number, own_since=0
    )
    for person, days in READ_UNTIL.items():
        if person in people:
            number = sum(message.at.days >= days for message in messages)
            read = Message.objects.filter(room=room, number__lte=number).order_by("-number").first()
            mark_read(room, by=site.people[person], seq=read.seq if read else 0)


def set_moments(site: Site) -> None:
    """Date the lines of every log that tell who came and what they may, once nothing more is added to it."""
    for room in Room.objects.of_groups().select_related("group"):
        _set_moments(room)


def _set_moments(room: Room) -> None:
    """Say that people came when their seat began; times never run backwards."""
    assert room.group is not None
    seats = {
        (seat.user_id, seat.membership.organisation_id): seat.created_at
        for seat in Participant.objects.filter(membership__group=room.group).select_related("membership")
    }
    at: datetime = room.group.created_at
    events = list(Event.objects.filter(room=room).order_by("seq"))
    for event in events:
        if event.kind == Event.Kind.MEMBERSHIP:
            event.created_at = seats.get((event.person_id or 0, event.organisation_id or 0), at)
        at = event.created_at = max(at, event.created_at)
    Event.objects.bulk_update(events, ["created_at"], batch_size=200)
    backdate(room, created_at=room.group.created_at, last_at=at)
