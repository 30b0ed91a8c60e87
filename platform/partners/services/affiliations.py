"""A person asks to act for an organisation, is confirmed or declined, changes role, hands over, and ends."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from partners.capacity import Capacity
from partners.events import (
    AffiliationConfirmed,
    AffiliationDeclined,
    AffiliationEnded,
    AffiliationRequested,
    PlacesHandedOver,
)
from partners.models import Affiliation, Invitation, Organisation, OrganisationStatus
from partners.services.judging import (
    lock_affiliation,
    lock_organisation,
    lock_person,
    required_reason,
    standing_of,
)
from partners.services.organisations import withdraw_application
from partners.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User

Role, State = Affiliation.Role, Affiliation.State
OPEN_REQUESTS = 5


class LastFocalPoint(DomainError):
    """The organisation would be left with people and without a focal point."""

    code = "last_focal_point"


@transaction.atomic
def request_affiliation(person: "User", organisation: Organisation, *, function: str = "") -> Affiliation:
    """Ask to act for a partner as staff; its focal points answer. Asking twice returns the request that waits.

    At most five requests of one person wait at a time.
    """
    person = lock_person(person)
    organisation = lock_organisation(organisation.pk)
    live = Affiliation.objects.live().of(person).filter(organisation=organisation).first()
    if live and live.is_active:
        raise DomainError(_("You already act for %(name)s.") % {"name": organisation.name})
    if live:
        return live
    if not organisation.is_active:
        raise DomainError(_("This organisation is not a partner at present."))
    if Affiliation.objects.of(person).filter(state=State.REQUESTED).count() >= OPEN_REQUESTS:
        raise DomainError(
            _("%(count)d of your requests still wait for an answer. Withdraw one first.") % {"count": OPEN_REQUESTS}
        )
    affiliation = Affiliation.objects.create(user=person, organisation=organisation, function=function.strip())
    record(Capacity(person, None, function), "affiliation.requested", affiliation, role=affiliation.role)
    publish(AffiliationRequested(affiliation))
    return affiliation


@transaction.atomic
def withdraw_request(affiliation: Affiliation, *, by: Capacity) -> None:
    """Take back one's own request; taking back the proposal of an organisation closes its application."""
    affiliation = lock_affiliation(affiliation)
    if affiliation.user_id != by.user_id:
        raise NotAllowed(_("Only the person who asked can take the request back."))
    if affiliation.state != State.REQUESTED:
        raise DomainError(_("This request has already been answered."))
    _close(affiliation, State.ENDED, _("Withdrawn."))
    record(by, "affiliation.withdrawn", affiliation)
    if affiliation.organisation.status == OrganisationStatus.APPLICANT:
        withdraw_application(affiliation.organisation, by=by)


@transaction.atomic
def confirm_affiliation(affiliation: Affiliation, *, by: Capacity, role: str = Role.STAFF) -> Affiliation:
    """Confirm a request: the person acts for the organisation from now on, in the role named.

    Focal points and alternates confirm; the Secretariat does where there is none, and whoever it confirms then is the focal
    point. Only who may change roles confirms in another role than staff.
    """
    affiliation = _lock_request(affiliation)
    standing = standing_of(by, affiliation.organisation)
    if not standing.may_answer:
        raise NotAllowed(_("Focal points of the organisation answer this request."))
    if standing.has_no_focal:
        role = Role.FOCAL_POINT
    elif role != Role.STAFF and not standing.may_change_roles:
        raise NotAllowed(_("Only a focal point names focal points and alternates."))
    if not affiliation.organisation.is_active:
        raise DomainError(_("This organisation is not a partner at present."))
    affiliation.state, affiliation.role, affiliation.started_at = State.ACTIVE, Role(role), timezone.now()
    affiliation.save(update_fields=["state", "role", "started_at"])
    record(by, "affiliation.confirmed", affiliation, role=affiliation.role)
    publish(AffiliationConfirmed(affiliation, by_id=by.user_id))
    return affiliation


@transaction.atomic
def decline_affiliation(affiliation: Affiliation, *, by: Capacity, reason: str) -> None:
    """Decline a request; the person reads the reason and may ask again."""
    reason = required_reason(reason)
    affiliation = _lock_request(affiliation)
    if not standing_of(by, affiliation.organisation).may_answer:
        raise NotAllowed(_("Focal points of the organisation answer this request."))
    _close(affiliation, State.DECLINED, reason)
    record(by, "affiliation.declined", affiliation, reason=reason)
    publish(AffiliationDeclined(affiliation))


@transaction.atomic
def end_affiliation(affiliation: Affiliation, *, by: Capacity, reason: str = "") -> None:
    """End an affiliation: with it go at once the person's places in groups; what they wrote stays theirs.

    One ends one's own without a reason; whoever ends another's gives one. The last focal point of an organisation in which
    others are active hands over first; the Secretariat may end that one too, and answers for the organisation then.
    """
    affiliation = _lock_active(affiliation)
    standing = standing_of(by, affiliation.organisation)
    if not standing.may_end(affiliation):
        raise NotAllowed(_("Only the person, a focal point or the Secretariat ends this."))
    own = affiliation.user_id == by.user_id
    reason = reason.strip() if own else required_reason(reason)
    if own or not standing.is_secretariat:
        _refuse_last_focal_point(affiliation, _("Hand over before leaving"))
    _end(affiliation, by=by, reason=reason)


