"""Saying something, alone or together with what others say at the same moment.

A transaction costs the same for one message as for fifty, and rooms are locked one after the other: what a process is asked
to send while one transaction is under way goes together in the next. Each message is judged for itself all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from core import figures
from core.errors import Conflict, DomainError
from core.prepared import prepared
from core.realtime.limits import pace
from core.realtime.together import Held
from core.rows import Inserted, argument, records
from core.statements import at_once
from discussions.chat.access import Place, message_in, places_of, reading_places
from discussions.chat.models import Event, Message, Room, SpentKey
from discussions.chat.services.attachments import attach, attachable
from discussions.chat.services.conversations import answered_in
from discussions.chat.services.locking import may_write_in
from discussions.chat.services.log import keeping, locking, next_event, writing_events
from discussions.chat.services.messages import Ack, Act, answered, checked, outcome_of
from discussions.chat.services.reading import begin_readings, counting_own
from discussions.chat.services.telling import tell_conversation, tell_mentioned
from discussions.services.writing import written
from groups.documents.models import Document, Link
from groups.documents.services.linking import note_links
from partners.capacity import Capacity
from search.services import putting

Outcome = Ack | Exception

_writing = Inserted(Message)
_events_with = prepared(
    lambda acts: Event.objects.filter(pk__in=_ids_by_key(Event, acts)).order_by().select_related("message"),
    words=("acts",),
)
_spent = prepared(lambda acts: SpentKey.objects.filter(pk__in=_ids_by_key(SpentKey, acts)), words=("acts",))
_active = prepared(lambda ids: User.objects.filter(is_active=True, pk__among=ids).order_by(), lists=("ids",))


def _ids_by_key(model: type[Event | SpentKey], acts: str) -> RawSQL:
    """Return the query of the rows that have the person and the key of one of the acts: not of any person and any key.

    Each is looked up for itself, whatever PostgreSQL took the table to be when it planned for all values.
    """
    asked = records({"actor": "bigint", "key": "uuid"}, "asked")
    return RawSQL(  # noqa: S611 - nothing but names of our own
        f"SELECT (SELECT found.id FROM {model._meta.db_table} found"  # noqa: S608
        f" WHERE found.actor_id = asked.actor AND found.key = asked.key) FROM {asked}",
        [acts],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message as the person of that id sends it, for `organisation` where they speak for several."""

    room: int
    by: int
    key: UUID
    body: str
    reply_to: int | None = None
    organisation: int | str | None = None
    attachments: tuple[int, ...] = ()

    def act(self) -> Act:
        """Return what its key carries; raise Malformed or TooLong for what cannot be a message."""
        body = checked(self.body, may_be_empty=bool(self.attachments))
        return Act(Event.Kind.MESSAGE, self.room, self.reply_to, body, self.attachments)


def send_message(
    room_id: int,
    *,
    by: User,
    key: UUID,
    body: str,
    reply_to: int | None = None,
    organisation: int | str | None = None,
    attachments: Sequence[int] = (),
) -> Ack:
    """Say something in the room, with documents of its library.

    Raises Http404 for a room that is none to them, NotAllowed, NoDocument, ChooseCapacity, Malformed, TooLong, RateLimited, and
    Conflict when the key has already carried something else.
    """
    draft = Draft(
        room=room_id,
        by=by.pk,
        key=key,
        body=body,
        reply_to=reply_to,
        organisation=organisation,
        attachments=tuple(attachments),
    )
    (outcome,) = send_messages([draft])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def send_messages(drafts: Sequence[Draft], *, wait: bool = True) -> list[Outcome]:
    """Say several things in one transaction; return for each its ack, or what `send_message` raises for it, in order.

    Somebody who may not sign in any more finds nothing. Without `wait`, what goes to a room that somebody else holds at the
    moment is `Held`.
    """
    round_ = _Round(drafts)
    try:
        with figures.SEND_TIMES.taken(lambda: len(round_.said)), transaction.atomic():
            return round_.go(wait=wait)
    except IntegrityError:
        # A key came twice at once by two rooms, and one of them is committed now: each for itself.
        return [round_.alone(draft, wait=wait) for draft in drafts]


class _Said(NamedTuple):
    """A message that is judged good, with what is written beside it."""

    act: Act
    message: Message
    event: Event
    capacity: Capacity
    mentioned: list[int]
    documents: list[Document]


