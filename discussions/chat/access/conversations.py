"""One person in a direct conversation: who is in it reads it; writing needs a group that is shared today, and no block."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.listing import between
from discussions import mentions
from discussions.chat.access.places import Place, labelled
from discussions.chat.models import Block, ConversationSeat, Message, Room
from groups.acquaintance import people_known_to
from groups.audience import Audience
from groups.bylines import Byline, SpokenRow, bylines_for
from groups.company import in_company
from groups.standing import NotAllowed
from partners.capacity import Capacity, capacities_of, choose

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

BEFORE_ACCEPTED = 3
"""So many messages whoever began a conversation may send before anybody else in it has accepted."""


@dataclass(frozen=True)
class ConversationPlace(Place):
    """Somebody in a direct conversation."""

    seats: list[ConversationSeat]

    @cached_property
    def own(self) -> ConversationSeat:
        """The person's seat."""
        return next(seat for seat in self.seats if seat.user_id == self.user.pk)

    @cached_property
    def others(self) -> list["User"]:
        """Everybody else in it, by name."""
        return [seat.user for seat in self.seats if seat.user_id != self.user.pk]

    @cached_property
    def in_company(self) -> set[int]:
        """The ids of those others who share a group with the person today."""
        return in_company(self.user, [other.pk for other in self.others])

    @cached_property
    def blocks(self) -> set[tuple[int, int]]:
        """Who of the conversation blocks whom, as far as the person is one of the two: (who, whom)."""
        everybody = [seat.user_id for seat in self.seats]
        found = Block.objects.filter(user__in=everybody, blocked__in=everybody).values_list("user_id", "blocked_id")
        return {pair for pair in found if self.user.pk in pair}

    @property
    def blocked(self) -> set[int]:
        """The ids of those whom the person blocks."""
        return {whom for who, whom in self.blocks if who == self.user.pk}

    @property
    def is_of_two(self) -> bool:
        """Whether there is one other."""
        return len(self.seats) == 2

    @property
    def starter(self) -> "User":
        """Whoever began it: the first who accepted."""
        first = min((seat for seat in self.seats if seat.accepted_at), key=lambda seat: (seat.accepted_at, seat.pk))
        return first.user

    @property
    def is_first_contact(self) -> bool:
        """Whether the person has not accepted it yet."""
        return self.own.accepted_at is None

    @property
    def first_message(self) -> Message | None:
        """What it began with."""
        return Message.objects.filter(room=self.room, number=1).first()

    @property
    def awaits_answer(self) -> bool:
        """Whether nobody but the person has accepted it yet."""
        return [seat.user_id for seat in self.seats if seat.accepted_at] == [self.user.pk]

    @property
    def refusal(self) -> str:
        """Two of whom one blocks the other do not write; nor does who shares no group any more; strangers write little."""
        if self.is_of_two and self.blocked:
            return _("You have blocked %(name)s. Nothing can be sent here until you undo it.") % {"name": self.title}
        if not self.in_company:
            return _("You no longer share a group with %(names)s: you can read this, but not write.") % {
                "names": self.title
            }
        if self.is_of_two and self.blocks:
            return _("Nothing can be sent here now.")
        if self.awaits_answer and self.room.last_number >= BEFORE_ACCEPTED:
            return _(
                "You have sent %(count)d messages. You can write again once %(names)s has accepted or answered."
            ) % {"count": BEFORE_ACCEPTED, "names": self.title}
        return ""

    @cached_property
    def title(self) -> str:
        """The names of the others, as the person may read them."""
        return listed(self.others, people_known_to(self.user, [other.pk for other in self.others]))

    @property
    def may_react(self) -> bool:
        """Who may write."""
        return self.may_write

    @property
    def may_pin(self) -> bool:
        """Who may write: what is pinned is pinned for all."""
        return self.may_write

    @property
    def may_moderate(self) -> bool:
        """Nobody does among equals."""
        return False

    @property
    def may_take_back(self) -> bool:
        """Always: also after a block, and while one may send nothing more."""
        return True

    @cached_property
    def capacities(self) -> list[Capacity]:
        """Every partner the person acts for today."""
        return capacities_of(self.user)

    def speak(self, organisation_id: int | str | None = None) -> Capacity:
        """As one of the partners the person acts for."""
        if not self.capacities:
            raise NotAllowed(_("You may read here, but not write."))
        return choose(self.capacities, organisation_id)

    def act(self) -> Capacity:
        """Nobody acts upon the words of others here."""
        raise NotAllowed(_("Only its author takes a message back."))

    def people(self) -> list[mentions.Person]:
        """Everybody in the conversation."""
        return labelled(seat.user for seat in self.seats)

    def named_in(self, text: str) -> list[mentions.Person]:
        """Seats stay, so that nobody else is named."""
        return []

    def bylines(self, rows: Sequence[SpokenRow]) -> list[Byline]:
        """By the rule of names, from wherever the two know each other."""
        return bylines_for(rows, self.user)

    @property
    def folded(self) -> set[int]:
        """Of several, those whom the person blocks; between two nothing more comes, and what was said stays."""
        return set() if self.is_of_two else self.blocked

    @property
    def audience(self) -> Audience:
        """Those in it, and nobody else."""
        return Audience(_("You and %(names)s, nobody else") % {"names": self.title}, "hidden")

    @property
    def surroundings(self) -> dict[str, Any]:
        """The conversation itself."""
        return {"group": None, "conversation": self}

    @property
    def base(self) -> str:
        """An address of its own."""
        return reverse("conversations:room", args=[self.room.pk])


def listed(people: Sequence["User"], known: set[int]) -> str:
    """Return names as the heading of a conversation; of whom the reader may no longer be told, that they are gone."""
    return between().join(one.display_name if one.pk in known else str(_("former member")) for one in people)


def shown_in(room: int) -> QuerySet[ConversationSeat]:
    """Return the seats of a conversation whose people others may see there: never before they accept, nor if they block."""
    seats = ConversationSeat.objects.filter(room=room, user__is_active=True, user__shows_presence=True)
    blocking = Block.objects.filter(blocked__in=ConversationSeat.objects.filter(room=room).values("user_id"))
    return seats.exclude(accepted_at=None).exclude(user__in=blocking.values("user_id"))


def seated(room: int, users: Collection[int]) -> dict[int, bool]:
    """Return who of these people is in a conversation with an open account, and whether others may see them there."""
    seats = ConversationSeat.objects.filter(room=room, user__in=list(users), user__is_active=True)
    shown = set(shown_in(room).values_list("user_id", flat=True))
    return {user: user in shown for user in seats.values_list("user_id", flat=True)}


def conversation_place(room: Room, user: "User | AnonymousUser") -> ConversationPlace | None:
    """Return the person's place in a conversation, if they are in it and their account is open: one query."""
    seats = list(ConversationSeat.objects.filter(room=room).select_related("user").order_by("user__name", "pk"))
    if not any(seat.user_id == user.pk and seat.user.is_active for seat in seats):
        return None
    assert user.is_authenticated
    return ConversationPlace(room, user, room.floor, seats)
