"""An organisation is proposed, accepted or declined, edited, suspended and reinstated."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from core.events import publish
from core.fields import free_slug, random_slug
from core.folding import fold
from partners.capacity import Capacity
from partners.events import (
    AffiliationConfirmed,
    AffiliationDeclined,
    AffiliationRequested,
    OrganisationProposed,
    OrganisationStatusChanged,
)
from partners.models import Affiliation, Listing, Organisation, OrganisationStatus
from partners.services.judging import (
    lock_organisation,
    lock_person,
    require_secretariat,
    required_reason,
    standing_of,
)
from partners.standing import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

PROFILE_FIELDS = frozenset({"name", "acronym", "stakeholder_type", "country", "website", "mandate", "listing"})
VOUCHED_FIELDS = frozenset({"name", "stakeholder_type"})


@transaction.atomic
def propose_organisation(
    person: "User",
    *,
    name: str,
    stakeholder_type: str,
    acronym: str = "",
    country: str = "",
    website: str = "",
    mandate: str = "",
    listing: str = Listing.NAMED,
    function: str = "",
) -> Organisation:
    """Propose a new organisation; it waits for the Secretariat, and the proposer is to be its first focal point.

    One proposal at a time; proposing the same name again returns the one that waits. A name that the proposer can see in
    the directory is refused; one they cannot see is not, or the refusal would tell that it is there.
    """
    person = lock_person(person)
    waiting = Organisation.objects.applicants().filter(
        affiliations__user=person, affiliations__state=Affiliation.State.REQUESTED
    )
    for mine in waiting:
        if fold(mine.name) == fold(name):
            return mine
        raise DomainError(_("Your proposal of “%(name)s” is still with the Secretariat.") % {"name": mine.name})
    refuse_known_name(person, name)
    organisation = Organisation(
        name=name.strip(),
        acronym=acronym.strip(),
        stakeholder_type=stakeholder_type,
        country=country,
        website=website,
        mandate=mandate,
        listing=listing,
        status=OrganisationStatus.APPLICANT,
    )
    _save_under_free_slug(organisation)
    affiliation = Affiliation.objects.create(
        user=person, organisation=organisation, function=function.strip(), role=Affiliation.Role.FOCAL_POINT
    )
    by = Capacity(person, None, function)
    record(by, "organisation.proposed", organisation)
    record(by, "affiliation.requested", affiliation, role=affiliation.role)
    publish(OrganisationProposed(organisation))
    publish(AffiliationRequested(affiliation))
    return organisation


def refuse_known_name(person: "User | AnonymousUser", name: str) -> None:
    """Refuse to propose a partner that the person can see in the directory; of one they cannot see nothing is told."""
    for known in Organisation.objects.visible_to(person).active().matching(name):
        if fold(known.name) == fold(name):
            raise DomainError(
                _("“%(name)s” is already a partner: choose it from the directory.") % {"name": known.name}
            )


@transaction.atomic
def accept_organisation(organisation: Organisation, *, by: Capacity) -> None:
    """Admit an applicant: it is a partner now, and its proposer the first focal point."""
    organisation = _lock_applicant(organisation, by)
    organisation.status, organisation.status_reason = OrganisationStatus.ACTIVE, ""
    organisation.save(update_fields=["status", "status_reason"])
    act = record(by, "organisation.accepted", organisation)
    for affiliation in _waiting_in(organisation):
        affiliation.state, affiliation.role = Affiliation.State.ACTIVE, Affiliation.Role.FOCAL_POINT
        affiliation.started_at = timezone.now()
        affiliation.save(update_fields=["state", "role", "started_at"])
        record(by, "affiliation.confirmed", affiliation, role=affiliation.role)
        publish(AffiliationConfirmed(affiliation, by_id=by.user_id, proposer=True))
    publish(OrganisationStatusChanged(organisation, act.number))


@transaction.atomic
def decline_organisation(organisation: Organisation, *, by: Capacity, reason: str) -> None:
    """Turn an applicant down; the proposer reads the reason and may propose again."""
    reason = required_reason(reason)
    _close_application(_lock_applicant(organisation, by), by=by, reason=reason, verb="organisation.declined")


@transaction.atomic
def suspend_organisation(organisation: Organisation, *, by: Capacity, reason: str) -> None:
    """Suspend a partner: at once its people speak nowhere in its name, until it is reinstated."""
    reason = required_reason(reason)
    require_secretariat(by)
    organisation = lock_organisation(organisation.pk)
    if not organisation.is_active:
        raise DomainError(_("Only a partner can be suspended."))
    _set_status(organisation, OrganisationStatus.SUSPENDED, by=by, reason=reason, verb="organisation.suspended")


@transaction.atomic
def leave_alliance(organisation: Organisation, *, by: Capacity, reason: str) -> None:
    """Take a partner out of the alliance, by its focal points or the Secretariat: it leaves every group at once.

    What its people wrote stays theirs and its own. The Secretariat can make it a partner again; groups it joins anew.
    """
    reason = required_reason(reason)
    organisation = lock_organisation(organisation.pk)
    if not standing_of(by, organisation).may_change_roles:
        raise NotAllowed(_("Only a focal point or the Secretariat takes a partner out of the alliance."))
    if organisation.status not in {OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED}:
        raise DomainError(_("Only a partner can leave the alliance."))
    _set_status(organisation, OrganisationStatus.LEFT, by=by, reason=reason, verb="organisation.left")


@transaction.atomic
def reinstate_organisation(organisation: Organisation, *, by: Capacity, reason: str) -> None:
    """Give a partner that is suspended or left its place back; after a suspension with its memberships, as they were."""
    reason = required_reason(reason)
    require_secretariat(by)
    organisation = lock_organisation(organisation.pk)
    if organisation.status not in {OrganisationStatus.SUSPENDED, OrganisationStatus.LEFT}:
        raise DomainError(_("Only a partner that is suspended or left can be reinstated."))
    _set_status(organisation, OrganisationStatus.ACTIVE, by=by, reason=reason, verb="organisation.reinstated")


@transaction.atomic
def edit_profile(organisation: Organisation, *, by: Capacity, base: int, **changes: str) -> Organisation:
    """Change the profile as seen at version `base`; who saw an older one gets `Conflict` with what is there now.

    Name and stakeholder type are the Secretariat's to change. Becoming undisclosed takes a random address, so that the old
    one no longer tells the name; becoming listed again takes one from the name. No other change moves the page.
    """
    if unknown := changes.keys() - PROFILE_FIELDS:
        raise TypeError(f"Not part of the profile: {', '.join(sorted(unknown))}.")
    organisation = lock_organisation(organisation.pk)
    standing = standing_of(by, organisation)
    if not standing.may_manage:
        raise NotAllowed(_("Only focal points, alternates and the Secretariat edit the profile."))
    changed = [name for name, value in changes.items() if getattr(organisation, name) != value]
    if not standing.may_rename and VOUCHED_FIELDS & set(changed):
        raise NotAllowed(_("Only the Secretariat changes the name and the stakeholder type. Write to it."))
    if base != organisation.version:
        raise Conflict(_("Somebody else changed the profile meanwhile."), current=organisation)
    if not changed:
        return organisation
    was_hidden = organisation.is_undisclosed
    for name in changed:
        setattr(organisation, name, changes[name])
    organisation.version += 1
    if organisation.is_undisclosed != was_hidden:
        _save_under_free_slug(organisation)
    else:
        organisation.save(update_fields=[*changed, "version"])
    record(by, "organisation.edited", organisation, fields=sorted(changed))
    return organisation


def withdraw_application(organisation: Organisation, *, by: Capacity) -> None:
    """Close an application because its proposer took it back; inside the caller's transaction, under its lock."""
    _close_application(organisation, by=by, reason=_("Withdrawn by the proposer."), verb="organisation.withdrawn")


