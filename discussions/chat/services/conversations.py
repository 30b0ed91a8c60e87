"""Direct conversations: beginning one, accepting it, blocking somebody.

What changes who may do what in a conversation takes its next `seq` there, under its lock, as in every room. Leaving a group
does not: whether people still share one is asked with each message.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError
from core.realtime.sessions import presence_chosen
from discussions.chat.access import ConversationPlace, Place
from discussions.chat.models import ConversationSeat, Event, Room
from discussions.chat.services.log import append
from groups.company import in_company
from groups.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User

OTHERS_MAX = 7
"""So many people one may write to in one conversation."""

WAITING_MAX = 20
"""So many conversations of one's own may wait for a first answer."""


def key_of(people: Collection[int]) -> str:
    """Return what is unique about a conversation: the set of people in it."""
    return ":".join(map(str, sorted(people)))


@transaction.atomic
def start_conversation(*, by: "User", people: Collection[int]) -> Room:
    """Begin a conversation with these people, or return the one there is among them; they hear of it with its first message.

    Raises NotAllowed for anybody who shares no group with the person today, whether there is such a person or not.
    """
    others = set(people) - {by.pk}
    if not others:
        raise DomainError(_("Choose at least one person to write to."))
    if len(others) > OTHERS_MAX:
        raise DomainError(
            ngettext("Choose at most %(count)d person.", "Choose at most %(count)d people.", OTHERS_MAX)
            % {"count": OTHERS_MAX}
        )
    key = key_of(others | {by.pk})
    if (room := Room.objects.filter(people_key=key).first()) is not None:
        return room
    if in_company(by, others) != others:
        raise NotAllowed(_("You can write to people with whom you share a group today."))
    if _waiting(by) >= WAITING_MAX:
        raise NotAllowed(
            _("%(count)d conversations you began wait for an answer. Wait for one before you begin another.")
            % {"count": WAITING_MAX}
        )
    room, is_new = Room.objects.get_or_create(people_key=key)
    if is_new:
        now = timezone.now()
        ConversationSeat.objects.bulk_create(
            ConversationSeat(room=room, user_id=pk, accepted_at=now if pk == by.pk else None)
            for pk in sorted(others | {by.pk})
        )
    return room


def _waiting(by: "User") -> int:
    """Return how many conversations the person is the only one to have accepted."""
    own = ConversationSeat.objects.filter(user=by).exclude(accepted_at=None)
    answered = ConversationSeat.objects.exclude(user=by).exclude(accepted_at=None)
    return own.exclude(room__in=answered.values("room")).count()


def answered_in(place: Place) -> None:
    """Who answers in a conversation, in words or by a sign, accepts it; its room is locked."""
    if isinstance(place, ConversationPlace):
        accept(place)


def accept(place: ConversationPlace) -> None:
    """Note that the person accepts the conversation, whose room the caller has locked: from now on they are seen there."""
    seat = place.own
    if seat.accepted_at is None:
        seat.accepted_at = timezone.now()
        seat.save(update_fields=["accepted_at"])
        rights_changed_in(place.room)
        presence_chosen(seat.user_id)


def rights_changed_in(room: Room) -> None:
    """Tell a conversation whose row the caller has locked that who may do what there has changed."""
    room.acl_version += 1
    append(room, Event.Kind.MEMBERSHIP, change=Event.Change.RIGHTS)
