"""The doors to a group: each returns the group and the person's standing in it, or looks like no group."""

from typing import TYPE_CHECKING

from django.http import Http404

from groups.models import Group, Invitation, Membership, Participant
from groups.standing import Standing, seats_by_slug

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

NO_GROUP = "No such group."


def group_for(user: "User | AnonymousUser", slug: str) -> tuple[Group, Standing]:
    """Return a group the person may know of; a hidden one looks like none."""
    # Who takes part knows of the group: one query finds both. Everybody else is asked about the long way, without seats.
    if user.is_authenticated and (seats := seats_by_slug(user.pk, slug)):
        return seats[0].membership.group, Standing(user, seats[0].membership.group, seats)
    group = Group.objects.visible_to(user).select_related("parent").filter(slug=slug).first()
    if group is None:
        raise Http404(NO_GROUP)
    return group, Standing(user, group)


def group_for_reader(user: "User | AnonymousUser", slug: str) -> tuple[Group, Standing]:
    """Return a group whose threads and documents the person may read; one they may not read answers like none."""
    group, standing = group_for(user, slug)
    if not standing.may_read:
        raise Http404(NO_GROUP)
    return group, standing


def group_for_participant(user: "User | AnonymousUser", slug: str) -> tuple[Group, Standing]:
    """Return a group in which the person takes part, in whatever role; to everybody else it looks like none."""
    group, standing = group_for(user, slug)
    if not standing.is_participant:
        raise Http404(NO_GROUP)
    return group, standing


def group_for_manager(user: "User | AnonymousUser", slug: str) -> tuple[Group, Standing]:
    """Return a group that the person leads; to everybody else its settings look like none."""
    group, standing = group_for(user, slug)
    if not standing.may_manage:
        raise Http404(NO_GROUP)
    return group, standing


def group_for_keeper(user: "User | AnonymousUser", slug: str) -> tuple[Group, Standing]:
    """Return a group that the person may close and open again; to everybody else that page looks like none."""
    group, standing = group_for(user, slug)
    if not standing.may_change_state:
        raise Http404(NO_GROUP)
    return group, standing


def membership_in(group: Group, membership_id: int) -> Membership:
    """Return a membership of the group the person came through a door to; one of another group looks like none."""
    membership = group.memberships.select_related("organisation").filter(pk=membership_id).first()
    if membership is None:
        raise Http404(NO_GROUP)
    membership.group = group
    return membership


def participant_in(group: Group, participant_id: int) -> Participant:
    """Return a seat in the group that has not ended; any other looks like none."""
    seats = Participant.objects.select_related("user", "membership__organisation")
    seat = seats.filter(pk=participant_id, membership__group=group, ended_at=None).first()
    if seat is None:
        raise Http404(NO_GROUP)
    return seat


def invitation_for(user: "User", token: str) -> Invitation | None:
    """Return the invitation behind a link that this person can accept now: open, theirs, of a lead of an active group."""
    invitation = Invitation.objects.for_link(token, user)
    return invitation if invitation and holds(invitation) else None


def holds(invitation: Invitation) -> bool:
    """Say whether an open invitation is still worth something: its group active, and who made it a lead."""
    return invitation.group.takes_members and Standing.of(invitation.invited_by, invitation.group).is_lead
