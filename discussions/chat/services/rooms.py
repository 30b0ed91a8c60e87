"""Rooms themselves, and the changes of rights that each of them has to know of."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from discussions.chat.models import NAME_LENGTH, Event, Room, RoomReading
from discussions.chat.services.log import append, lock_rooms_of
from groups.models import Group, Participant
from groups.standing import NotAllowed, Standing

if TYPE_CHECKING:
    from accounts.models import User

ROOMS_MAX = 20


def make_main_room(group: Group) -> Room:
    """Give a group that was just opened its own room; it has one already if it was opened before."""
    return Room.objects.get_or_create(group=group, is_main=True)[0]


@transaction.atomic
def open_room(group: Group, *, by: "User", name: str) -> Room:
    """Open a further room, as a lead: everybody of the group is in it."""
    group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    standing = Standing.of(by, group)
    if not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group open rooms."))
    name = _checked_name(group, name)
    if group.rooms.count() >= ROOMS_MAX:
        raise DomainError(_("A group has at most %(count)d rooms.") % {"count": ROOMS_MAX})
    room = Room.objects.create(group=group, name=name)
    record(standing.act(), "room.opened", room)
    return room


@transaction.atomic
def rename_room(room: Room, *, by: "User", name: str) -> None:
    """Give a further room another name, as a lead; the main room has none."""
    if room.group_id is None:
        raise NotAllowed(_("Only leads of the group rename its rooms."))
    group = Group.objects.select_for_update(no_key=True).get(pk=room.group_id)
    standing = Standing.of(by, group)
    if not standing.may_moderate or room.is_main:
        raise NotAllowed(_("Only leads of the group rename its rooms."))
    room.name = _checked_name(group, name, but=room)
    room.save(update_fields=["name"])
    record(standing.act(), "room.renamed", room)


def rights_changed(group_ids: list[int]) -> None:
    """Tell every room of the groups, in this transaction, that who may do what has changed."""
    for room in lock_rooms_of(group_ids):
        room.acl_version += 1
        append(room, Event.Kind.MEMBERSHIP, change=Event.Change.RIGHTS)


def participant_started(participant: Participant) -> None:
    """Tell the group's rooms that a person takes part now; for a newcomer nothing before it is unread."""
    membership = participant.membership
    others = Participant.objects.taking_part().filter(user=participant.user, membership__group=membership.group_id)
    takes_part_anyway = others.exclude(pk=participant.pk).exists()
    for room in lock_rooms_of([membership.group_id]):
        # A seat that begins to count again, after a suspension, is no new beginning.
        came_before = room.events.filter(
            change=Event.Change.STARTED, person=participant.user, created_at__gte=participant.created_at
        ).exists()
        room.acl_version += 1
        event = append(
            room,
            Event.Kind.MEMBERSHIP,
            change=Event.Change.STARTED,
            person=participant.user,
            organisation=membership.organisation,
        )
        if not (takes_part_anyway or came_before):
            RoomReading.objects.update_or_create(
                room=room,
                user=participant.user,
                defaults={
                    "floor": event.seq, "last_seq": event.seq, "last_number": room.last_number, "own_since": 0,
                },
            )  # fmt: skip


def participant_ended(participant: Participant) -> None:
    """Tell the group's rooms that a person takes part no longer: nothing after this `seq` reaches them."""
    membership = participant.membership
    for room in lock_rooms_of([membership.group_id]):
        room.acl_version += 1
        append(
            room,
            Event.Kind.MEMBERSHIP,
            change=Event.Change.ENDED,
            person=participant.user,
            organisation=membership.organisation,
        )


def _checked_name(group: Group, name: str, *, but: Room | None = None) -> str:
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise DomainError(_("Give the room a name."))
    others = group.rooms.exclude(pk=but.pk) if but else group.rooms.all()
    if others.filter(name__iexact=name).exists():
        raise DomainError(_("The group has a room of this name."))
    return name
