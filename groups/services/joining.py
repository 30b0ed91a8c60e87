"""How an organisation comes in: asking, being proposed by its staff, and the leads' decision."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.events import MembershipDeclined, MembershipProposed, MembershipRequested
from groups.models import Group, GroupState, Join, Membership
from groups.services.opening import activate, end_proposal
from groups.services.participants import takes_part_above
from groups.services.rights import locked, locked_membership, must_be_focal, must_have_reason, must_lead
from groups.standing import NotAllowed
from partners.models import Affiliation

if TYPE_CHECKING:
    from partners.capacity import Capacity


@transaction.atomic
def request_to_join(group: Group, *, affiliation: Affiliation, brings: str = "", key: uuid.UUID) -> Membership:
    """Ask for an organisation to join; where the group is open to partners, it is a member at once.

    Focal points and alternates ask, and who asks takes part first. The same key asks once. An organisation that was
    removed from an open group waits for the leads like anybody in a group on request.
    """
    group = locked(group)
    affiliation = _speaking(affiliation)
    by = affiliation.capacity
    known = Membership.objects.filter(key=key).select_related("organisation").first()
    if known:
        if (known.group_id, known.organisation_id) != (group.pk, affiliation.organisation_id):
            raise DomainError(_("This form was already used. Open it anew."))
        return known
    _must_be_joinable(group, affiliation)
    if not affiliation.is_focal:
        raise NotAllowed(
            _("Focal points and alternates of %(organisation)s ask to join. Propose it to them.")
            % {"organisation": affiliation.organisation}
        )
    if not takes_part_above(group, affiliation):
        raise DomainError(
            _("Members of a working group come from “%(parent)s”: take part there first.") % {"parent": group.parent}
        )
    removed = group.memberships.filter(
        organisation=affiliation.organisation_id, state=Membership.State.REMOVED
    ).exists()
    membership = Membership.objects.create(
        group=group,
        organisation=affiliation.organisation,
        brings=brings.strip(),
        requested_by=affiliation.user,
        key=key,
    )
    record(by, "membership.requested", membership)
    if group.join == Join.OPEN and not removed:
        activate(membership, by=by)
    else:
        publish(MembershipRequested(membership))
    return membership


def _speaking(affiliation: Affiliation) -> Affiliation:
    """Return the affiliation as it is now; refuse one in which the person does not speak for a partner any more."""
    now = (
        Affiliation.objects.speaking()
        .filter(pk=affiliation.pk, user__is_active=True)
        .select_related("user", "organisation")
        .first()
    )
    if now is None:
        raise NotAllowed(_("You do not act for this organisation now."))
    return now


def _must_be_joinable(group: Group, affiliation: Affiliation) -> None:
    """Refuse a group that takes no requests, and an organisation that is in it or has asked already."""
    if not Group.objects.visible_to(affiliation.user).filter(pk=group.pk).exists() or group.join == Join.INVITATION:
        raise NotAllowed(_("Organisations join this group by invitation of its leads."))
    if group.state != GroupState.ACTIVE:
        raise DomainError(_("This group takes no new members now."))
    live = Membership.objects.live().filter(group=group, organisation=affiliation.organisation_id).first()
    if live:
        names = {"organisation": affiliation.organisation}
        if live.state == Membership.State.ACTIVE:
            raise DomainError(_("%(organisation)s is a member of this group already.") % names)
        raise DomainError(_("%(organisation)s has asked to join already; the leads will decide.") % names)


@transaction.atomic
def propose_to_join(group: Group, *, affiliation: Affiliation) -> None:
    """Propose to one's own focal points and alternates that the organisation should join; they are told once."""
    group = locked(group)
    affiliation = _speaking(affiliation)
    _must_be_joinable(group, affiliation)
    # In the site's chain: what somebody wishes inside their organisation is not the group's to read.
    record(affiliation.capacity, "membership.proposed", affiliation, group=group.pk)
    publish(MembershipProposed(group, organisation_id=affiliation.organisation_id, user_id=affiliation.user_id))


@transaction.atomic
def accept_request(membership: Membership, *, by: "Capacity", role: str = Membership.Role.MEMBER) -> Membership:
    """Accept a waiting request, as member unless said otherwise; accepting twice changes nothing."""
    membership = locked_membership(membership)
    must_lead(membership.group, by)
    if membership.state == Membership.State.ACTIVE:
        return membership
    _must_wait(membership)
    if role not in Membership.Role.values:
        raise DomainError(_("Choose lead, member or observer."))
    if not membership.group.is_writable:
        raise DomainError(_("Open the group again first."))
    if not membership.organisation.is_active:
        raise DomainError(
            _("%(organisation)s is not an active partner now.") % {"organisation": membership.organisation}
        )
    membership.role = Membership.Role(role)
    activate(membership, by=by)
    return membership


@transaction.atomic
def decline_request(membership: Membership, *, by: "Capacity", reason: str) -> Membership:
    """Decline a waiting request with a reason, which the organisation reads; it may ask again."""
    membership = locked_membership(membership)
    must_lead(membership.group, by)
    reason = must_have_reason(reason)
    if membership.state == Membership.State.DECLINED:
        return membership
    _must_wait(membership)
    _end_request(membership, Membership.State.DECLINED, by=by, reason=reason)
    publish(MembershipDeclined(membership))
    return membership


@transaction.atomic
def withdraw_request(membership: Membership, *, by: "Capacity") -> Membership:
    """Take back a waiting request, or a whole proposal of a group; the organisation's focal points do this."""
    membership = locked_membership(membership)
    must_be_focal(by, membership.organisation_id)
    if membership.state == Membership.State.WITHDRAWN:
        return membership
    _must_wait(membership)
    if membership.group.state == GroupState.PROPOSED:
        end_proposal(membership.group, by=by, reason="", membership_state=Membership.State.WITHDRAWN)
        membership.refresh_from_db(fields=["state"])
    else:
        _end_request(membership, Membership.State.WITHDRAWN, by=by, reason="")
    return membership


def _must_wait(membership: Membership) -> None:
    if membership.state != Membership.State.REQUESTED:
        raise DomainError(
            _("This request is not waiting any more: %(state)s.") % {"state": membership.get_state_display()}
        )


def _end_request(membership: Membership, state: Membership.State, *, by: "Capacity", reason: str) -> None:
    membership.state, membership.reason, membership.ended_at = state, reason, timezone.now()
    membership.save(update_fields=["state", "reason", "ended_at"])
    record(by, f"membership.{state}", membership, reason=reason)
