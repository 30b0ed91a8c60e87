"""How an organisation comes in: asking, being proposed by its staff, and the leads' decision."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.events import MembershipDeclined, MembershipProposed, MembershipRequested
from groups.models import Group, GroupState, Join, Membership
from groups.services.membership import end_request
from groups.services.opening import activate, end_proposal
from groups.services.participants import place_above, takes_part_above
from groups.services.rights import locked, locked_membership, must_be_focal, must_have_reason, must_lead
from groups.standing import NotAllowed
from partners.models import Affiliation

if TYPE_CHECKING:
    from partners.capacity import Capacity


@transaction.atomic
def request_to_join(group: Group, *, affiliation: Affiliation, brings: str = "", key: uuid.UUID) -> Membership:
    """Ask for an organisation to join; where the group is open to partners, it is a member at once.

    Focal points and alternates ask, and who asks takes part first. The same key asks once. An organisation that was
    removed from an open group waits for the leads like anybody in a group on request, and one that observes the parent
    comes in as an observer.
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
    above = place_above(group, affiliation.organisation_id)
    observes = above is not None and above.role == Membership.Role.OBSERVER
    membership = Membership.objects.create(
        group=group,
        organisation=affiliation.organisation,
        role=Membership.Role.OBSERVER if observes else Membership.Role.MEMBER,
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
    if not group.takes_members:
        raise DomainError(_("This group takes no new members now."))
    live = Membership.objects.live().filter(group=group, organisation=affiliation.organisation_id).first()
    if live:
        names = {"organisation": affiliation.organisation}
        if live.state == Membership.State.ACTIVE:
            raise DomainError(_("%(organisation)s is a member of this group already.") % names)
        raise DomainError(_("%(organisation)s has asked to join already; the leads will decide.") % names)


@transaction.atomic
def propose_to_join(group: Group, *, affiliation: Affiliation) -> None:
    """Propose to one's own focal points and alternates that the organisation should join; they are told once.

    It changes nothing in the group, so it neither locks it nor stands in its record.
    """
    affiliation = _speaking(affiliation)
    _must_be_joinable(Group.objects.get(pk=group.pk), affiliation)
    answering = Affiliation.objects.focal().filter(organisation=affiliation.organisation_id, user__is_active=True)
    if not answering.exclude(user=affiliation.user_id).exists():
        raise DomainError(
            _("%(organisation)s has no focal point who could bring it in now. The Secretariat can help.")
            % {"organisation": affiliation.organisation}
        )
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
    if not membership.group.takes_members:
        raise DomainError(_("Open the group again first."))
    if membership.group.parent_id and not place_above(membership.group, membership.organisation_id):
        raise DomainError(
            _("Members of a working group come from its parent group: %(organisation)s has to take part there first.")
            % {"organisation": membership.organisation}
        )
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
    end_request(membership, state=Membership.State.DECLINED, by=by, reason=reason)
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
        end_request(membership, state=Membership.State.WITHDRAWN, by=by)
    return membership


def _must_wait(membership: Membership) -> None:
    if membership.state != Membership.State.REQUESTED:
        raise DomainError(
            _("This request is not waiting any more: %(state)s.") % {"state": membership.get_state_display()}
        )
