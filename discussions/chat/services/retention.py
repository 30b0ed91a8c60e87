"""How long a room keeps what is said in it, and taking away what is older.

First the floor rises, in one act that every reader is told of; from then on nothing below it is shown, changed or answered.
Then the rows below it go, in portions, each in a transaction of its own under the room's lock: a purge that is interrupted is
finished by the next one. What became of each key stays, so that a retry is answered as it was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from discussions.chat.models import Event, Keep, Message, Report, Room, RoomReading, SpentKey
from discussions.chat.notices import ABOUT_MESSAGES
from discussions.chat.services.log import append, lock_room
from groups.documents.models import Link
from groups.documents.services.linking import forget_links
from groups.models import Group
from groups.standing import NotAllowed, Standing
from notifications.services import retract_all
from search.models import Kind
from search.services import forget

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

PORTION = 200
"""Messages taken away in one transaction: people who write wait for it."""


@dataclass
class Purged:
    """What a purge took away: in how many rooms, how many messages."""

    rooms: int = 0
    messages: int = 0


@transaction.atomic
def set_retention(room: Room, *, by: "User", days: int | None) -> None:
    """Decide, as a lead, after how many days messages of the room are deleted; None keeps them for ever.

    What is older goes with the next purge, pinned or not. Raises ValueError for a number of days that is not offered.
    """
    keep = None if days is None else Keep(days)
    group = Group.objects.select_for_update(no_key=True).filter(pk=room.group_id or 0).first()
    standing = Standing.of(by, group) if group else None
    if standing is None or not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group decide how long a room keeps messages."))
    room.refresh_from_db(fields=["keep_days"])
    if room.keep_days == keep:
        return
    # The record first, the room after it: the order of all acts that change rights.
    record(standing.act(), "room.retention_changed", room, days=days)
    locked = lock_room(room.pk)
    assert locked is not None
    locked.keep_days = room.keep_days = keep
    locked.save(update_fields=["keep_days"])


def purge(now: datetime | None = None) -> Purged:
    """Take away, in every room, what is older than the room keeps, and what an interrupted purge has left."""
    now = now or timezone.now()
    for room_id in Room.objects.filter(keep_days__isnull=False).order_by("pk").values_list("pk", flat=True):
        raise_floor(room_id, now)
    below = Message.objects.filter(room=OuterRef("pk"), seq__lt=OuterRef("floor"))
    before = Event.objects.filter(room=OuterRef("pk"), seq__lt=OuterRef("floor"))
    purged = Purged()
    for room_id in Room.objects.filter(Exists(below) | Exists(before), floor__gt=1).values_list("pk", flat=True):
        purged.rooms += 1
        while (gone := _take_away(room_id)) is not None:
            purged.messages += gone
    return purged


@transaction.atomic
def raise_floor(room_id: int, now: datetime) -> None:
    """Say from which `seq` on the room keeps what was said, if any message is older than that.

    Times never run backwards inside a room, so what is too old is all that comes before one `seq`.
    """
    room = lock_room(room_id)
    if room is None or not room.keep_days:
        return
    limit = now - timedelta(days=room.keep_days)
    old = Message.objects.filter(room=room, created_at__lt=limit, seq__gte=room.floor)
    last = old.order_by("-seq").values_list("seq", "number").first()
    if last is None:
        return
    room.floor, room.purged_number = last[0] + 1, last[1]
    room.save(update_fields=["floor", "purged_number"])
    _mark_passed(room)
    room.acl_version += 1
    append(room, Event.Kind.PURGED)


def _mark_passed(room: Room) -> None:
    """Move the marks of who had not read so far to the floor: what is not kept is unread by nobody."""
    own = (
        Message.objects.filter(room=room, author=OuterRef("user"), number__gt=room.purged_number)
        .order_by()
        .values("author")
        .annotate(count=Count("pk"))
        .values("count")
    )
    RoomReading.objects.filter(room=room, last_number__lt=room.purged_number).update(
        last_number=room.purged_number,
        last_seq=Greatest("last_seq", room.floor - 1),
        own_since=Coalesce(Subquery(own), 0),
    )


@transaction.atomic
def _take_away(room_id: int) -> int | None:
    """Take away the oldest rows below the room's floor, and return how many messages; None when none of any kind is left."""
    room = lock_room(room_id)
    if room is None:
        return None
    messages = list(
        Message.objects.filter(room=room, seq__lt=room.floor).order_by("seq").values_list("pk", flat=True)[:PORTION]
    )
    if messages:
        about = Q(message__in=messages)
    else:
        rest = Event.objects.filter(room=room, seq__lt=room.floor).order_by("seq").values_list("pk", flat=True)
        events = list(rest[:PORTION])
        if not events:
            return None
        about = Q(pk__in=events)
    events_of = Event.objects.filter(about, room=room)
    _keep_outcomes(room, events_of.filter(key__isnull=False))
    events_of.filter(seq__lt=room.floor).delete()
    # An edit or a sign from after the floor keeps its number and says nothing any more.
    events_of.update(message=None, version=None, actor=None, key=None, digest="")
    retract_all(ABOUT_MESSAGES, messages)
    Report.objects.filter(message__in=messages).update(body="")
    forget(Kind.MESSAGE, messages)
    forget_links(Link.Source.MESSAGE, messages)
    Message.objects.filter(pk__in=messages).delete()
    return len(messages)


def _keep_outcomes(room: Room, events: "QuerySet[Event]") -> None:
    SpentKey.objects.bulk_create(
        (
            SpentKey(
                actor_id=event.actor_id,
                key=event.key,
                room=room,
                seq=event.seq,
                message=event.message_id or 0,
                version=event.version or 0,
            )
            for event in events
            if event.actor_id is not None and event.key is not None
        ),
        ignore_conflicts=True,
    )
