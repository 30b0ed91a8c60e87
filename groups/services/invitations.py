"""Inviting somebody into a group with their organisation, by a link that works once, for one address."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.events import MembershipChanged
from groups.letters import mail_invitation
from groups.models import Group, Invitation, Membership, Participant
from groups.models.invitation import expiry, token_digest, token_for
from groups.services.opening import activate
from groups.services.participants import start_participant, takes_part_above
from groups.services.rights import is_focal, leads_now, locked, must_lead, raise_acl
from groups.standing import NotAllowed
from partners.models import Affiliation

if TYPE_CHECKING:
    from accounts.models import User
    from partners.capacity import Capacity

OPEN_AT_ONCE = 100
RANK = {Membership.Role.OBSERVER: 0, Membership.Role.MEMBER: 1, Membership.Role.LEAD: 2}


class InvitationRefused(DomainError):
    """The link does not work for this person, whatever the cause: the text is always the same."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This invitation cannot be used. It may have been used or withdrawn, it may be older than seven days, or"
                " it was sent to another address than yours. Ask who invited you for a new one."
            )
        )


@transaction.atomic
def invite(
    group: Group,
    *,
    by: "Capacity",
    email: str,
    role: str = Membership.Role.MEMBER,
    message: str = "",
    key: uuid.UUID,
) -> Invitation:
    """Invite the holder of an address to bring their organisation in, in a role; the same key invites once.

    The link is in the mail only, which goes out when the invitation is committed.
    """
    group = locked(group)
    must_lead(group, by)
    known = Invitation.objects.filter(key=key).first()
    if known:
        if known.group_id != group.pk:
            raise DomainError(_("This form was already used. Open it anew."))
        return known
    if not group.takes_members:
        raise DomainError(_("Open the group again first."))
    if role not in Membership.Role.values:
        raise DomainError(_("Choose lead, member or observer."))
    email = email.strip().lower()
    waiting = group.invitations.open()
    if waiting.filter(email=email).exists():
        raise DomainError(_("An invitation to this address is waiting already. Send it again, or withdraw it first."))
    if waiting.count() >= OPEN_AT_ONCE:
        raise DomainError(_("A hundred invitations are waiting. Withdraw some first."))
    invitation = Invitation.objects.create(
        group=group,
        email=email,
        role=role,
        message=message.strip(),
        invited_by=by.user,
        key=key,
        token_hash=token_digest(token_for(key)),
    )
    record(by, "invitation.made", invitation, role=role)
    mail_invitation(invitation)
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, by: "Capacity") -> None:
    """Send an open invitation once more, for seven days from now; the link stays the same."""
    invitation = _locked_invitation(invitation)
    must_lead(invitation.group, by)
    if not invitation.is_open:
        raise DomainError(_("This invitation is over. Make a new one."))
    invitation.expires_at, invitation.token_hash = expiry(), token_digest(token_for(invitation.key))
    invitation.save(update_fields=["expires_at", "token_hash"])
    record(by, "invitation.sent_again", invitation)
    mail_invitation(invitation)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: "Capacity") -> None:
    """Take an invitation back; its link stops working at once. Taking it back twice changes nothing."""
    invitation = _locked_invitation(invitation)
    must_lead(invitation.group, by)
    if invitation.redeemed_at:
        raise DomainError(_("It was accepted already. You can remove the organisation from the group."))
    if invitation.revoked_at:
        return
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(by, "invitation.revoked", invitation)


def _locked_invitation(invitation: Invitation) -> Invitation:
    group = locked(Group.objects.get(pk=invitation.group_id))
    now = Invitation.objects.select_related("invited_by").get(pk=invitation.pk)
    now.group = group
    return now


@transaction.atomic
def redeem_invitation(token: str, *, user: "User", affiliation: Affiliation) -> Membership:
    """Bring the organisation in, in the role of the invitation, and let the person take part; the link is used up.

    A member organisation is raised to the role, never lowered. Only focal points and alternates bring an organisation in.
    """
    found = Invitation.objects.for_link(token, user)
    if found is None:
        raise InvitationRefused
    invitation = _locked_invitation(found)
    group = invitation.group
    if not invitation.is_open or not group.takes_members or not leads_now(group, invitation.invited_by):
        raise InvitationRefused
    affiliation = _usable(group, user, affiliation)
    by = affiliation.capacity
    membership = (
        Membership.objects.live()
        .filter(group=group, organisation=affiliation.organisation_id)
        .select_related("organisation")
        .first()
    )
    if membership is None:
        membership = Membership(group=group, organisation=affiliation.organisation, requested_by=user)
    membership.group = group
    if membership.state == Membership.State.ACTIVE:
        _raise_role(membership, invitation, by=by)
        if not Participant.objects.filter(membership=membership, user=user, ended_at=None).exists():
            start_participant(membership, affiliation, by=by)
    else:
        membership.role, membership.requested_by = Membership.Role(invitation.role), user
        membership.save()
        activate(membership, by=by)
    invitation.redeemed_at, invitation.redeemed_by = timezone.now(), user
    invitation.save(update_fields=["redeemed_at", "redeemed_by"])
    record(by, "invitation.redeemed", invitation, membership=membership.pk)
    return membership


def _usable(group: Group, user: "User", affiliation: Affiliation) -> Affiliation:
    """Return the affiliation as it is now; refuse one that cannot bring its organisation into this group."""
    now = (
        Affiliation.objects.speaking()
        .of(user)
        .filter(pk=affiliation.pk)
        .select_related("user", "organisation")
        .first()
    )
    if now is None:
        raise NotAllowed(_("You do not act for this organisation now."))
    if not is_focal(user, now.organisation_id):
        raise NotAllowed(
            _("Only focal points and alternates bring %(organisation)s into a group. Ask yours to name you.")
            % {"organisation": now.organisation}
        )
    if not takes_part_above(group, now):
        raise DomainError(
            _("Members of a working group come from its parent group: %(organisation)s has to take part there first.")
            % {"organisation": now.organisation}
        )
    return now


def _raise_role(membership: Membership, invitation: Invitation, *, by: "Capacity") -> None:
    before, role = Membership.Role(membership.role), Membership.Role(invitation.role)
    if RANK[role] <= RANK[before]:
        return
    membership.role = role
    membership.save(update_fields=["role"])
    raise_acl(membership.group)
    record(by, "membership.role_changed", membership, before=before, after=role, invitation=invitation.pk)
    publish(MembershipChanged(membership))
