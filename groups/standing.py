"""What one person may do in one group: the single answer that pages, sockets, search, mail and files ask for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.prepared import prepared
from groups.models import Find, Group, GroupState, History, Join, Membership, Participant, Read, Silence, StartThreads
from partners.capacity import Capacity, choose, secretariat_capacity
from partners.models import Affiliation
from partners.models.organisation import is_partner_person

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from accounts.models import User


class NotAllowed(DomainError):
    """The person may know of the object but not do this with it."""

    code = "forbidden"


def seats_where(**where: Any) -> "QuerySet[Participant]":
    """Return seats with what a standing reads of them, by the organisation's name."""
    silences = Silence.objects.filter(user=OuterRef("user"), group=OuterRef("membership__group"), lifted_at=None)
    return (
        Participant.objects.taking_part()
        .filter(**where)
        .select_related("membership__organisation", "membership__group__parent", "affiliation")
        .annotate(silenced_until=Subquery(silences.order_by("-until").values("until")[:1]))
        .order_by("membership__organisation__name")
    )


# These stand before every page, frame and act of a group.
seats_in_group = prepared(lambda user, group: seats_where(user=user, membership__group=group))
seats_in_groups = prepared(
    lambda users, groups: seats_where(user__among=users, membership__group__among=groups), lists=("users", "groups")
)
seats_by_slug = prepared(lambda user, slug: seats_where(user=user, membership__group__slug=slug), words=("slug",))


