"""A focal point invites a colleague by e-mail address."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError, RateLimited
from core.events import publish
from partners.capacity import Capacity
from partners.events import AffiliationConfirmed
from partners.letters import mail_invitation
from partners.models import Affiliation, Invitation, Organisation
from partners.models.invitation import token_digest, token_for
from partners.services.judging import lock_organisation, lock_person, standing_of
from partners.standing import NotAllowed, OrganisationStanding

if TYPE_CHECKING:
    from accounts.models import User

OPEN_INVITATIONS = 50
DAY = timedelta(days=1)
A_DAY, A_DAY_TO_ONE = 50, 3


class WrongAddress(DomainError):
    """The invitation is bound to an address that is not a verified one of the person's."""

    code = "wrong_address"


@transaction.atomic
def invite_colleague(
    organisation: Organisation,
    *,
    by: Capacity,
    email: str,
    key: UUID,
    role: str = Affiliation.Role.STAFF,
    function: str = "",
    message: str = "",
) -> Invitation:
    """Invite the owner of an address to act for the organisation; the link goes by mail after commit.

    Says nothing of whether the address belongs to an account. A new invitation replaces an open one to the same address, the
    same key returns the one it made, and at most 50 are open at a time. One person invites 50 times a day, and an
    organisation the same address three times; counted are its own letters only, so that nobody learns of others'.
    """
    organisation = lock_organisation(organisation.pk)
    standing = standing_of(by, organisation)
    if not standing.may_invite:
        raise NotAllowed(_("Only focal points and alternates invite colleagues."))
    if not standing.may_vouch_for(role):
        raise NotAllowed(_("Only a focal point names focal points and alternates."))
    if made := Invitation.objects.filter(invited_by=by.user_id, key=key).first():
        return made
    email = email.strip().lower()
    _refuse_flood(organisation, by=by, email=email)
    waiting = Invitation.objects.open().filter(organisation=organisation)
    waiting.to_addresses([email]).update(revoked_at=timezone.now())
    if waiting.count() >= OPEN_INVITATIONS:
        raise RateLimited(
            _("%(count)d invitations are still open. Take one back first.") % {"count": OPEN_INVITATIONS}
        )
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=Affiliation.Role(role),
        function=function.strip(),
        message=message.strip(),
        token_hash=token_digest(token_for(by.user.pk, key)),
        invited_by=by.user,
        key=key,
    )
    record(by, "affiliation.invited", invitation, role=invitation.role)
    mail_invitation(invitation)
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, person: "User") -> Affiliation:
    """Redeem an invitation, once: the person acts for the organisation from now on, in the role it names.

    Whoever invited must still be one who could: not after a dismissal, nor once their account is closed.
    """
    person = lock_person(person)
    organisation = lock_organisation(invitation.organisation_id)
    invitation = _lock_invitation(invitation)
    inviter = OrganisationStanding.of(invitation.invited_by, organisation)
    if not (invitation.is_open and organisation.is_active and inviter.may_vouch_for(invitation.role)):
        raise DomainError(_("This invitation can no longer be used. Ask your colleague for a new one."))
    if not EmailAddress.objects.filter(user=person, verified=True, email__iexact=invitation.email).exists():
        raise WrongAddress(
            _("This invitation was sent to another e-mail address. Sign in with that one, or add it to your account.")
        )
    affiliation = Affiliation.objects.live().of(person).filter(organisation=organisation).first()
    if affiliation and affiliation.is_active:
        raise DomainError(_("You already act for %(name)s.") % {"name": organisation.name})
    affiliation = affiliation or Affiliation(user=person)
    affiliation.organisation = organisation
    affiliation.state, affiliation.role = Affiliation.State.ACTIVE, invitation.role
    affiliation.function = invitation.function or affiliation.function
    affiliation.started_at = timezone.now()
    affiliation.save()
    invitation.redeemed_at, invitation.redeemed_by = timezone.now(), person
    invitation.save(update_fields=["redeemed_at", "redeemed_by"])
    by = Capacity(person, organisation, affiliation.function)
    record(by, "affiliation.invitation_accepted", affiliation, role=affiliation.role, invitation=invitation.pk)
    publish(AffiliationConfirmed(affiliation, by_id=by.user_id))
    return affiliation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Capacity) -> None:
    """Take an open invitation back; its link is dead at once."""
    organisation = lock_organisation(invitation.organisation_id)
    invitation = _lock_invitation(invitation)
    if not standing_of(by, organisation).may_manage:
        raise NotAllowed(_("Only focal points and alternates take invitations back."))
    if not invitation.is_open:
        raise DomainError(_("This invitation was already used, taken back or too old."))
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(by, "affiliation.invitation_revoked", invitation)


def _refuse_flood(organisation: Organisation, *, by: Capacity, email: str) -> None:
    today = Invitation.objects.filter(created_at__gt=timezone.now() - DAY)
    if today.by(by.user).count() >= A_DAY:
        raise RateLimited(
            _("You invited %(count)d times since yesterday. Go on tomorrow.") % {"count": A_DAY},
            retry_after=DAY // timedelta(seconds=1),
        )
    if today.filter(organisation=organisation).to_addresses([email]).count() >= A_DAY_TO_ONE:
        raise RateLimited(
            _("This address was invited %(count)d times since yesterday. Wait for an answer.")
            % {"count": A_DAY_TO_ONE},
            retry_after=DAY // timedelta(seconds=1),
        )


def _lock_invitation(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("invited_by").get(pk=invitation.pk)
