"""Answering a message with a sign, and taking it back."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.realtime.limits import pace
from discussions.chat.access import message_in
from discussions.chat.models import Emoji, Event, Reaction
from discussions.chat.services.conversations import answered_in
from discussions.chat.services.locking import place_under_lock
from discussions.chat.services.log import append
from discussions.chat.services.messages import Ack, Act, Malformed, outcome_of
from groups.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User


def react(room_id: int, message_id: int, *, by: "User", key: UUID, emoji: str, on: bool) -> Ack:
    """Put one's sign on a message or take it away. It takes a `seq` also where nothing changes, so that it can be answered.

    Whoever reads the room and is no observer may do it, also where only leads write. Raises Malformed for a sign that is none
    of `Emoji`, Conflict for a message that is deleted.
    """
    if emoji not in Emoji.values:
        raise Malformed(_("Choose one of the signs."))
    act = Act(Event.Kind.REACTED, room_id, message_id, f"{emoji} {'on' if on else 'off'}")
    if ack := outcome_of(by, key, act):
        return ack
    pace.take(by.pk)
    with transaction.atomic():
        place = place_under_lock(room_id, by)
        if not place.may_react:
            raise NotAllowed(place.refusal or _("You may read here, but not react."))
        if ack := outcome_of(by, key, act):  # the same act came twice at once
            return ack
        answered_in(place)
        message = message_in(place, message_id)
        if message.is_deleted:
            raise Conflict(_("The message is deleted."))
        own = Reaction.objects.filter(message=message, user=by, emoji=emoji)
        if not on:
            own.delete()
        elif not own.exists():
            capacities = place.capacities
            organisation = capacities[0].organisation if len(capacities) == 1 else None
            Reaction.objects.create(message=message, user=by, emoji=emoji, organisation=organisation)
            if not message.has_extras:
                message.has_extras = True
                message.save(update_fields=["has_extras"])
        event = append(
            place.room, act.kind, message=message, version=message.version, actor=by, key=key, digest=act.digest
        )
        return Ack(place.room.pk, key, event.seq, message.pk, message.version)
