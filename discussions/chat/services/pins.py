"""Keeping a few messages at the top of a room."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from core.realtime.limits import pace
from discussions.chat.access import message_in, place_in
from discussions.chat.models import Event, Message, Room
from discussions.chat.services.locking import place_under_lock
from discussions.chat.services.log import append
from discussions.chat.services.messages import Ack, Act, outcome_of
from groups.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User

PINS_MAX = 20


def pin_message(room_id: int, message_id: int, *, by: "User", key: UUID, on: bool) -> Ack:
    """Pin a message to the top of its room, or let it go, as a lead; in a conversation as anybody in it.

    It takes a `seq` also where nothing changes. Raises NotAllowed when the room has 20 already, Conflict for a message that
    is deleted.
    """
    act = Act(Event.Kind.PINNED, room_id, message_id, "on" if on else "off")
    if ack := outcome_of(by, key, act):
        return ack
    pace.take(by.pk)
    with transaction.atomic():
        _record(room_id, message_id, by, on)
        place = place_under_lock(room_id, by)
        if not place.may_pin:
            raise NotAllowed(place.refusal or _("Only leads of the group pin messages."))
        if ack := outcome_of(by, key, act):
            transaction.set_rollback(True)
            return ack
        message = message_in(place, message_id)
        if message.is_deleted:
            raise Conflict(_("The message is deleted."))
        if on and message.pinned_at is None:
            if Message.objects.filter(room=place.room, pinned_at__isnull=False).count() >= PINS_MAX:
                raise NotAllowed(_("A room has at most %(count)d pinned messages.") % {"count": PINS_MAX})
            message.pinned_at = timezone.now()
        elif not on:
            message.pinned_at = None
        message.save(update_fields=["pinned_at"])
        event = append(
            place.room, act.kind, message=message, version=message.version, actor=by, key=key, digest=act.digest
        )
        return Ack(place.room.pk, key, event.seq, message.pk, message.version)


def _record(room_id: int, message_id: int, by: "User", on: bool) -> None:
    """Record what a lead does in a group's room, before the room is locked; what happens in a conversation is no act."""
    room = Room.objects.of_groups().filter(pk=room_id).first()
    place = place_in(room, by) if room else None
    if place is None or not place.may_pin:
        return
    message = message_in(place, message_id)
    if (message.pinned_at is not None) != on:
        record(place.act(), "message.pinned" if on else "message.unpinned", message)
