"""What groups do when something happens to organisations and affiliations, and whom they tell of their own acts."""

from collections.abc import Iterable

from accounts.events import AccountClosed, AccountReopened
from accounts.models import User
from core.audit import record
from core.events import publish
from groups.events import (
    GroupDeclined,
    GroupOpened,
    GroupProposed,
    LeadLost,
    MembershipDeclined,
    MembershipEnded,
    MembershipProposed,
    MembershipReinstated,
    MembershipRequested,
    MembershipStarted,
    MembershipSuspended,
    ParticipantEnded,
    ParticipantStarted,
    RequestEnded,
)
from groups.models import Group, GroupState, Membership, Participant
from groups.services.membership import end_membership, end_request
from groups.services.opening import end_proposal
from groups.services.participants import end_seat, start_participant
from groups.services.rights import locked, raise_acl, tell_if_nobody_leads
from notifications.digests import begin_rhythm
from notifications.services import notify, retract
from partners.events import AffiliationEnded, OrganisationStatusChanged, PlacesHandedOver
from partners.models import Affiliation, Organisation, OrganisationStatus

# --- Rights follow from what happens in partners ------------------------------------------------------------------


def affiliation_ended(event: AffiliationEnded) -> None:
    """Who acts for the organisation no longer takes part for it any more, in any group."""
    seats = Participant.objects.filter(affiliation=event.affiliation, ended_at=None)
    for group in _families(seats.values_list("membership__group_id", flat=True)):
        here = seats.filter(membership__group=group).select_related("membership__organisation", "user")
        for seat in here.order_by("pk"):
            seat.membership.group = group
            end_seat(seat, why="affiliation", by=None)


def places_handed_over(event: PlacesHandedOver) -> None:
    """The successor takes every seat of who leaves, parents first; the old seats end with the affiliation, next."""
    leaving, successor = event.affiliation, event.successor
    seats = Participant.objects.filter(
        affiliation=leaving, ended_at=None, membership__state=Membership.State.ACTIVE
    ).select_related("membership__organisation")
    for group in reversed(_families(seats.values_list("membership__group_id", flat=True))):
        for seat in seats.filter(membership__group=group).order_by("pk"):
            seat.membership.group = group
            taken = Participant.objects.filter(membership=seat.membership, user=successor.user_id, ended_at=None)
            if not taken.exists():
                start_participant(seat.membership, successor, by=event.by)


def account_closed(event: AccountClosed | AccountReopened) -> None:
    """A closed account's seats stop to count, and count again when it is opened; the rows stay, so that nothing is lost."""
    seats = Participant.objects.filter(user=event.user, ended_at=None, membership__state=Membership.State.ACTIVE)
    for group in _families(seats.values_list("membership__group_id", flat=True)):
        raise_acl(group)
        here = seats.filter(membership__group=group).select_related("membership__organisation", "affiliation")
        for seat in here.order_by("pk"):
            seat.membership.group, seat.user = group, event.user
            if event.user.is_active:
                publish(ParticipantStarted(seat, by_id=seat.user_id))
                continue
            publish(ParticipantEnded(seat, "suspended"))
            if seat.membership.is_lead:
                tell_if_nobody_leads(group)


def organisation_status_changed(event: OrganisationStatusChanged) -> None:
    """A suspended organisation's people lose its groups and get them back with it; one that left leaves every group.

    What it asked for is withdrawn then, and what it proposed with it.
    """
    organisation = event.organisation
    left = organisation.status == OrganisationStatus.LEFT
    places = Membership.objects.live().filter(organisation=organisation)
    for group in _families(places.values_list("group_id", flat=True)):
        for place in places.filter(group=group):
            place.group, place.organisation = group, organisation
            if not left and place.state == Membership.State.ACTIVE:
                _suspend_or_reinstate(place)
            elif left and place.state == Membership.State.ACTIVE:
                end_membership(place, state=Membership.State.LEFT, why="left", by=None, reason="")
            elif left and group.state == GroupState.PROPOSED:
                end_proposal(group, by=None, reason="", membership_state=Membership.State.WITHDRAWN)
            elif left:
                end_request(place, state=Membership.State.WITHDRAWN, by=None)


def _suspend_or_reinstate(membership: Membership) -> None:
    """Tell the rooms above that the seats stopped or began to count; the rows stay, so that nothing is lost."""
    active = membership.organisation.status == OrganisationStatus.ACTIVE
    raise_acl(membership.group)
    record(None, "membership.reinstated" if active else "membership.suspended", membership)
    publish(MembershipReinstated(membership) if active else MembershipSuspended(membership))
    seats = Participant.objects.filter(membership=membership, ended_at=None).select_related("user", "affiliation")
    for seat in seats.order_by("pk"):
        seat.membership = membership
        publish(ParticipantStarted(seat, by_id=seat.user_id) if active else ParticipantEnded(seat, "suspended"))
    if not active and membership.is_lead:
        tell_if_nobody_leads(membership.group)


