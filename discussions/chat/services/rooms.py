"""Rooms themselves, and the changes of rights that each of them has to know of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from discussions.chat.models import NAME_LENGTH, Audience, Event, Room, RoomReading, Writers
from discussions.chat.services.log import append, lock_room, lock_rooms_of
from groups.models import Group, Participant
from groups.standing import NotAllowed, Standing

if TYPE_CHECKING:
    from accounts.models import User

ROOMS_MAX = 20


@dataclass(frozen=True, slots=True)
class RoomRights:
    """What leads decide about a room: who of the group is in it, who of these writes, whether it shows who has read."""

    audience: Audience = Audience.EVERYBODY
    writers: Writers = Writers.MEMBERS
    shows_readers: bool = False


def make_main_room(group: Group) -> Room:
    """Give a group that was just opened its own room; it has one already if it was opened before."""
    return Room.objects.get_or_create(group=group, is_main=True)[0]


@transaction.atomic
def open_room(group: Group, *, by: "User", name: str, rights: RoomRights = RoomRights()) -> Room:
    """Open a further room, as a lead, with its own rights: everybody of the group is in it unless these say otherwise."""
    group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    standing = Standing.of(by, group)
    if not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group open rooms."))
    name = _checked_name(group, name)
    _check_number(group)
    room = Room.objects.create(
        group=group,
        name=name,
        audience=rights.audience,
        writers=rights.writers,
        shows_readers=rights.shows_readers,
    )
    record(standing.act(), "room.opened", room)
    return room


@transaction.atomic
def rename_room(room: Room, *, by: "User", name: str) -> None:
    """Give a further room another name, as a lead; the main room has none."""
    group, standing = _led(room, by)
    if room.is_main:
        raise NotAllowed(_("The main room has no name of its own."))
    name = _checked_name(group, name, but=room)
    if name != room.name:
        room.name = name
        room.save(update_fields=["name"])
        record(standing.act(), "room.renamed", room)


@transaction.atomic
def change_room(room: Room, *, by: "User", name: str | None, rights: RoomRights) -> None:
    """Change a room's name, where it has one, and its rights in one act, as a lead."""
    if name is not None:
        rename_room(room, by=by, name=name)
    change_rights(room, by=by, rights=rights)


@transaction.atomic
def change_rights(room: Room, *, by: "User", rights: RoomRights) -> None:
    """Decide, as a lead, who is in the room, who writes there, and whether it shows who has read.

    A change takes a `seq` and raises `acl_version`, so that nothing after it reaches somebody who is not in the room any
    more. Everybody of the group stays in the main room.
    """
    _group, standing = _led(room, by)
    if room.is_main and rights.audience != Audience.EVERYBODY:
        raise NotAllowed(_("Everybody who takes part in the group is in its main room."))
    room.refresh_from_db()
    if _rights_of(room) == rights:
        return
    # The record first, the room after it: the order of all acts that change rights.
    record(
        standing.act(),
        "room.rights_changed",
        room,
        audience=rights.audience.value,
        writers=rights.writers.value,
        shows_readers=rights.shows_readers,
    )
    locked = lock_room(room.pk)
    assert locked is not None
    locked.audience, locked.writers, locked.shows_readers = rights.audience, rights.writers, rights.shows_readers
    locked.save(update_fields=["audience", "writers", "shows_readers"])
    locked.acl_version += 1
    append(locked, Event.Kind.MEMBERSHIP, change=Event.Change.RIGHTS)


@transaction.atomic
def close_room(room: Room, *, by: "User") -> None:
    """Close a further room, as a lead: everybody in it goes on reading, nothing can be added."""
    _set_closed(room, by, closed=True)


@transaction.atomic
def reopen_room(room: Room, *, by: "User") -> None:
    """Open a closed room again, as a lead."""
    _set_closed(room, by, closed=False)


def _set_closed(room: Room, by: "User", *, closed: bool) -> None:
    group, standing = _led(room, by)
    if room.is_main:
        raise NotAllowed(_("The main room stays open as long as the group."))
    room.refresh_from_db()
    if (room.closed_at is not None) == closed:
        return
    if not closed:
        _check_number(group)
    record(standing.act(), "room.closed" if closed else "room.reopened", room)
    locked = lock_room(room.pk)
    assert locked is not None
    locked.closed_at = timezone.now() if closed else None
    locked.save(update_fields=["closed_at"])
    locked.acl_version += 1
    append(locked, Event.Kind.MEMBERSHIP, change=Event.Change.RIGHTS)


def _check_number(group: Group) -> None:
    if group.rooms.filter(closed_at=None).count() >= ROOMS_MAX:
        raise DomainError(_("A group has at most %(count)d rooms.") % {"count": ROOMS_MAX})


def _rights_of(room: Room) -> RoomRights:
    return RoomRights(Audience(room.audience), Writers(room.writers), room.shows_readers)


def _led(room: Room, by: "User") -> tuple[Group, Standing]:
    """Lock the room's group and return it with the standing of a lead who is to decide about the room."""
    group = Group.objects.select_for_update(no_key=True).filter(pk=room.group_id or 0).first()
    standing = Standing.of(by, group) if group else None
    if group is None or standing is None or not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group change its rooms."))
    return group, standing


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
        # A seat that begins to count again, after a suspension, is no new beginning; nor is it one in a younger room.
        came_before = (
            room.created_at >= participant.created_at
            or room.events.filter(
                change=Event.Change.STARTED, person=participant.user, created_at__gte=participant.created_at
            ).exists()
            or _began_before_floor(room, participant)
        )
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


def _began_before_floor(room: Room, participant: Participant) -> bool:
    """Whether the event that told of the seat's beginning is one the room keeps no longer."""
    if room.floor == 1 or not RoomReading.objects.filter(room=room, user=participant.user).exists():
        return False
    oldest = room.events.order_by("seq").values_list("created_at", flat=True).first()
    return oldest is not None and participant.created_at < oldest


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