@dataclass
class Standing:
    """One person's standing in one group, read from the database when it was made: make it anew for each act."""

    user: "User | AnonymousUser"
    group: Group
    seats: list[Participant] = field(default_factory=list)

    @classmethod
    def of(cls, user: "User | AnonymousUser", group: Group) -> "Standing":
        """Read the person's seats in the group: one query for a signed-in person, none for a visitor."""
        if not user.is_authenticated:
            return cls(user, group)
        return cls(user, group, seats_in_group(user.pk, group.pk))

    @classmethod
    def of_many(
        cls, pairs: "Iterable[tuple[User, Group]]", seats: Iterable[Participant] | None = None
    ) -> dict[tuple[int, int], "Standing"]:
        """Return the standings of people in groups, by the ids of person and group: one query, none for seats read already."""
        made = {(user.pk, group.pk): cls(user, group) for user, group in pairs}
        if seats is None:
            seats = seats_in_groups({user for user, _ in made}, {group for _, group in made})
        for seat in seats:
            if (standing := made.get((seat.user_id, seat.membership.group_id))) is not None:
                standing.seats.append(seat)
        return made

    # --- Who the person is here -----------------------------------------------------------------------------------

    @property
    def is_participant(self) -> bool:
        """Whether the person takes part, in whatever role."""
        return bool(self.seats)

    @property
    def is_lead(self) -> bool:
        """Whether an organisation the person takes part for leads the group."""
        return any(seat.membership.role == Membership.Role.LEAD for seat in self.seats)

    @property
    def is_observer(self) -> bool:
        """Whether the person takes part for observer organisations only."""
        return self.is_participant and not self._writing_seats

    @property
    def is_secretariat(self) -> bool:
        """Whether the person is of the Secretariat: sees names and numbers, content only as a participant."""
        return bool(self.user.is_authenticated and self.user.is_secretariat)

    @cached_property
    def is_partner(self) -> bool:
        """Whether the person acts for a partner of today."""
        return is_partner_person(self.user)

    @property
    def _writing_seats(self) -> list[Participant]:
        return [seat for seat in self.seats if seat.membership.role != Membership.Role.OBSERVER]

    # --- Questions ------------------------------------------------------------------------------------------------

    @property
    def may_read(self) -> bool:
        """May read threads and documents."""
        if self.is_participant:
            return self.group.state != GroupState.PROPOSED
        if self.group.state in {GroupState.PROPOSED, GroupState.DECLINED} or self.group.find == Find.MEMBERS:
            return False
        if self.group.read == Read.PUBLIC and self.group.find == Find.PUBLIC:
            return True
        return self.group.read in {Read.PUBLIC, Read.PARTNERS} and self.is_partner

    @property
    def silenced_until(self) -> datetime | None:
        """Until when the person is muted here: they read on, and write in no thread and no room. None if they are not."""
        ends = [end for seat in self.seats if (end := getattr(seat, "silenced_until", None))]
        return max(ends) if ends and max(ends) > timezone.now() else None

    @property
    def _may_add(self) -> bool:
        return self.group.is_writable and bool(self._writing_seats)

    @property
    def may_post(self) -> bool:
        """May answer in threads."""
        return self._may_add and self.silenced_until is None

    @property
    def may_start_threads(self) -> bool:
        """May start a thread."""
        return self.may_post and (self.group.start_threads == StartThreads.MEMBERS or self.is_lead)

    @property
    def may_read_chat(self) -> bool:
        """May read the group's rooms: participants only, observers too."""
        return self.is_participant

    @property
    def may_chat(self) -> bool:
        """May write in the group's rooms."""
        return self.may_post

    @property
    def may_upload(self) -> bool:
        """May put documents into the library."""
        return self._may_add

    @property
    def may_moderate(self) -> bool:
        """May pin, close, announce, and delete what others wrote."""
        return self.group.is_writable and self.is_lead

    @property
    def may_manage(self) -> bool:
        """May decide requests, change roles and switches, invite, close: also in a closed group, to open it again."""
        return self.is_lead

    @property
    def may_change_state(self) -> bool:
        """May let the group rest, close it and open it again: leads, and the Secretariat, which finds those nobody leads."""
        opened = self.group.state not in {GroupState.PROPOSED, GroupState.DECLINED}
        return opened and (self.is_lead or self.is_secretariat)

    @property
    def may_see_members(self) -> bool:
        """May see which people take part: participants and the Secretariat. Organisations follow `find`."""
        return self.is_participant or self.is_secretariat

    @cached_property
    def history_from(self) -> datetime | None:
        """The moment from which the person may read, or None for everything.

        Only a group that nobody else reads keeps its past from newcomers: they would read it as partners anyway.
        """
        if self.group.history == History.ALL or not self.seats or self.group.is_read_outside:
            return None
        return min(seat.created_at for seat in self.seats)

    # --- Capacity -------------------------------------------------------------------------------------------------

    @cached_property
    def capacities(self) -> list[Capacity]:
        """Every capacity in which the person may write here, by the organisation's name."""
        return self._capacities(self._writing_seats)

    @cached_property
    def reading(self) -> list[Capacity]:
        """Every capacity in which the person takes part here, also those in which they only read."""
        return self._capacities(self.seats)

    @cached_property
    def leading(self) -> list[Capacity]:
        """Every capacity in which the person leads here."""
        return self._capacities([seat for seat in self.seats if seat.membership.role == Membership.Role.LEAD])

    def _capacities(self, seats: list[Participant]) -> list[Capacity]:
        user = self._signed_in
        return [Capacity(user, seat.membership.organisation, seat.affiliation.function) for seat in seats]

    def speak(self, organisation_id: int | str | None = None) -> Capacity:
        """Return the capacity for a word written here; with several, the organisation must be named."""
        if not self.capacities:
            raise NotAllowed(_("You may read here, but not write."))
        return choose(self.capacities, organisation_id)

    def act(self) -> Capacity:
        """Return the capacity for an act of leading: as a lead organisation, else as the Secretariat."""
        if self.leading:
            return self.leading[0]
        if self.is_secretariat:
            return secretariat_capacity(self._signed_in)
        raise NotAllowed(_("Only leads of the group do this."))

    @property
    def officer(self) -> Capacity:
        """The capacity of an officer of the Secretariat, for what the Secretariat alone decides."""
        if not self.is_secretariat:
            raise NotAllowed(_("The Secretariat does this."))
        return secretariat_capacity(self._signed_in)

    def for_organisation(self, organisation_id: int) -> Capacity:
        """Return the capacity for an act as the organisation's person: of their own seat, or as its focal point."""
        ties = Affiliation.objects.active().of(self.user).select_related("organisation")
        tie = ties.filter(organisation=organisation_id).first()
        if tie is None:
            raise NotAllowed(_("You do not act for this organisation now."))
        return Capacity(self._signed_in, tie.organisation, tie.function)

    @cached_property
    def joinable(self) -> list[Affiliation]:
        """Affiliations through which the person could bring an organisation in: partners that are not yet here, nor asking.

        Focal points and alternates ask to join; staff propose it to them (`Affiliation.is_focal` tells which). Into a working
        group come those who take part in its parent.
        """
        if not self.user.is_authenticated or not self.group.takes_members:
            return []
        here = Membership.objects.live().filter(group=self.group).values("organisation_id")
        affiliations = Affiliation.objects.speaking().of(self.user).exclude(organisation_id__in=here)
        if self.group.parent_id:
            seats = Participant.objects.taking_part().filter(user=self.user, membership__group=self.group.parent_id)
            above = seats.values("membership__organisation_id")
            affiliations = affiliations.filter(organisation_id__in=above)
        return list(affiliations.select_related("organisation", "user").order_by("organisation__name"))

    @cached_property
    def pending(self) -> list[Membership]:
        """Requests that wait, of organisations the person acts for."""
        return [one for one in self._places if one.state == Membership.State.REQUESTED]

    @cached_property
    def unseated(self) -> list[Membership]:
        """Memberships of organisations the person acts for, in which they do not take part themselves."""
        seated = {seat.membership_id for seat in self.seats}
        return [one for one in self._places if one.state == Membership.State.ACTIVE and one.pk not in seated]

    @cached_property
    def focal_for(self) -> set[int]:
        """The ids of the partners whose focal point or alternate the person is."""
        return set(Affiliation.objects.speaking().focal().of(self.user).values_list("organisation_id", flat=True))

    @cached_property
    def _places(self) -> list[Membership]:
        if not self.user.is_authenticated:
            return []
        own = Affiliation.objects.speaking().of(self.user).values("organisation_id")
        places = Membership.objects.live().filter(group=self.group, organisation__in=own)
        return list(places.select_related("organisation").order_by("organisation__name"))

    @property
    def may_join(self) -> bool:
        """May ask to join, or join, for at least one organisation."""
        return self.group.join != Join.INVITATION and any(one.is_focal for one in self.joinable)

    @property
    def _signed_in(self) -> "User":
        if not self.user.is_authenticated:
            raise NotAllowed(_("Sign in first."))
        return self.user
