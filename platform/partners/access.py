"""The doors to organisations and affiliations: each returns the object and the right to it, or looks like nothing."""

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.http import Http404

from partners.models import Affiliation, Invitation, InvitationQuerySet, Organisation, SignUpAnswer
from partners.models.invitation import token_digest
from partners.standing import OrganisationStanding

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

NO_ORGANISATION = "No such organisation."
NO_AFFILIATION = "No such affiliation."


def organisation_for(user: "User | AnonymousUser", slug: str) -> tuple[Organisation, OrganisationStanding]:
    """Return an organisation the person may know of from the directory; any other looks like none."""
    organisation = Organisation.objects.visible_to(user).filter(slug=slug).first()
    if organisation is None:
        raise Http404(NO_ORGANISATION)
    return organisation, OrganisationStanding.of(user, organisation)


def organisation_for_focal_point(user: "User | AnonymousUser", slug: str) -> tuple[Organisation, OrganisationStanding]:
    """Return an organisation the person acts for (or keeps, being of the Secretariat); to others its settings look like none."""
    organisation, standing = organisation_for(user, slug)
    if not standing.may_manage:
        raise Http404(NO_ORGANISATION)
    return organisation, standing


def affiliation_in(organisation: Organisation, affiliation_id: int) -> Affiliation:
    """Return an affiliation with an organisation whose door the caller has passed."""
    affiliation = organisation.affiliations.select_related("user").filter(pk=affiliation_id).first()
    if affiliation is None:
        raise Http404(NO_AFFILIATION)
    affiliation.organisation = organisation
    return affiliation


def own_affiliation(user: "User | AnonymousUser", affiliation_id: int) -> Affiliation:
    """Return one of the person's own live affiliations; anybody else's looks like none."""
    affiliation = (
        Affiliation.objects.live().of(user).select_related("organisation", "user").filter(pk=affiliation_id).first()
    )
    if affiliation is None:
        raise Http404(NO_AFFILIATION)
    return affiliation


def invitation_by_token(token: str) -> Invitation:
    """Return the open invitation whose link this is; used, revoked, late and invented ones all look like none."""
    invitation = (
        Invitation.objects.open()
        .filter(token_hash=token_digest(token))
        .select_related("organisation", "invited_by")
        .first()
    )
    if invitation is None:
        raise Http404("No such invitation.")
    return invitation


def affiliation_for(
    user: "User | AnonymousUser", slug: str, affiliation_id: int
) -> tuple[Affiliation, OrganisationStanding]:
    """Return an affiliation that is the person's own or that they may manage; any other looks like none."""
    organisation, standing = organisation_for(user, slug)
    affiliation = affiliation_in(organisation, affiliation_id)
    if not (standing.may_manage or affiliation.user_id == user.pk):
        raise Http404(NO_AFFILIATION)
    return affiliation, standing


def invitation_to(user: "User | AnonymousUser", invitation_id: int) -> Invitation:
    """Return an open invitation bound to a verified address of the person; any other looks like none."""
    invitation = invitations_to(user).filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404("No such invitation.")
    return invitation


def refused_answer(user: "User | AnonymousUser") -> SignUpAnswer | None:
    """Return what the person said at sign-up and could not be done, until they asked for an organisation anew."""
    if not user.is_authenticated or Affiliation.objects.of(user).exists():
        return None
    return SignUpAnswer.objects.filter(user=user).exclude(refusal="").select_related("organisation").first()


def invitations_to(user: "User | AnonymousUser") -> InvitationQuerySet:
    """Return the open invitations bound to verified addresses of the person, oldest first."""
    if not user.is_authenticated:
        return Invitation.objects.none()
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return (
        Invitation.objects.open()
        .to_addresses(addresses)
        .select_related("organisation", "invited_by")
        .order_by("created_at", "pk")
    )
