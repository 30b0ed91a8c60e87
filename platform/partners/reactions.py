"""What partners do when something happens to people, and whom they tell of their own acts."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.events import AccountClosed, AddressConfirmed
from accounts.models import User
from notifications.services import notify, retract
from partners import services
from partners.events import (
    AffiliationConfirmed,
    AffiliationDeclined,
    AffiliationEnded,
    AffiliationRequested,
    OrganisationProposed,
    OrganisationStatusChanged,
)
from partners.models import Affiliation, Invitation, Organisation, OrganisationStatus


def account_closed(event: AccountClosed) -> None:
    """Invitations of a closed account are void for good; the Secretariat reads which partners it leaves without anybody."""
    Invitation.objects.by(event.user).open().update(revoked_at=timezone.now())
    held = Affiliation.objects.active().of(event.user).values_list("organisation_id", flat=True)
    _tell_if_leaderless(held, key=f"closed:{event.act}")


def address_confirmed(event: AddressConfirmed) -> None:
    """A newcomer's address is theirs: what they said about their organisation at sign-up is carried out, once."""
    services.carry_out_answer(event.user)


# --- Telling people -----------------------------------------------------------------------------------------------


def request_settled(event: AffiliationConfirmed | AffiliationDeclined | AffiliationEnded) -> None:
    """Nobody needs to answer the request any more."""
    retract("affiliation_requested", object_id=event.affiliation.pk)


def proposal_settled(event: OrganisationStatusChanged) -> None:
    """The Secretariat has answered."""
    retract("organisation_proposed", object_id=event.organisation.pk)


def tell_affiliation_requested(event: AffiliationRequested) -> None:
    """Focal points and alternates answer a request; where there is none, the Secretariat.

    An applicant's own request says nothing more than the proposal, which the Secretariat is told of.
    """
    affiliation = event.affiliation
    if affiliation.organisation.status != OrganisationStatus.APPLICANT:
        people = _who_act_for(affiliation.organisation) or list(User.objects.secretariat())
        notify(people, "affiliation_requested", object_id=affiliation.pk, key=str(affiliation.pk), mail=True)


def tell_affiliation_decided(event: AffiliationConfirmed | AffiliationDeclined) -> None:
    """Who asked reads the answer; who accepted an invitation knows; who proposed the organisation reads that answer."""
    affiliation = event.affiliation
    knows = isinstance(event, AffiliationConfirmed) and event.by_id == affiliation.user_id
    if not (knows or event.proposer):
        key = f"{affiliation.pk}:{affiliation.state}"
        notify([affiliation.user], "affiliation_decided", object_id=affiliation.pk, key=key, mail=True)


def tell_affiliation_ended(event: AffiliationEnded) -> None:
    """The person reads that it ended; the Secretariat, that an organisation is left without anybody to act for it."""
    affiliation = event.affiliation
    if event.by_id != affiliation.user_id:
        notify([affiliation.user], "affiliation_ended", object_id=affiliation.pk, key=str(affiliation.pk), mail=True)
    _tell_if_leaderless([affiliation.organisation_id], key=str(affiliation.pk))


def tell_organisation_proposed(event: OrganisationProposed) -> None:
    """The Secretariat has an organisation to answer."""
    notify(
        User.objects.secretariat(),
        "organisation_proposed",
        object_id=event.organisation.pk,
        key=str(event.organisation.pk),
        mail=True,
    )


def tell_organisation_decided(event: OrganisationStatusChanged) -> None:
    """Its focal points and alternates read that it was accepted, suspended or reinstated; its proposer that it was declined."""
    organisation = event.organisation
    if organisation.status == OrganisationStatus.DECLINED:
        turned_down = organisation.affiliations.filter(state=Affiliation.State.DECLINED)
        people = list(User.objects.filter(pk__in=turned_down.values("user_id"), is_active=True))
    else:
        people = _who_act_for(organisation)
    key = f"{organisation.pk}:{organisation.status}:{event.act}"
    notify(people, "organisation_decided", object_id=organisation.pk, key=key, mail=True)


def _tell_if_leaderless(organisations: Iterable[int], *, key: str) -> None:
    """The Secretariat answers for a partner that nobody acts for any more."""
    for organisation in Organisation.objects.leaderless().filter(pk__in=organisations):
        notify(
            User.objects.secretariat(),
            "focal_point_missing",
            object_id=organisation.pk,
            key=f"{key}:{organisation.pk}",
        )


def _who_act_for(organisation: Organisation) -> list[User]:
    ties = Affiliation.objects.focal().filter(organisation=organisation)
    return list(User.objects.filter(pk__in=ties.values("user_id")))