def _lock_applicant(organisation: Organisation, by: Capacity) -> Organisation:
    require_secretariat(by)
    organisation = lock_organisation(organisation.pk)
    if organisation.status != OrganisationStatus.APPLICANT:
        raise DomainError(_("This application has already been answered."))
    return organisation


def _waiting_in(organisation: Organisation) -> list[Affiliation]:
    waiting = organisation.affiliations.select_for_update(of=("self",), no_key=True).filter(
        state=Affiliation.State.REQUESTED
    )
    found = list(waiting.select_related("user"))
    for affiliation in found:
        affiliation.organisation = organisation
    return found


def _close_application(organisation: Organisation, *, by: Capacity, reason: str, verb: str) -> None:
    organisation.status, organisation.status_reason = OrganisationStatus.DECLINED, reason
    organisation.save(update_fields=["status", "status_reason"])
    act = record(by, verb, organisation, reason=reason)
    for affiliation in _waiting_in(organisation):
        affiliation.state, affiliation.reason, affiliation.ended_at = (
            Affiliation.State.DECLINED,
            reason,
            timezone.now(),
        )
        affiliation.save(update_fields=["state", "reason", "ended_at"])
        record(by, "affiliation.declined", affiliation, reason=reason)
        publish(AffiliationDeclined(affiliation, proposer=True))
    publish(OrganisationStatusChanged(organisation, act.number))


def _set_status(organisation: Organisation, status: str, *, by: Capacity, reason: str, verb: str) -> None:
    organisation.status, organisation.status_reason = status, reason
    organisation.save(update_fields=["status", "status_reason"])
    act = record(by, verb, organisation, reason=reason)
    publish(OrganisationStatusChanged(organisation, act.number))


def _save_under_free_slug(organisation: Organisation) -> None:
    """Save under an address made for its listing; should a parallel act have taken it, under a random one."""
    organisation.slug = free_slug(Organisation, organisation.name, hidden=organisation.is_undisclosed)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        organisation.slug = random_slug()
        organisation.save()
