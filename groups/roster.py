"""Who belongs to a group, as far as one reader may see: organisations, their balance, the people who take part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Prefetch

from groups.acquaintance import organisations_known_to
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from partners.models import Organisation, StakeholderType

HUES = {kind.value: hue for hue, kind in enumerate(StakeholderType)}


class Bar(TypedDict):
    """One row of `components/bar_chart.html`."""

    label: str
    value: int
    share: float
    hue: int


def balance(members: Iterable[Membership]) -> list[Bar]:
    """Return how many members are of each stakeholder type, types without any included."""
    counts = {kind.value: 0 for kind in StakeholderType}
    for one in members:
        counts[one.organisation.stakeholder_type] += 1
    most = max(counts.values()) or 1
    return [
        Bar(
            label=str(kind.label),
            value=counts[kind.value],
            share=100 * counts[kind.value] / most,
            hue=HUES[kind.value],
        )
        for kind in StakeholderType
    ]


@dataclass(frozen=True)
class Section:
    """The member organisations of one stakeholder type."""

    label: str
    hue: int
    members: Sequence[Membership]


@dataclass(frozen=True)
class Roster:
    """Member organisations by type, how many are not named to the reader, and the balance of all."""

    sections: Sequence[Section]
    count: int
    unnamed: int
    balance: Sequence[Bar]
    people: int


def roster_of(group: Group, standing: Standing) -> Roster:
    """Return the members whom the reader may know by name, people for those who may see them; queries do not grow."""
    members = list(Membership.objects.for_display(group).prefetch_related(seats_for(standing)))
    named = nameable(members, standing)
    sections = [
        Section(str(kind.label), HUES[kind.value], of_kind)
        for kind in StakeholderType
        if (of_kind := [one for one in named if one.organisation.stakeholder_type == kind])
    ]
    people = {seat.user_id for one in members for seat in one.seats}  # type: ignore[attr-defined]
    return Roster(sections, len(members), len(members) - len(named), balance(members), len(people))


def seats_for(standing: Standing) -> Prefetch:
    """Return the prefetch of `seats`: everybody who takes part, or only the reader's own colleagues, or nobody."""
    seats = Participant.objects.taking_part().select_related("user", "affiliation").order_by("user__name", "pk")
    if not standing.may_see_members:
        own = [one.organisation_id for one in standing.unseated]
        seats = seats.filter(affiliation__organisation__in=own)
    return Prefetch("participants", queryset=seats, to_attr="seats")


def nameable(members: Sequence[Membership], standing: Standing) -> list[Membership]:
    """Return the memberships whose organisation the reader may know by name here: in their own groups, all of them.

    Elsewhere those that are listed to them, and those they share a group with or act for.
    """
    if standing.is_participant or standing.is_secretariat:
        return list(members)
    asked = [one.organisation_id for one in members]
    known = set(Organisation.objects.visible_to(standing.user).filter(pk__in=asked).values_list("pk", flat=True))
    if standing.user.is_authenticated:
        known |= organisations_known_to(standing.user, asked)
    return [one for one in members if one.organisation_id in known]
