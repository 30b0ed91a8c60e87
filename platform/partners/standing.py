"""What one person may do for one organisation: the single answer that pages and services ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import DomainError
from partners.capacity import Capacity, secretariat_capacity
from partners.models import Affiliation, Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class NotAllowed(DomainError):
    """The person may know of the organisation but not do this for it."""

    code = "forbidden"


@dataclass
class OrganisationStanding:
    """One person's standing with one organisation, read from the database when it was made: make it anew for each act."""

    user: "User | AnonymousUser"
    organisation: Organisation
    affiliation: Affiliation | None

    @classmethod
    def of(cls, user: "User | AnonymousUser", organisation: Organisation) -> "OrganisationStanding":
        """Read the person's live affiliation: one query for a signed-in person, none for a visitor."""
        live = Affiliation.objects.live().of(user).filter(organisation=organisation).first()
        if live:
            live.organisation = organisation
        return cls(user, organisation, live)

    @classmethod
    def of_many(cls, pairs: "Iterable[tuple[User, Organisation]]") -> dict[tuple[int, int], "OrganisationStanding"]:
        """Return the standings of people with organisations, by the ids of both: one query."""
        made = {(user.pk, organisation.pk): cls(user, organisation, None) for user, organisation in pairs}
        live = Affiliation.objects.live().filter(
            user__in={user for user, _ in made}, organisation__in={organisation for _, organisation in made}
        )
        for one in live:
            if (standing := made.get((one.user_id, one.organisation_id))) is not None:
                one.organisation = standing.organisation
                standing.affiliation = one
        return made

    @property
    def is_secretariat(self) -> bool:
        """Whether the person is of the Secretariat, which keeps the directory right."""
        return bool(self.user.is_authenticated and self.user.is_active and self.user.is_secretariat)

    @property
    def is_focal(self) -> bool:
        """Whether the person acts for the organisation, a partner of today, as focal point or alternate."""
        acts = self.affiliation and self.affiliation.is_focal and self.user.is_active
        return bool(acts and self.organisation.is_active)

    @property
    def is_focal_point(self) -> bool:
        """Whether the person is a focal point of this partner."""
        return self.is_focal and self.affiliation is not None and self.affiliation.role == Affiliation.Role.FOCAL_POINT

    @cached_property
    def has_no_focal(self) -> bool:
        """Whether nobody who can sign in acts for the organisation: then the Secretariat answers for it."""
        return not Affiliation.objects.focal().filter(organisation=self.organisation).exists()

    @property
    def may_manage(self) -> bool:
        """May see the page of its people and edit its profile."""
        return self.is_focal or self.is_secretariat

    @property
    def may_answer(self) -> bool:
        """May confirm and decline requests: focal points and alternates; the Secretariat when there is none of them."""
        return self.is_focal or (self.is_secretariat and self.organisation.is_active and self.has_no_focal)

    @property
    def may_invite(self) -> bool:
        """May invite colleagues."""
        return self.may_answer

    @property
    def may_change_roles(self) -> bool:
        """May name and dismiss focal points and alternates: focal points, and the Secretariat when one is out of reach."""
        return self.is_focal_point or self.is_secretariat

    def may_vouch_for(self, role: str) -> bool:
        """May stand behind somebody who comes in this role: asked when they are invited, and again when they accept.

        The Secretariat may, even if an earlier one it invited is focal point by then.
        """
        return self.may_manage if role == Affiliation.Role.STAFF else self.may_change_roles

    @property
    def may_rename(self) -> bool:
        """May change name and stakeholder type, which the Secretariat vouches for."""
        return self.is_secretariat

    def may_end(self, affiliation: Affiliation) -> bool:
        """May end this affiliation: one's own; staff by who acts for the organisation; all by who names them."""
        if self.user.is_authenticated and affiliation.user_id == self.user.pk:
            return True
        return self.may_change_roles or (self.is_focal and affiliation.role == Affiliation.Role.STAFF)

    def act(self) -> Capacity:
        """Return the capacity in which the person acts here: for the organisation, else for the Secretariat, else as oneself."""
        if not self.user.is_authenticated:
            raise NotAllowed(_("Sign in first."))
        if self.affiliation and self.affiliation.is_active and self.organisation.is_active:
            return Capacity(self.user, self.organisation, self.affiliation.function)
        if self.is_secretariat:
            return secretariat_capacity(self.user)
        return Capacity(self.user, None, "")
