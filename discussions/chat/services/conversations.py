"""Direct conversations: beginning one, accepting it, blocking somebody.

What changes who may do what in a conversation takes its next `seq` there, under its lock, as in every room. Leaving a group
does not: whether people still share one is asked with each message.
"""

from collections.abc import Collection

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.errors import DomainError
from core.realtime.sessions import presence_chosen
from discussions.chat.access import ConversationPlace, Place
from discussions.chat.models import Block, ConversationSeat, Event, Room
from discussions.chat.services.locking import place_under_lock
from discussions.chat.services.log import append
from groups.company import in_company
from groups.standing import NotAllowed
from notifications.services import retract

OTHERS_MAX = 7
"""So many people one may write to in one conversation."""

WAITING_MAX = 20
"""So many conversations of one's own may wait for a first answer."""


def key_of(people: Collection[int]) -> str:
    """Return what is unique about a conversation: the set of people in it."""
    return ":".join(map(str, sorted(people)))


@transaction.atomic
def start_conversation(*, by: User, people: Collection[int]) -> Room:
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


def _waiting(by: User) -> int:
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


@transaction.atomic
def accept_conversation(room_id: int, *, by: User) -> None:
    """Accept a conversation that somebody else began, without a word; it is accepted once."""
    place = place_under_lock(room_id, by)
    if isinstance(place, ConversationPlace):
        accept(place)


@transaction.atomic
def block_person(person_id: int, *, by: User) -> User:
    """Hear no more from somebody with whom one is in a conversation: at once, also on open sockets. They are not told.

    Raises Http404 for anybody else.
    """
    rooms = _lock_shared(by, person_id)
    if not rooms:
        raise Http404("No such person.")
    Block.objects.get_or_create(user=by, blocked_id=person_id)
    for room in rooms:
        if room.people_key == key_of({by.pk, person_id}):
            rights_changed_in(room)
            retract("conversation", object_id=room.pk, people=[by.pk])
    presence_chosen(by.pk)
    return User.objects.get(pk=person_id)


@transaction.atomic
def unblock_person(person_id: int, *, by: User) -> None:
    """Let somebody write again; where one does not block them, nothing happens."""
    rooms = _lock_shared(by, person_id)
    ended, _rows = Block.objects.filter(user=by, blocked=person_id).delete()
    for room in rooms if ended else []:
        if room.people_key == key_of({by.pk, person_id}):
            rights_changed_in(room)
    presence_chosen(by.pk)


def _lock_shared(by: User, person_id: int) -> list[Room]:
    """Lock the conversations the two are in, in the order of their ids: two who lock several never wait for each other."""
    own = ConversationSeat.objects.filter(user=by).exclude(user=person_id).values("room")
    theirs = ConversationSeat.objects.filter(user=person_id, room__in=own).values("room")
    return list(Room.objects.select_for_update().filter(pk__in=theirs).order_by("pk"))


def account_changed(user: User) -> None:
    """Tell every conversation of the person, in this transaction, that their account was closed or opened again."""
    own = ConversationSeat.objects.filter(user=user).values("room")
    for room in Room.objects.select_for_update().filter(pk__in=own).order_by("pk"):
        rights_changed_in(room)


def rights_changed_in(room: Room) -> None:
    """Tell a conversation whose row the caller has locked that who may do what there has changed."""
    room.acl_version += 1
    append(room, Event.Kind.MEMBERSHIP, change=Event.Change.RIGHTS)
