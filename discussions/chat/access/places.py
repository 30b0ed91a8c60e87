"""One person in one room: what they may see and do there, whatever kind of room it is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from discussions import mentions
from discussions.chat.audience import readers_of
from discussions.chat.models import Message, Room, Writers
from groups.audience import Audience
from groups.bylines import Byline, SpokenRow, bylines
from groups.models import Group
from groups.services.speaking import silenced
from groups.standing import Standing
from notifications.models import MutedPerson
from partners.capacity import Capacity

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Place(ABC):
    """One person's right to one room, and the first `seq` they may see. Made anew for each act."""

    room: Room
    user: "User"
    floor: int

    @property
    @abstractmethod
    def refusal(self) -> str:
        """Why the person may not write here now, in words for them; empty if they may."""

    @property
    def may_write(self) -> bool:
        """Whether the person may say something here now."""
        return not self.refusal

    @property
    @abstractmethod
    def may_react(self) -> bool:
        """Whether the person may answer messages with a sign."""

    @property
    @abstractmethod
    def may_pin(self) -> bool:
        """Whether the person may pin messages, their own and others'."""

    @property
    @abstractmethod
    def may_moderate(self) -> bool:
        """Whether the person may take back what others said."""

    @property
    def may_take_back(self) -> bool:
        """Whether the person may delete what they said here themselves."""
        return self.may_write

    def may_delete(self, message: Message) -> bool:
        """Whether the person may delete a message: their own, or as who moderates anybody's."""
        if message.author_id == self.user.pk:
            return self.may_take_back
        return self.may_write and self.may_moderate

    @property
    @abstractmethod
    def capacities(self) -> list[Capacity]:
        """Every capacity in which the person may write here."""

    @abstractmethod
    def speak(self, organisation_id: int | str | None = None) -> Capacity:
        """Return the capacity for a word said here; with several, the organisation must be named."""

    @abstractmethod
    def act(self) -> Capacity:
        """Return the capacity for an act upon what others said; raises NotAllowed where there is none."""

    @abstractmethod
    def people(self) -> list[mentions.Person]:
        """Return who can be named in a message here."""

    @abstractmethod
    def named_in(self, text: str) -> list[mentions.Person]:
        """Return whom a text written here names already, also those who are gone since."""

    @abstractmethod
    def bylines(self, rows: Sequence[SpokenRow]) -> list[Byline]:
        """Return who said each row, as the person may read it; a fixed number of queries."""

    @property
    def folded(self) -> set[int]:
        """The ids of those whose messages the person sees folded away."""
        return set()

    @property
    @abstractmethod
    def audience(self) -> Audience:
        """Who can see what is said here, in words."""

    @property
    @abstractmethod
    def surroundings(self) -> dict[str, Any]:
        """What the room lies in, for the head of its pages: `group` and `standing`, or `conversation`."""

    @property
    @abstractmethod
    def base(self) -> str:
        """The address under which everything of the room lies."""


@dataclass(frozen=True)
class GroupPlace(Place):
    """Somebody who takes part in a group, in one of its rooms: everything follows from their standing there."""

    group: Group
    standing: Standing

    @property
    def refusal(self) -> str:
        """Observers read along; a closed group is read only; in some rooms only leads write."""
        if self.may_write:
            return ""
        if self.room.closed_at is not None:
            return _("This room is closed: it can be read, but nothing can be added.")
        if self.standing.may_chat:
            return _("Leads write in this room. You read along.")
        if told := silenced(self.standing):
            return told
        if self.standing.is_observer:
            return _("Your organisation observes this group: you read along, members write.")
        return _("This group is closed: it can be read, but nothing can be added.")

    @property
    def may_write(self) -> bool:
        """Members and leads of a group that is open, or leads only where the room is theirs."""
        if self.room.writers == Writers.LEADS and not self.standing.is_lead:
            return False
        return self.may_react

    @property
    def may_react(self) -> bool:
        """Observers add nothing, nor does anybody to a closed room; those who read what only leads write do."""
        return self.standing.may_chat and self.room.closed_at is None

    @property
    def may_pin(self) -> bool:
        """Leads do."""
        return self.may_moderate

    @property
    def may_moderate(self) -> bool:
        """Leads do, in a room that is open."""
        return self.standing.may_moderate and self.room.closed_at is None

    @property
    def capacities(self) -> list[Capacity]:
        """Of the seats from which the person may write."""
        return self.standing.capacities

    def speak(self, organisation_id: int | str | None = None) -> Capacity:
        """As one of the organisations for which the person takes part."""
        return self.standing.speak(organisation_id)

    def act(self) -> Capacity:
        """As a lead."""
        return self.standing.act()

    def people(self) -> list[mentions.Person]:
        """Who takes part in the group in a role that is in the room."""
        return mentions.people_of(self.group, self.room.roles)

    def named_in(self, text: str) -> list[mentions.Person]:
        """Also who has left the group."""
        return mentions.named_in(text, self.group)

    @property
    def folded(self) -> set[int]:
        """Those whom the person has muted."""
        return set(MutedPerson.objects.filter(user=self.user).values_list("muted_id", flat=True))

    def bylines(self, rows: Sequence[SpokenRow]) -> list[Byline]:
        """As somebody who takes part reads them."""
        return bylines(rows, self.standing)

    @property
    def audience(self) -> Audience:
        """Those who are in the room."""
        return readers_of(self.room, self.group)

    @property
    def surroundings(self) -> dict[str, Any]:
        """The group."""
        return {"group": self.group, "standing": self.standing}

    @property
    def base(self) -> str:
        """Below the group's address."""
        return reverse("chat:room", args=[self.group.slug, self.room.pk])


def labelled(people: Iterable["User"]) -> list[mentions.Person]:
    """Return people of a conversation as they are named there; who is erased or has no name is not."""
    return [
        mentions.Person(one.pk, " ".join(one.name.split())) for one in people if one.name and one.erased_at is None
    ]
