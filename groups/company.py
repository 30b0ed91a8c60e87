"""Who shares a group with whom today: the company in which people may write to each other directly."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from groups.models import Group, Participant
from groups.models.group import LIVE_STATES, groups_of

if TYPE_CHECKING:
    from accounts.models import User


def seats_beside(user: "User") -> QuerySet[Participant]:
    """Return the seats of others, of today, in opened groups in which the person takes part today."""
    return (
        Participant.objects.taking_part()
        .filter(membership__group__in=groups_of(user), membership__group__state__in=LIVE_STATES)
        .exclude(user=user)
    )


def in_company(user: "User", people: Iterable[int]) -> set[int]:
    """Return those of these people who share a group with the person today; one query."""
    found = seats_beside(user).filter(user__in=list(people))
    return set(found.order_by().values_list("user_id", flat=True).distinct())


def groups_shared(user: "User", other: "User") -> list[Group]:
    """Return the opened groups in which both take part today, by name."""
    seats = seats_beside(user).filter(user=other, membership__group=OuterRef("pk"))
    return list(Group.objects.filter(Exists(seats)).order_by("name"))
