"""What every act here begins with: lock the organisation, then ask who acts what they may do at this moment."""

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError
from partners.capacity import Capacity
from partners.models import Affiliation, Organisation
from partners.standing import NotAllowed, OrganisationStanding


def lock_organisation(organisation_id: int) -> Organisation:
    """Return the organisation as it is now, locked to the end of the transaction; taken before any lock on its rows."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def lock_affiliation(affiliation: Affiliation) -> Affiliation:
    """Return the affiliation as it is now, with its organisation locked first."""
    organisation = lock_organisation(affiliation.organisation_id)
    fresh = (
        Affiliation.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=affiliation.pk)
    )
    fresh.organisation = organisation
    return fresh


def lock_person(person: User) -> User:
    """Return the person as they are now, locked, so that their parallel requests take turns."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def standing_of(by: Capacity, organisation: Organisation) -> OrganisationStanding:
    """Read what the actor may do for the organisation now, whatever the caller believed."""
    return OrganisationStanding.of(_now(by), organisation)


def require_secretariat(by: Capacity) -> None:
    """Refuse anybody who is not of the Secretariat at this moment."""
    if not _now(by).is_secretariat:
        raise NotAllowed(_("Only the Secretariat does this."))


def required_reason(reason: str) -> str:
    """Return the reason without surrounding space; an empty one is refused, because it is recorded and told."""
    if not (reason := reason.strip()):
        raise DomainError(_("Give a reason: it is recorded, and the person reads it."))
    return reason


def _now(by: Capacity) -> User:
    actor = User.objects.filter(pk=by.user.pk, is_active=True).first()
    if actor is None:
        raise NotAllowed(_("This account is closed."))
    return actor
