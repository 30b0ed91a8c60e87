"""Saying something, changing it, taking it back. Each act carries a key and is answered alike however often it comes.

The order is always the same: a key that is known is answered; then the person's pace is asked, then, with the room locked,
their right. Pace comes before right, for rooms that are there and rooms that are not, so it tells nobody of either.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core import markdown
from core.audit import record
from core.errors import Conflict, DomainError
from core.realtime.limits import pace
from discussions import mentions
from discussions.chat.access import message_in, place_in
from discussions.chat.models import Event, Message, MessageVersion, Room, SpentKey
from discussions.chat.presenting import mention_names, spelled
from discussions.chat.services.locking import place_to_write, place_under_lock
from discussions.chat.services.log import append
from discussions.chat.services.telling import tell_mentioned
from discussions.services.writing import written
from groups.documents.models import Link
from groups.documents.services.linking import forget_links, note_links
from groups.standing import NotAllowed
from partners.capacity import Capacity

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

    @classmethod
    def of(cls, event: Event) -> "Ack":
        """Return the outcome of the act that wrote the event."""
        assert event.key is not None and event.message_id is not None and event.version is not None
        return cls(event.room_id, event.key, event.seq, event.message_id, event.version)

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


def edit_message(room_id: int, message_id: int, *, by: "User", key: UUID, base: int, body: str) -> Ack:
    """Change one's own message, seen in version `base`; the text it had is kept as a version.

    Raises Conflict, with `current` holding `body` and `version` as they are now, when somebody was faster or it is deleted.
    """
    act = Act(Event.Kind.EDITED, room_id, message_id, checked(body))
    if ack := outcome_of(by, key, act):
        return ack
    pace.take(by.pk)
    with transaction.atomic():
        place = place_to_write(room_id, by)
        if ack := outcome_of(by, key, act):  # the same act came twice at once
            return ack
        message = message_in(place, message_id)
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
        note_links(Link.Source.MESSAGE, message.pk, [message.body])
        # It stays said for whom it was said, whomever its author speaks for now.
        tell_mentioned(message, mentioned, by=Capacity(by, message.organisation, message.function))
        return Ack.of(event)


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
        place = place_under_lock(room_id, by)
        if ack := outcome_of(by, key, act):
            transaction.set_rollback(True)
            return ack
        message = message_in(place, message_id)
        if not place.may_delete(message):
            raise NotAllowed(place.refusal or _("Only its author or a lead deletes a message."))
        if message.is_deleted:
            raise Conflict(_("The message is deleted already."), current=_as_it_is(message))
        return Ack.of(bury(message, place.room, by=by, key=key))


def bury(message: Message, room: Room, *, by: "User", key: UUID) -> Event:
    """Take a message away in a room that the caller has locked: its words, and what was added to it; the tombstone stays."""
    message.body, message.html, message.version, message.pinned_at = "", "", message.version + 1, None
    event = append(room, Event.Kind.DELETED, message=message, version=message.version, actor=by, key=key)
    message.deleted_at = event.created_at
    message.save(update_fields=["body", "html", "version", "deleted_at", "pinned_at"])
    message.versions.all().delete()
    message.reactions.all().delete()
    message.attachments.all().delete()
    forget_links(Link.Source.MESSAGE, [message.pk])
    message.events.update(digest="")
    return event


def _record_moderation(room_id: int, message_id: int, by: "User") -> None:
    """Record that a lead takes back the words of somebody else.

    Before the room is locked: acts that change rights hold the group's record first and lock its rooms after it. Whoever is
    refused under the lock leaves no trace here either, since the whole transaction is.
    """
    room = Room.objects.filter(pk=room_id).first()
    place = place_in(room, by) if room else None
    if place is not None and place.may_moderate:
        message = message_in(place, message_id)
        if message.author_id != by.pk:
            message.room = place.room
            record(place.act(), "message.deleted", message)


def outcome_of(by: "User", key: UUID, act: Act) -> Ack | None:
    """Return what became of the act with this key, None if it is new; Conflict if the key carried something else.

    Asked before rights and limits: a retry is answered even to somebody who has lost the right since.
    """
    event = Event.objects.filter(actor=by, key=key).select_related("message").first()
    known = event or SpentKey.objects.filter(actor=by, key=key).first()
    return None if known is None else answered(known, act, by)


def answered(event: Event | SpentKey, act: Act, by: "User") -> Ack:
    """Return the outcome of the act that an event is about; Conflict if its key carried something else.

    Of an act that the room keeps no longer, only the room is known.
    """
    if isinstance(event, SpentKey):
        if event.room_id != act.room:
            raise Conflict(_("This key was used for something else."))
        return Ack(event.room_id, event.key, event.seq, event.message, event.version)
    assert event.message is not None
    target = event.message.reply_to_id if event.kind == Event.Kind.MESSAGE else event.message_id
    if Act(Event.Kind(event.kind), event.room_id, target).name != act.name or event.digest not in ("", act.digest):
        own = event.message.author_id == by.pk
        raise Conflict(_("This key was used for something else."), current=_as_it_is(event.message) if own else None)
    return Ack.of(event)


def _as_it_is(message: Message) -> dict[str, object]:
    """Return what a conflict tells of the message, as its author would edit it."""
    body = message.body
    if message.room.group is not None:
        body = mentions.spell(body, message.room.group)
    else:
        body = spelled(message, mention_names([message]))
    return {"id": message.pk, "body": body, "version": message.version}


def checked(body: str, may_be_empty: bool = False) -> str:
    """Return the text as it is kept; raise Malformed when nothing is left of it, TooLong over 16 KB of UTF-8."""
    body = markdown.clean(body).strip()
    if not body and not may_be_empty:
        raise Malformed(_("Write something first."))
    if len(body.encode(errors="surrogatepass")) > BODY_MAX_BYTES:
        raise TooLong(_("A message may have at most 16 KB. Put longer texts into a thread or a document."))
    return body
