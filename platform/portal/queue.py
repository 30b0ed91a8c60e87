"""What waits for the Secretariat."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from discussions.reporting import Case, count_for_secretariat, waiting_for_secretariat
from groups.models import Group, GroupState, Membership
from partners.models import Affiliation, Organisation

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Proposal:
    """A group that a partner proposed, with the membership it asked for."""

    group: Group
    membership: Membership | None


@dataclass(frozen=True)
class Queue:
    """Everything that waits, oldest first."""

    organisations: list[Organisation]
    proposals: list[Proposal]
    affiliations: list[Affiliation]
    reports: list[Case]

    def __len__(self) -> int:
        return len(self.organisations) + len(self.proposals) + len(self.affiliations) + len(self.reports)


def waiting(officer: "User") -> Queue:
    """Read the queue as the officer decides it, in a fixed number of queries."""
    groups = list(Group.objects.filter(state=GroupState.PROPOSED).order_by("created_at", "pk"))
    asked = {
        one.group_id: one
        for one in Membership.objects.filter(group__in=groups).select_related("organisation", "requested_by")
    }
    return Queue(
        organisations=list(Organisation.objects.applicants().prefetch_related("affiliations__user")),
        proposals=[Proposal(group, asked.get(group.pk)) for group in groups],
        affiliations=list(Affiliation.objects.waiting_for_secretariat().select_related("user", "organisation")),
        reports=waiting_for_secretariat(officer),
    )


def length(officer: "User") -> int:
    """Return how much waits."""
    proposed = Group.objects.filter(state=GroupState.PROPOSED).count()
    people = Affiliation.objects.waiting_for_secretariat().count()
    reports = count_for_secretariat(officer)
    return Organisation.objects.applicants().count() + proposed + people + reports
