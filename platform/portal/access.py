"""Doors of the pages that combine rooms."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from groups.acquaintance import may_open_person, organisations_known_to, people_known_to
from groups.models import Group, Membership
from partners.capacity import Capacity, secretariat_capacity
from partners.models import Affiliation, Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def officer(user: "User | AnonymousUser") -> Capacity:
    """Return the capacity of an officer of the Secretariat; to everybody else there is no such page."""
    if not (user.is_authenticated and user.is_secretariat):
        raise Http404
    return secretariat_capacity(user)


def organisation_for(user: "User | AnonymousUser", slug: str) -> Organisation:
    """Return an organisation the person may see by name: by its listing, or because they share a group with it."""
    organisation = Organisation.objects.visible_to(user).filter(slug=slug).first()
    if organisation is None and user.is_authenticated:
        beside = Organisation.objects.active().filter(slug=slug).first()
        organisation = beside if beside and organisations_known_to(user, [beside.pk]) else None
    if organisation is None:
        raise Http404("No such organisation.")
    return organisation


def person_for(user: "User | AnonymousUser", person_id: int) -> User:
    """Return a person whom the reader may see; anybody else looks like nobody."""
    person = User.objects.filter(pk=person_id, is_active=True, erased_at=None).first()
    if person is None or not may_open_person(user, person):
        raise Http404("No such person.")
    return person


def people_of(organisation: Organisation, user: "User | AnonymousUser") -> list[Affiliation]:
    """Return the people of the organisation whom the reader may see: focal points first, then by name."""
    if not user.is_authenticated:
        return []
    ties = list(
        Affiliation.objects.active()
        .filter(organisation=organisation, user__is_active=True)
        .select_related("user")
        .order_by("user__name")
    )
    known = {tie.user_id for tie in ties}
    if not user.is_secretariat:
        known = people_known_to(user, known)
    roles = list(Affiliation.Role.values)
    return sorted((tie for tie in ties if tie.user_id in known), key=lambda tie: roles.index(tie.role))


def affiliations_shown(person: User, user: User) -> list[Affiliation]:
    """Return the partners the person acts for, those only that the reader may know by name."""
    ties = list(
        Affiliation.objects.speaking().of(person).select_related("organisation").order_by("organisation__name")
    )
    asked = [tie.organisation_id for tie in ties]
    known = organisations_known_to(user, asked)
    known |= set(Organisation.objects.visible_to(user).filter(pk__in=asked).values_list("pk", flat=True))
    return [tie for tie in ties if tie.organisation_id in known]


def groups_beside(user: "User | AnonymousUser", organisation: Organisation) -> QuerySet[Membership]:
    """Return the organisation's memberships in groups the reader may know of."""
    return (
        Membership.objects.active()
        .filter(organisation=organisation, group__in=Group.objects.visible_to(user).live())
        .select_related("group__parent")
        .order_by("group__name")
    )