@transaction.atomic
def change_role(affiliation: Affiliation, *, by: Capacity, role: str) -> Affiliation:
    """Make a person focal point, alternate or staff; the last focal point stays one while others are active."""
    affiliation = _lock_active(affiliation)
    if not standing_of(by, affiliation.organisation).may_change_roles:
        raise NotAllowed(_("Only a focal point names focal points and alternates."))
    before, role = affiliation.role, Role(role)
    if role == before:
        return affiliation
    _refuse_last_focal_point(affiliation, _("Name another focal point first"))
    affiliation.role = role
    affiliation.save(update_fields=["role"])
    if role == Role.STAFF:
        _revoke_invitations_by(affiliation)
    record(by, "affiliation.role_changed", affiliation, before=before, role=role)
    return affiliation


@transaction.atomic
def change_function(affiliation: Affiliation, *, by: Capacity, function: str) -> Affiliation:
    """Change what the person is called in the organisation; words already written keep the function they were written in."""
    affiliation = _lock_active(affiliation)
    if affiliation.user_id != by.user_id and not standing_of(by, affiliation.organisation).may_manage:
        raise NotAllowed(_("Only the person or a focal point changes the function."))
    function = function.strip()
    if function != affiliation.function:
        record(by, "affiliation.function_changed", affiliation, before=affiliation.function, function=function)
        affiliation.function = function
        affiliation.save(update_fields=["function"])
    return affiliation


@transaction.atomic
def hand_over(affiliation: Affiliation, *, by: Capacity, successor: Affiliation, leave: bool = False) -> None:
    """Pass one's role to a colleague in one act: the successor is focal point (or alternate), the other staff or gone.

    With `leave` the person's places in groups go over to the successor too, and the affiliation ends.
    """
    affiliation = _lock_active(affiliation)
    organisation = affiliation.organisation
    if affiliation.user_id != by.user_id and not standing_of(by, organisation).may_change_roles:
        raise NotAllowed(_("Only the person, another focal point or the Secretariat hands this over."))
    successor = _lock_active(successor)
    if successor.organisation_id != organisation.pk or successor.pk == affiliation.pk:
        raise DomainError(_("Choose a colleague who is active in the same organisation."))
    if not affiliation.is_focal and not leave:
        raise DomainError(_("There is nothing to hand over: this person is staff."))
    ranks = [Role.FOCAL_POINT, Role.ALTERNATE, Role.STAFF]
    successor.role = min(Role(successor.role), Role(affiliation.role), key=ranks.index)
    successor.save(update_fields=["role"])
    record(by, "affiliation.handed_over", affiliation, successor=successor.pk, leave=leave)
    if leave:
        publish(PlacesHandedOver(affiliation, successor, by))
        _end(affiliation, by=by, reason=_("Handed over to a successor."))
        return
    affiliation.role = Role.STAFF
    affiliation.save(update_fields=["role"])
    _revoke_invitations_by(affiliation)


def _lock_request(affiliation: Affiliation) -> Affiliation:
    affiliation = lock_affiliation(affiliation)
    if affiliation.state != State.REQUESTED or affiliation.organisation.status == OrganisationStatus.APPLICANT:
        raise DomainError(_("This request has already been answered."))
    return affiliation


def _lock_active(affiliation: Affiliation) -> Affiliation:
    affiliation = lock_affiliation(affiliation)
    if not affiliation.is_active:
        raise DomainError(_("This person no longer acts for the organisation."))
    return affiliation


def _refuse_last_focal_point(affiliation: Affiliation, advice: str) -> None:
    if affiliation.role != Role.FOCAL_POINT:
        return
    others = Affiliation.objects.active().filter(organisation=affiliation.organisation, user__is_active=True)
    others = others.exclude(pk=affiliation.pk)
    if others.exists() and not others.filter(role=Role.FOCAL_POINT).exists():
        raise LastFocalPoint(
            _(
                "%(person)s is the only focal point of %(organisation)s, and colleagues are still active in it. %(advice)s."
            )
            % {
                "person": affiliation.user.display_name,
                "organisation": affiliation.organisation.name,
                "advice": advice,
            }
        )


def _end(affiliation: Affiliation, *, by: Capacity, reason: str) -> None:
    _close(affiliation, State.ENDED, reason)
    _revoke_invitations_by(affiliation)
    record(by, "affiliation.ended", affiliation, reason=reason)
    publish(AffiliationEnded(affiliation, by_id=by.user_id))


def _close(affiliation: Affiliation, state: str, reason: str) -> None:
    affiliation.state, affiliation.reason, affiliation.ended_at = State(state), reason, timezone.now()
    affiliation.save(update_fields=["state", "reason", "ended_at"])


def _revoke_invitations_by(affiliation: Affiliation) -> None:
    """Invitations made by who may no longer invite are void."""
    Invitation.objects.open().filter(organisation=affiliation.organisation, invited_by=affiliation.user_id).update(
        revoked_at=timezone.now()
    )
