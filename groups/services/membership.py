"""What becomes of an organisation's place in a group: its role, leaving, removal."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.events import MembershipChanged, MembershipEnded, RequestEnded
from groups.models import Membership, Participant
from groups.services.participants import end_seat
from groups.services.rights import (
    has_leading_person,
    locked_membership,
    must_be_focal,
    must_be_secretariat,
    must_have_reason,
    must_lead,
    must_leave_a_lead,
    raise_acl,
    tell_if_nobody_leads,
)

if TYPE_CHECKING:
    from partners.capacity import Capacity


@transaction.atomic
def change_membership_role(membership: Membership, *, by: "Capacity", role: str) -> Membership:
    """Make a member organisation lead, member or observer; leads decide, and the last lead stays one.

    In a group that nobody can lead any more, the Secretariat names a new lead.
    """
    membership = locked_membership(membership)
    group = membership.group
    if by.organisation_id is None and role == Membership.Role.LEAD and not has_leading_person(group):
        must_be_secretariat(by)
    else:
        must_lead(group, by)
    if membership.state != Membership.State.ACTIVE:
        raise DomainError(_("This organisation is not a member of the group now."))
    if role not in Membership.Role.values:
        raise DomainError(_("Choose lead, member or observer."))
    if membership.role == role:
        return membership
    must_leave_a_lead(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    raise_acl(group)
    record(by, "membership.role_changed", membership, before=before, after=role)
    publish(MembershipChanged(membership))
    return membership


@transaction.atomic
def leave(membership: Membership, *, by: "Capacity") -> None:
    """Take the organisation out of the group, by its focal points; the last lead cannot leave. Twice changes nothing."""
    membership = locked_membership(membership)
    must_be_focal(by, membership.organisation_id)
    if membership.state == Membership.State.LEFT:
        return
    if membership.state != Membership.State.ACTIVE:
        raise DomainError(_("Your organisation is not a member of this group now."))
    must_leave_a_lead(membership)
    for below in _places_below(membership, Membership.State.ACTIVE):
        must_leave_a_lead(below)
    end_membership(membership, state=Membership.State.LEFT, why="left", by=by, reason="")


@transaction.atomic
def remove_membership(membership: Membership, *, by: "Capacity", reason: str) -> None:
    """Remove an organisation from the group with a reason, which it reads; its people lose the group at once.

    Where it alone led a working group below, the Secretariat names a new lead there.
    """
    membership = locked_membership(membership)
    must_lead(membership.group, by)
    reason = must_have_reason(reason)
    if membership.state == Membership.State.REMOVED:
        return
    if membership.state != Membership.State.ACTIVE:
        raise DomainError(_("This organisation is not a member of the group now."))
    must_leave_a_lead(membership)
    end_membership(membership, state=Membership.State.REMOVED, why="removed", by=by, reason=reason)


def _places_below(membership: Membership, state: Membership.State) -> list[Membership]:
    """Return the organisation's places of that state in the working groups below."""
    below = Membership.objects.filter(
        organisation=membership.organisation_id, group__parent=membership.group_id, state=state
    )
    return list(below.select_related("group", "organisation").order_by("pk"))


def end_request(membership: Membership, *, state: Membership.State, by: "Capacity | None", reason: str = "") -> None:
    """End a waiting request, declined or withdrawn; under the lock."""
    membership.state, membership.reason, membership.ended_at = state, reason, timezone.now()
    membership.save(update_fields=["state", "reason", "ended_at"])
    record(by, f"membership.{state}", membership, reason=reason)
    publish(RequestEnded(membership))


def end_membership(
    membership: Membership, *, state: Membership.State, why: str, by: "Capacity | None", reason: str
) -> None:
    """End an active membership, first places and requests in working groups below, and every seat in it; under the lock."""
    for below in _places_below(membership, Membership.State.ACTIVE):
        end_membership(below, state=state, why=why, by=by, reason=reason)
    asked = Membership.State.DECLINED if state == Membership.State.REMOVED else Membership.State.WITHDRAWN
    for below in _places_below(membership, Membership.State.REQUESTED):
        end_request(below, state=asked, by=by, reason=reason)
    led = membership.is_lead
    seats = list(
        Participant.objects.filter(membership=membership, ended_at=None).select_related("user").order_by("pk")
    )
    membership.state, membership.reason, membership.ended_at = state, reason, timezone.now()
    membership.save(update_fields=["state", "reason", "ended_at"])
    raise_acl(membership.group)
    record(by, f"membership.{state}", membership, reason=reason)
    publish(MembershipEnded(membership))
    for seat in seats:
        seat.membership = membership
        end_seat(seat, why=why, by=by, reason=reason)
    if led:
        tell_if_nobody_leads(membership.group)
