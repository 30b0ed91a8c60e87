"""Whose voice counts in a group: the one rule for everything that is asked there and counted.

Leads and members are asked, observers are not: they write nowhere. Where a group keeps its past from newcomers, an organisation
that joined after something was asked is neither asked nor counted, and of the others those answer who may read it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.models import Group, History, Membership, Participant
from groups.standing import Standing
from partners.models import Organisation


class NotAsked(DomainError):
    """The person takes part, but came after this was asked."""

    code = "not_asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """An organisation that is asked, and those of its people who can answer for it: there may be none yet."""

    organisation: Organisation
    role: str
    seats: tuple[Participant, ...]


def asked_in(group: Group, *, since: datetime) -> list[Asked]:
    """Return the organisations asked by something said at that moment: leads first, then by name; two queries."""
    seats = list(
        Participant.objects.taking_part()
        .filter(membership__group=group)
        .select_related("user", "affiliation", "membership")
        .order_by("user__name", "pk")
    )
    keeps_past = group.history == History.FROM_JOINING and not group.is_read_outside
    reads_from: dict[int, datetime] = {}
    for seat in seats:
        reads_from[seat.user_id] = min(seat.created_at, reads_from.get(seat.user_id, seat.created_at))
    here: dict[int, list[Participant]] = defaultdict(list)
    for seat in seats:
        if not keeps_past or reads_from[seat.user_id] <= since:
            here[seat.membership_id].append(seat)
    members = Membership.objects.for_display(group).exclude(role=Membership.Role.OBSERVER)
    return [
        Asked(member.organisation, member.role, tuple(here[member.pk]))
        for member in members
        if not keeps_past or (member.started_at or member.created_at) <= since
    ]


def may_answer(standing: Standing, *, since: datetime) -> bool:
    """Say whether the person has a voice in what was asked at that moment."""
    return standing.may_post and reads(standing, since)


def reads(standing: Standing, since: datetime) -> bool:
    """Say whether what was said at that moment is for the person to read."""
    return standing.history_from is None or standing.history_from <= since


def must_be_asked(standing: Standing, *, since: datetime) -> None:
    """Refuse who came after this was asked, where the group keeps its past from newcomers."""
    if not reads(standing, since):
        raise NotAsked(_("This was asked before you joined."))
