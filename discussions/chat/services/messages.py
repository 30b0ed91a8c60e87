"""Saying something, changing it, taking it back. Each act carries a key and is answered alike however often it comes.

The order is always the same: a key that is known is answered; then the person's pace is asked, then, with the room locked,
their right. Pace comes before right, for rooms that are there and rooms that are not, so it tells nobody of either.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from core import figures, markdown
from core.audit import record
from core.errors import Conflict, DomainError
from core.realtime.limits import pace
from discussions import mentions
from discussions.chat.access import NO_ROOM, Place, place_in
from discussions.chat.models import Event, Message, MessageVersion, Room, SpentKey
from discussions.chat.presenting import mention_names, spelled
from discussions.chat.services.attachments import attach, attachable
from discussions.chat.services.conversations import answered_in
from discussions.chat.services.log import append, lock_room
from discussions.chat.services.reading import count_own
from discussions.chat.services.telling import tell_mentioned
from discussions.services.writing import written
from groups.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User

BODY_MAX_BYTES = 16 * 1024


class Malformed(DomainError):
    """What was sent cannot be what was meant."""

    code = "malformed"


class TooLong(DomainError):
    """The message is longer than a message may be."""

    code = "too_long"


@dataclass(frozen=True, slots=True)
class Ack:
    """The outcome of one act, the same for every retry of it: it is committed, at `seq`."""

    room: int
    key: UUID
    seq: int
    id: int
    version: int

    def as_data(self) -> dict[str, Any]:
        """Return it as it stands in a frame."""
        return {
            "type": "ack",
            "room": self.room,
            "key": str(self.key),
            "seq": self.seq,
            "id": self.id,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Act:
    """What a key carries: what is done in which room, to or in answer to which message, with which words."""

    kind: Event.Kind
    room: int
    message: int | None = None
    body: str = ""
    attachments: tuple[int, ...] = ()

    @property
    def name(self) -> tuple[str, int, int | None]:
        """The act without its words."""
        return self.kind.value, self.room, self.message

    @property
    def digest(self) -> str:
        """The fingerprint of its words and of what goes with them."""
        words = self.body + "".join(f"\0{document}" for document in self.attachments)
        return hashlib.sha256(words.encode()).hexdigest() if words else ""


def send_message(
    room_id: int,
    *,
    by: "User",
    key: UUID,
    body: str,
    reply_to: int | None = None,
    organisation: int | str | None = None,
    attachments: Sequence[int] = (),
) -> Ack:
    """Say something in the room, for `organisation` where the person speaks for several, with documents of its library.

    Raises Http404 for a room that is none to them, NotAllowed, NoDocument, ChooseCapacity, Malformed, TooLong, RateLimited, and
    Conflict when the key has already carried something else.
    """
    act = Act(Event.Kind.MESSAGE, room_id, reply_to, checked(body, bool(attachments)), tuple(attachments))
    if ack := outcome_of(by, key, act):
        return ack
    pace.take(by.pk)
    try:
        with figures.SEND_TIMES.taken(), transaction.atomic():
            place = _place_to_write(room_id, by)
            capacity = place.speak(organisation)
            parent = None if reply_to is None else _message(place, reply_to)
            documents = attachable(place, act.attachments)
            kept, html, mentioned = written(act.body, place.people)
            room = place.room
            room.last_number += 1
            message = Message(
                room=room,
                seq=room.last_seq + 1,
                number=room.last_number,
                body=kept,
                html=html,
                reply_to=parent,
                key=key,
                has_extras=bool(documents),
            )
            message.speak_as(capacity)
            message.created_at = max(message.created_at, room.last_at) if room.last_at else message.created_at
            message.save(force_insert=True)
            if documents:
                attach(message, documents)
            event = append(room, act.kind, message=message, version=1, actor=by, key=key, digest=act.digest)
            count_own(message)
            tell_mentioned(message, mentioned, by=capacity)
            return _ack(event)
    except IntegrityError:
        # The same key came twice at once; the other one is committed now.
        ack = outcome_of(by, key, act)
        if ack is None:
            raise
        return ack


def edit_message(room_id: int, message_id: int, *, by: "User", key: UUID, base: int, body: str) -> Ack:
    """Change one's own message, seen in version `base`; the text it had is kept as a version.

    Raises Conflict, with `current` holding `body` and `version` as they are now, when somebody was faster or it is deleted.
    """
    act = Act(Event.Kind.EDITED, room_id, message_id, checked(body))
    if ack := outcome_of(by, key, act):
        return ack
    pace.take(by.pk)
    with transaction.atomic():
        place = _place_to_write(room_id, by)
        if ack := outcome_of(by, key, act):  # the same act came twice at once
            return ack
        message = _message(place, message_id)
        if message.author_id != by.pk:
            raise NotAllowed(_("Only its author changes a message."))
        if message.is_deleted or message.version != base:
            raise Conflict(_("The message has changed meanwhile."), current=_as_it_is(message))
        also = place.named_in(message.body)
        MessageVersion.objects.create(message=message, number=message.version, body=message.body)
        message.body, message.html, mentioned = written(act.body, place.people, also=also)
        message.version += 1
        event = append(
            place.room, act.kind, message=message, version=message.version, actor=by, key=key, digest=act.digest
        )
        message.edited_at = event.created_at
        message.save(update_fields=["body", "html", "version", "edited_at"])
        tell_mentioned(message, mentioned, by=place.speak(message.organisation_id))
        return _ack(event)


def delete_message(room_id: int, message_id: int, *, by: "User", key: UUID) -> Ack:
    """Take one's own message back, or as a lead anybody's: text and earlier texts are gone, a tombstone stays.

    Documents it pointed to stay in the library.
    """
    act = Act(Event.Kind.DELETED, room_id, message_id)
    if ack := outcome_of(by, key, act):
        return ack
    pace.take(by.pk)
    with transaction.atomic():
        _record_moderation(room_id, message_id, by)
        place = _place_to_write(room_id, by)
        if ack := outcome_of(by, key, act):
            transaction.set_rollback(True)
            return ack
        message = _message(place, message_id)
        if message.author_id != by.pk and not place.may_moderate:
            raise NotAllowed(_("Only its author or a lead deletes a message."))
        if message.is_deleted:
            raise Conflict(_("The message is deleted already."), current=_as_it_is(message))
        message.body, message.html, message.version, message.pinned_at = "", "", message.version + 1, None
        event = append(place.room, act.kind, message=message, version=message.version, actor=by, key=key)
        message.deleted_at = event.created_at
        message.save(update_fields=["body", "html", "version", "deleted_at", "pinned_at"])
        message.versions.all().delete()
        message.reactions.all().delete()
        message.attachments.all().delete()
        message.events.update(digest="")
        return _ack(event)


def _record_moderation(room_id: int, message_id: int, by: "User") -> None:
    """Record that a lead takes back the words of somebody else.

    Before the room is locked: acts that change rights hold the group's record first and lock its rooms after it. Whoever is
    refused under the lock leaves no trace here either, since the whole transaction is.
    """
    room = Room.objects.filter(pk=room_id).first()
    place = place_in(room, by) if room else None
    if place is not None and place.may_moderate:
        message = _message(place, message_id)
        if message.author_id != by.pk:
            message.room = place.room
            record(place.act(), "message.deleted", message)


def outcome_of(by: "User", key: UUID, act: Act) -> Ack | None:
    """Return what became of the act with this key, None if it is new; Conflict if the key carried something else.

    Asked before rights and limits: a retry is answered even to somebody who has lost the right since.
    """
    event = Event.objects.filter(actor=by, key=key).select_related("message").first()
    if event is None:
        return _spent(by, key, act)
    assert event.message is not None
    target = event.message.reply_to_id if event.kind == Event.Kind.MESSAGE else event.message_id
    if Act(Event.Kind(event.kind), event.room_id, target).name != act.name or event.digest not in ("", act.digest):
        own = event.message.author_id == by.pk
        raise Conflict(_("This key was used for something else."), current=_as_it_is(event.message) if own else None)
    return _ack(event)


def _spent(by: "User", key: UUID, act: Act) -> Ack | None:
    """Return the outcome of an act that the room keeps no longer."""
    spent = SpentKey.objects.filter(actor=by, key=key).first()
    if spent is None:
        return None
    if spent.room_id != act.room:
        raise Conflict(_("This key was used for something else."))
    return Ack(spent.room_id, spent.key, spent.seq, spent.message, spent.version)


def _as_it_is(message: Message) -> dict[str, object]:
    """Return what a conflict tells of the message, as its author would edit it."""
    body = message.body
    if message.room.group is not None:
        body = mentions.spell(body, message.room.group)
    else:
        body = spelled(message, mention_names([message]))
    return {"id": message.pk, "body": body, "version": message.version}


def _ack(event: Event) -> Ack:
    assert event.key is not None and event.message_id is not None and event.version is not None
    return Ack(event.room_id, event.key, event.seq, event.message_id, event.version)


def checked(body: str, may_be_empty: bool = False) -> str:
    """Return the text as it is kept; raise Malformed when nothing is left of it, TooLong over 16 KB of UTF-8."""
    body = markdown.clean(body).strip()
    if not body and not may_be_empty:
        raise Malformed(_("Write something first."))
    if len(body.encode(errors="surrogatepass")) > BODY_MAX_BYTES:
        raise TooLong(_("A message may have at most 16 KB. Put longer texts into a thread or a document."))
    return body


def _place_to_write(room_id: int, by: "User") -> Place:
    """Lock the room and judge the person's right under the lock, so that a removal comes wholly before or after."""
    room = lock_room(room_id)
    place = place_in(room, by) if room else None
    if place is None:
        raise Http404(NO_ROOM)
    if not place.may_write:
        raise NotAllowed(place.refusal)
    answered_in(place)
    return place


def _message(place: Place, message_id: int) -> Message:
    message = Message.objects.filter(room=place.room, pk=message_id, seq__gte=place.floor).first()
    if message is None:
        raise Http404("No such message.")
    return message