def _families(ids: Iterable[int]) -> list[Group]:
    """Lock the groups, working groups before their parents so that each seat is ended once, and return them."""
    groups = Group.objects.filter(pk__in=list(ids)).order_by("pk")
    # Locks are taken parents first and by id, as everywhere.
    roots = sorted(groups, key=lambda group: (group.parent_id or group.pk, group.pk))
    return sorted((locked(group) for group in roots), key=lambda group: (group.parent_id is None, group.pk))


# --- Telling people -----------------------------------------------------------------------------------------------


def request_settled(event: MembershipStarted | RequestEnded) -> None:
    """Nobody needs to answer the request any more, nor the proposal of a group, which stands and falls with its request."""
    retract("membership_requested", object_id=event.membership.pk)
    retract("group_proposed", object_id=event.membership.group_id)


def leads_of(group: Group) -> Iterable[User]:
    """Return the people who lead the group."""
    seats = Participant.objects.taking_part().filter(membership__group=group, membership__role=Membership.Role.LEAD)
    return User.objects.filter(pk__in=seats.values("user_id"))


def focal_points_of(organisation: Organisation | int) -> Iterable[User]:
    """Return those who act for the organisation."""
    ties = Affiliation.objects.speaking().focal().filter(organisation=organisation)
    return User.objects.filter(pk__in=ties.values("user_id"), is_active=True)


def tell_group_proposed(event: GroupProposed) -> None:
    """A proposal waits for the Secretariat."""
    notify(User.objects.secretariat(), "group_proposed", object_id=event.group.pk, key=str(event.group.pk), mail=True)


def tell_group_opened(event: GroupOpened) -> None:
    """Who proposed the group learns that it is open; who opened a working group knows."""
    if event.group.parent_id is None:
        _tell_proposers(event.group)


def tell_group_declined(event: GroupDeclined) -> None:
    """Who proposed the group reads why not."""
    _tell_proposers(event.group)


def _tell_proposers(group: Group) -> None:
    asked = group.memberships.exclude(requested_by=None).values("requested_by")
    people = User.objects.filter(pk__in=asked, is_active=True)
    notify(people, "group_decided", object_id=group.pk, key=f"{group.pk}:{group.state}", mail=True)


def tell_lead_lost(event: LeadLost) -> None:
    """A group that nobody can lead needs a new lead; the Secretariat names one."""
    group = event.group
    key = f"{group.pk}:{group.acl_version}"
    notify(User.objects.secretariat(), "lead_lost", object_id=group.pk, key=key, mail=True)


def tell_membership_requested(event: MembershipRequested) -> None:
    """A request waits for the leads."""
    membership = event.membership
    notify(
        leads_of(membership.group), "membership_requested", object_id=membership.pk, key=str(membership.pk), mail=True
    )


def tell_membership_proposed(event: MembershipProposed) -> None:
    """Somebody of the staff thinks that the organisation should join."""
    people = [person for person in focal_points_of(event.organisation_id) if person.pk != event.user_id]
    key = f"{event.group.pk}:{event.organisation_id}:{event.user_id}"
    notify(people, "membership_proposed", object_id=event.group.pk, key=key, mail=True)


def tell_membership_started(event: MembershipStarted) -> None:
    """Who asked learns that somebody accepted; a proposer is told of the group, and needs no second word."""
    proposed = event.membership.key is None
    if not proposed and event.by_id not in {None, event.membership.requested_by_id}:
        _tell_asker(event.membership)


def tell_membership_declined(event: MembershipDeclined) -> None:
    """Who asked reads why not."""
    if event.membership.group.is_writable:
        _tell_asker(event.membership)


def tell_membership_ended(event: MembershipEnded) -> None:
    """The focal points of a removed organisation read why."""
    membership = event.membership
    if membership.state == Membership.State.REMOVED and membership.organisation.is_active:
        people = focal_points_of(membership.organisation)
        notify(
            people, "membership_decided", object_id=membership.pk, key=f"{membership.pk}:{membership.state}", mail=True
        )


def _tell_asker(membership: Membership) -> None:
    if membership.requested_by_id is None:
        return
    people = User.objects.filter(pk=membership.requested_by_id, is_active=True)
    notify(people, "membership_decided", object_id=membership.pk, key=f"{membership.pk}:{membership.state}", mail=True)


def tell_participant_started(event: ParticipantStarted) -> None:
    """Who was named by somebody else learns of it; who asked for the organisation hears of the decision instead."""
    seat = event.participant
    if event.by_id not in {None, seat.user_id} and seat.membership.requested_by_id != seat.user_id:
        notify([seat.user], "participant_named", object_id=seat.pk, key=str(seat.pk), mail=True)


def begin_digests(event: ParticipantStarted) -> None:
    """Who takes part somewhere gets a digest from now on, unless they want none."""
    begin_rhythm(event.participant.user)
