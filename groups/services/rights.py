"""What every act on a group begins with: the lock, and whether the person may do it at this moment."""

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import publish
from groups.events import LeadLost
from groups.models import Group, Membership, Participant
from groups.standing import NotAllowed
from partners.models import Affiliation

if TYPE_CHECKING:
    from accounts.models import User
    from partners.capacity import Capacity


class LastLead(DomainError):
    """The act would leave a group without a lead."""

    code = "last_lead"


def locked(group: Group) -> Group:
    """Lock the group, its parent before it, and return it as it is now; all acts on one family of groups take turns.

    Every word written in the group takes the same lock, so it is judged before the act or after it, never during.
    """
    rows = Group.objects.select_for_update(no_key=True)
    if group.parent_id is None:
        return rows.get(pk=group.pk)
    parent = rows.get(pk=group.parent_id)
    now = rows.get(pk=group.pk)
    now.parent = parent
    return now


def locked_membership(membership: Membership) -> Membership:
    """Lock the membership's group and return the membership as it is now, with that group on it."""
    group = locked(Group.objects.get(pk=membership.group_id))
    now = Membership.objects.select_related("organisation").get(pk=membership.pk)
    now.group = group
    return now


def leads_now(group: Group, user: "User", organisation_id: int | None = None) -> bool:
    """Say whether the person leads the group at this moment, for that organisation or for any."""
    seats = Participant.objects.taking_part().filter(
        user=user, membership__group=group, membership__role=Membership.Role.LEAD
    )
    if organisation_id is not None:
        seats = seats.filter(membership__organisation_id=organisation_id)
    return seats.exists()


def must_lead(group: Group, by: "Capacity") -> None:
    """Refuse who does not lead the group at this moment in the capacity they act in."""
    if by.organisation_id is None or not leads_now(group, by.user, by.organisation_id):
        raise NotAllowed(_("Only leads of the group do this."))


def must_be_secretariat(by: "Capacity") -> None:
    """Refuse who is not of the Secretariat."""
    if by.organisation_id is not None or not by.user.is_secretariat or not by.user.is_active:
        raise NotAllowed(_("Only the Secretariat does this."))


def must_lead_or_be_secretariat(group: Group, by: "Capacity") -> None:
    """Refuse who neither leads the group nor is of the Secretariat."""
    if by.organisation_id is None:
        must_be_secretariat(by)
    else:
        must_lead(group, by)


def is_focal(user: "User", organisation_id: int | None) -> bool:
    """Say whether the person is focal point or alternate of that partner at this moment."""
    if organisation_id is None:
        return False
    return Affiliation.objects.speaking().focal().filter(user=user, organisation_id=organisation_id).exists()


def must_be_focal(by: "Capacity", organisation_id: int) -> None:
    """Refuse who is not focal point or alternate of the organisation at this moment."""
    if by.organisation_id != organisation_id or not is_focal(by.user, organisation_id):
        raise NotAllowed(_("Only focal points and alternates of the organisation do this."))


def must_have_reason(reason: str) -> str:
    """Return the reason without surrounding space; refuse an empty one."""
    if not (reason := reason.strip()):
        raise DomainError(_("Give a reason; the people concerned will read it."))
    return reason


def has_leading_person(group: Group, *, besides: Membership | Participant | None = None) -> bool:
    """Say whether anybody can lead the group at this moment, leaving out an organisation or one seat."""
    seats = Participant.objects.taking_part().filter(membership__group=group, membership__role=Membership.Role.LEAD)
    if isinstance(besides, Membership):
        seats = seats.exclude(membership=besides)
    elif besides is not None:
        seats = seats.exclude(pk=besides.pk)
    return seats.exists()


def tell_if_nobody_leads(group: Group) -> None:
    """Publish `LeadLost` when nobody can lead the group now; a closed one needs nobody until it is opened again."""
    if group.is_writable and not has_leading_person(group):
        publish(LeadLost(group))


def leads_alone(place: Membership | Participant) -> bool:
    """Say whether nobody could lead the open group without this organisation or this seat; a closed one needs nobody."""
    membership = place if isinstance(place, Membership) else place.membership
    group = membership.group
    return membership.is_lead and group.is_writable and not has_leading_person(group, besides=place)


def must_leave_a_lead(membership: Membership) -> None:
    """Refuse to take the lead from an organisation when nobody of another one could lead the group afterwards."""
    if leads_alone(membership):
        raise LastLead(
            _("“%(group)s” has no other lead who takes part than %(organisation)s. Name another lead first.")
            % {"organisation": membership.organisation, "group": membership.group}
        )


def raise_acl(*groups: Group) -> None:
    """Raise the version of rights of the groups, so that whoever keeps a right asks again."""
    for group in groups:
        Group.objects.filter(pk=group.pk).update(acl_version=F("acl_version") + 1)
        group.refresh_from_db(fields=["acl_version"])
