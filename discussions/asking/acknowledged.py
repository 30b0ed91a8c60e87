"""Who has acknowledged an announcement, and who has not: by organisation."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from discussions.asking.models import Acknowledgement, AcknowledgementRequest
from discussions.electorate import Asked, asked_in
from partners.models import Organisation, StakeholderType

BETWEEN_REMINDERS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An organisation that is asked and has acknowledged: the words of its people, the first one first."""

    organisation: Organisation
    words: Sequence[Acknowledgement]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the group has got."""

    done: Sequence[Acknowledged]
    missing: Sequence[Asked]

    @property
    def asked(self) -> int:
        """How many organisations are asked."""
        return len(self.done) + len(self.missing)

    def by_type(self) -> dict[str, tuple[int, int]]:
        """Return, for each stakeholder type of which one is asked, how many have acknowledged and how many were asked."""
        found: dict[str, tuple[int, int]] = {}
        for kind in StakeholderType.values:
            done = sum(one.organisation.stakeholder_type == kind for one in self.done)
            left = sum(one.organisation.stakeholder_type == kind for one in self.missing)
            if done + left:
                found[kind] = (done, done + left)
        return found


def progress_of(request: AcknowledgementRequest) -> Progress:
    """Return which of the organisations asked now have acknowledged; three queries."""
    words: dict[int | None, list[Acknowledgement]] = defaultdict(list)
    for said in Acknowledgement.objects.filter(request=request).order_by("created_at", "pk"):
        words[said.organisation_id].append(said)
    asked = asked_in(request.thread.group, since=request.thread.created_at)
    return Progress(
        [Acknowledged(one.organisation, words[one.organisation.pk]) for one in asked if words[one.organisation.pk]],
        [one for one in asked if not words[one.organisation.pk]],
    )
