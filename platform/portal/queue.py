"""What waits for the Secretariat."""

from dataclasses import dataclass

from django.db.models import QuerySet

from groups.models import Group, GroupState, Membership
from partners.models import Affiliation, Organisation, OrganisationStatus


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

    def __len__(self) -> int:
        return len(self.organisations) + len(self.proposals) + len(self.affiliations)


def waiting() -> Queue:
    """Read the queue, in four queries."""
    groups = list(Group.objects.filter(state=GroupState.PROPOSED).order_by("created_at", "pk"))
    asked = {
        one.group_id: one
        for one in Membership.objects.filter(group__in=groups).select_related("organisation", "requested_by")
    }
    return Queue(
        organisations=list(waiting_organisations().prefetch_related("affiliations__user")),
        proposals=[Proposal(group, asked.get(group.pk)) for group in groups],
        affiliations=list(leaderless_requests().select_related("user", "organisation")),
    )


def waiting_organisations() -> QuerySet[Organisation]:
    """Return the organisations that asked to be partners, oldest first."""
    return Organisation.objects.filter(status=OrganisationStatus.APPLICANT).order_by("created_at", "pk")


def leaderless_requests() -> QuerySet[Affiliation]:
    """Return requests to act for a partner that has no focal point who could decide them."""
    led = Affiliation.objects.focal().values("organisation_id")
    return (
        Affiliation.objects.filter(
            state=Affiliation.State.REQUESTED, organisation__status=OrganisationStatus.ACTIVE, user__is_active=True
        )
        .exclude(organisation_id__in=led)
        .order_by("created_at", "pk")
    )


def length() -> int:
    """Return how much waits."""
    proposed = Group.objects.filter(state=GroupState.PROPOSED).count()
    return waiting_organisations().count() + proposed + leaderless_requests().count()
