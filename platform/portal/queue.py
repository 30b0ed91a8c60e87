"""What waits for the Secretariat."""

from dataclasses import dataclass

from groups.models import Group, GroupState, Membership
from partners.models import Affiliation, Organisation


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
        organisations=list(Organisation.objects.applicants().prefetch_related("affiliations__user")),
        proposals=[Proposal(group, asked.get(group.pk)) for group in groups],
        affiliations=list(Affiliation.objects.waiting_for_secretariat().select_related("user", "organisation")),
    )


def length() -> int:
    """Return how much waits."""
    proposed = Group.objects.filter(state=GroupState.PROPOSED).count()
    people = Affiliation.objects.waiting_for_secretariat().count()
    return Organisation.objects.applicants().count() + proposed + people
