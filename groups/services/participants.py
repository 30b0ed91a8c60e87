"""The people through whom a member organisation takes part."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.events import ParticipantEnded, ParticipantStarted
from groups.models import Group, Membership, Participant
from groups.services.rights import (
    LastLead,
    is_focal,
    leads_alone,
    leads_now,
    locked_membership,
    must_be_focal,
    must_have_reason,
    raise_acl,
    tell_if_nobody_leads,
)
from groups.standing import NotAllowed
from partners.models import Affiliation

if TYPE_CHECKING:
    from partners.capacity import Capacity


@transaction.atomic
def name_participant(membership: Membership, *, affiliation: Affiliation, by: "Capacity") -> Participant:
    """Let a person of the organisation take part in its group; its focal points and alternates name them.

    Naming somebody twice changes nothing. In a working group only people take part who take part in its parent.
    """
    membership = locked_membership(membership)
    must_be_focal(by, membership.organisation_id)
    if membership.state != Membership.State.ACTIVE:
        raise DomainError(_("Your organisation is not a member of this group now."))
    affiliation = Affiliation.objects.select_related("user", "organisation").get(pk=affiliation.pk)
    if affiliation.organisation_id != membership.organisation_id or not affiliation.is_active:
        raise DomainError(_("Choose a person who acts for your organisation today."))
    if not affiliation.user.is_active:
        raise DomainError(_("This person’s account is closed."))
    live = Participant.objects.filter(membership=membership, user=affiliation.user, ended_at=None).first()
    if live:
        return live
    if not takes_part_above(membership.group, affiliation):
        raise DomainError(
            _("%(person)s does not take part in “%(parent)s” yet. Name them there first.")
            % {"person": affiliation.user.display_name, "parent": membership.group.parent}
        )
    return start_participant(membership, affiliation, by=by)


def takes_part_above(group: Group, affiliation: Affiliation) -> bool:
    """Say whether the person takes part, for that organisation, in the parent; a group without one asks for nothing."""
    if group.parent_id is None:
        return True
    return (
        Participant.objects.taking_part()
        .filter(
            user=affiliation.user_id,
            membership__group=group.parent_id,
            membership__organisation=affiliation.organisation_id,
        )
        .exists()
    )


def place_above(group: Group, organisation_id: int) -> Membership | None:
    """Return the organisation's membership of today in the parent, if the group has one and it is in it."""
    return Membership.objects.active().filter(group=group.parent_id, organisation=organisation_id).first()


def start_participant(membership: Membership, affiliation: Affiliation, *, by: "Capacity") -> Participant:
    """Give the person their seat, under the group's lock, after `takes_part_above` was asked."""
    participant = Participant.objects.create(membership=membership, affiliation=affiliation, user=affiliation.user)
    raise_acl(membership.group)
    record(by, "participant.started", participant, person=affiliation.user_id, membership=membership.pk)
    publish(ParticipantStarted(participant, by_id=by.user_id))
    return participant


@transaction.atomic
def end_participation(participant: Participant, *, by: "Capacity", reason: str = "") -> None:
    """End a person's part in a group: their own act, their focal points', or a lead's, who gives a reason.

    Refused when nobody could lead the group afterwards; whoever goes of their own accord, or is called back by their
    organisation, leaves no working group below without a lead either. Where a lead ends it, the Secretariat names a new
    one there. Ending it twice changes nothing.
    """
    membership = locked_membership(participant.membership)
    now = Participant.objects.select_related("user").get(pk=participant.pk)
    now.membership = membership
    own = by.user_id == now.user_id
    inside = own or (
        by.organisation_id == membership.organisation_id and is_focal(by.user, membership.organisation_id)
    )
    if not inside:
        if not leads_now(membership.group, by.user, by.organisation_id):
            raise NotAllowed(_("Only the person, their focal points and the leads do this."))
        reason = must_have_reason(reason)
    if now.ended_at:
        return
    for seat in [now, *_seats_below(now)] if inside else [now]:
        if leads_alone(seat):
            raise LastLead(
                _("Nobody could lead “%(group)s” afterwards. Name another person of a lead organisation first.")
                % {"group": seat.membership.group}
            )
    end_seat(now, why="left" if own else "removed", by=by, reason=reason.strip())


def _seats_below(participant: Participant) -> list[Participant]:
    """Return the person's seats for the same organisation in the working groups below."""
    membership = participant.membership
    below = Participant.objects.filter(
        user=participant.user_id,
        ended_at=None,
        membership__organisation=membership.organisation_id,
        membership__group__parent=membership.group_id,
    )
    return list(below.select_related("membership__group", "user").order_by("pk"))


def end_seat(participant: Participant, *, why: str, by: "Capacity | None", reason: str = "") -> None:
    """Take the seat away, and the person's seats for that organisation in working groups below; under the lock."""
    membership = participant.membership
    participant.ended_at = timezone.now()
    participant.save(update_fields=["ended_at"])
    raise_acl(membership.group)
    record(by, "participant.ended", participant, reason=reason, why=why, person=participant.user_id)
    publish(ParticipantEnded(participant, why))
    if membership.is_lead:
        tell_if_nobody_leads(membership.group)
    for seat in _seats_below(participant):
        end_seat(seat, why=why, by=by, reason=reason)