class _Round:
    """What goes together. The order is the one of every act: key, then pace, then, with the rooms locked, right."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.paced: set[tuple[int, UUID]] = set()
        self.said: dict[tuple[int, UUID], _Said] = {}

    def go(self, *, wait: bool) -> list[Outcome]:
        """Do all of them, inside a transaction."""
        drafts = self.drafts
        asked, people = sorted({one.room for one in drafts}), {one.by for one in drafts}
        acts = argument({"actor": one.by, "key": one.key} for one in drafts)
        # One round trip; whatever is judged by is read after the lock was got.
        rooms, groups, seats, active, self.free_keys, *known = at_once(
            locking(asked, wait=wait),
            *reading_places(asked, people),
            _active.with_(people),
            _writing.keys(len(drafts)),
            _events_with.with_(acts),
            _spent.with_(acts),
        )
        self.rooms = {room.pk: room for room in rooms}
        self.people = {person.pk: person for person in active}
        self.held = self._held() if not wait else set()
        self.known = {(one.actor_id, one.key): one for one in chain(*known)}
        here = {
            (self.rooms[one.room], self.people[one.by])
            for one in drafts
            if one.room in self.rooms and one.by in self.people
        }
        self.places = places_of(here, groups, seats)
        self.said = {}
        outcomes = [self._outcome(draft) for draft in self.drafts]
        if self.said:
            self._write()
        return [
            Ack.of(self.said[one.by, one.key].event) if outcome is None else outcome
            for one, outcome in zip(self.drafts, outcomes, strict=True)
        ]

    def alone(self, draft: Draft, *, wait: bool) -> Outcome:
        """Do one of them, after all together could not be written; what the database refuses otherwise is its outcome."""
        self.drafts = [draft]
        try:
            with figures.SEND_TIMES.taken(lambda: len(self.said)), transaction.atomic():
                return self.go(wait=wait)[0]
        except IntegrityError as error:
            try:
                return outcome_of(self.people[draft.by], draft.key, draft.act()) or error
            except DomainError as refused:
                return refused

    def _held(self) -> set[int]:
        """Return which rooms are there, but in somebody else's hands."""
        absent = {draft.room for draft in self.drafts} - self.rooms.keys()
        return set(Room.objects.filter(pk__in=absent).values_list("pk", flat=True)) if absent else set()

    def _outcome(self, draft: Draft) -> Outcome | None:
        """Judge one; None means that it is said."""
        try:
            return self._judge(draft)
        except (DomainError, Http404, Held) as refused:
            return refused

    def _judge(self, draft: Draft) -> Ack | None:
        name = draft.by, draft.key
        if (person := self.people.get(draft.by)) is None:
            raise Http404
        act = draft.act()
        if (event := self.known.get(name)) is not None:
            return answered(event, act, person)
        if (said := self.said.get(name)) is not None:
            if said.act != act:
                raise Conflict(_("This key was used for something else."))
            return None
        if draft.room in self.held:
            raise Held(draft.room)
        if name not in self.paced:
            pace.take(draft.by)
            self.paced.add(name)
        self._say(may_write_in(self.places.get((draft.room, draft.by))), draft, act)
        return None

    def _say(self, place: Place, draft: Draft, act: Act) -> None:
        room = self.rooms[draft.room]
        capacity = place.speak(draft.organisation)
        parent = None if draft.reply_to is None else message_in(place, draft.reply_to)
        documents = attachable(place, act.attachments)
        body, html, mentioned = written(act.body, place.people)
        answered_in(place)
        event = next_event(room, act.kind, version=1, actor=self.people[draft.by], key=draft.key, digest=act.digest)
        room.last_number += 1
        message = Message(
            room=room,
            seq=event.seq,
            number=room.last_number,
            body=body,
            html=html,
            reply_to=parent,
            key=draft.key,
            has_extras=bool(documents),
        )
        if self.free_keys:
            message.pk = self.free_keys.pop(0)
        message.speak_as(capacity)
        message.created_at = event.created_at
        self.said[draft.by, draft.key] = _Said(act, message, event, capacity, mentioned, documents)

    def _events(self) -> list[Event]:
        """Return the events of what is said, each with its message, which has its key by now."""
        for said in self.said.values():
            said.event.message = said.message
        return [said.event for said in self.said.values()]

    def _write(self) -> None:
        messages = [said.message for said in self.said.values()]
        moved = {message.room_id: self.rooms[message.room_id] for message in messages}
        # The words of the search come last: while they are cut, the database writes what was sent before them.
        *_, counted, _entries = at_once(
            _writing(messages),
            lambda: writing_events(self._events()),
            keeping(moved.values()),
            counting_own(messages),
            lambda: putting(card for message in messages for card in message.cards()),
        )
        begin_readings(messages, counted)
        for said in self.said.values():
            if said.documents:
                attach(said.message, said.documents)
            note_links(Link.Source.MESSAGE, said.message.pk, [said.message.body], is_new=True)
            tell_mentioned(said.message, said.mentioned, by=said.capacity)
        for room in moved.values():
            if room.group_id is None:
                said_here = [one for one in self.said.values() if one.message.room_id == room.pk]
                tell_conversation(room, [(one.message, one.capacity) for one in said_here])
