"""Who may be told of whom: people and organisations that a reader shares a live group or an organisation with today."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accounts.models import User
from groups.models import Membership, Participant
from partners.models import Affiliation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def people_known_to(user: User, people: Iterable[int]) -> set[int]:
    """Return those of the people with whom the reader shares a live group or an organisation, and the reader; one query."""
    own_groups = Participant.objects.taking_part().filter(user=user).values("membership__group")
    own_organisations = Affiliation.objects.active().of(user).values("organisation")
    asked = set(people)
    in_groups = (
        Participant.objects.taking_part()
        .filter(user__in=asked, membership__group__in=own_groups)
        .order_by()
        .values_list("user_id")
    )
    in_organisations = (
        Affiliation.objects.active()
        .filter(user__in=asked, organisation__in=own_organisations)
        .order_by()
        .values_list("user_id")
    )
    known = {row[0] for row in in_groups.union(in_organisations)}
    return known | (asked & {user.pk})


def may_open_person(user: "User | AnonymousUser", person: User) -> bool:
    """Say whether the reader may open the person's page: themselves, who shares a group or organisation, the Secretariat."""
    if not user.is_authenticated or person.erased_at is not None:
        return False
    return user.is_secretariat or person.pk in people_known_to(user, [person.pk])


def organisations_known_to(user: User, organisations: Iterable[int]) -> set[int]:
    """Return those of the organisations that the reader acts for or shares a group with, whatever their listing; one query."""
    asked = set(organisations)
    own_groups = Participant.objects.taking_part().filter(user=user).values("membership__group")
    sharing = (
        Membership.objects.active()
        .filter(organisation__in=asked, group__in=own_groups)
        .order_by()
        .values_list("organisation_id")
    )
    own = (
        Affiliation.objects.active().of(user).filter(organisation__in=asked).order_by().values_list("organisation_id")
    )
    return {row[0] for row in sharing.union(own)}
