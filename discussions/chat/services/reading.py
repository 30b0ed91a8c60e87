"""How far people have read."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from discussions.chat.models import Message, Room, RoomReading
from notifications.services import mark_seen

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def mark_read(room: Room, *, by: "User", seq: int) -> RoomReading:
    """Note that the person has read up to `seq`, never back: of several devices the furthest counts."""
    RoomReading.objects.get_or_create(room=room, user=by)
    reading = RoomReading.objects.select_for_update().get(room=room, user=by)
    seq = min(seq, room.last_seq)
    if seq > reading.last_seq:
        before = Message.objects.filter(room=room, seq__lte=seq).order_by("-seq").values_list("number", flat=True)
        reading.last_seq = seq
        reading.last_number = max(reading.last_number, before.first() or 0)
        reading.own_since = Message.objects.filter(room=room, author=by, number__gt=reading.last_number).count()
        reading.save(update_fields=["last_seq", "last_number", "own_since"])
        if room.group_id is None and not reading.unread_in(room):
            mark_seen(by, "conversation", object_id=room.pk)
    return reading


def set_muted(room: Room, *, by: "User", muted: bool) -> None:
    """Have a room tell the person nothing any more, or again: the caller has asked the door."""
    RoomReading.objects.update_or_create(room=room, user=by, defaults={"is_muted": muted})


def count_own(messages: Sequence[Message]) -> None:
    """Note people's own new messages, given in the order of each room: they are not unread to those who wrote them.

    Who had read everything before theirs still has; everybody else has so many more of their own after the mark. A number of
    queries that does not grow with messages or rooms.
    """
    rooms, people = {one.room_id for one in messages}, {one.author_id for one in messages}
    found = RoomReading.objects.filter(room__in=rooms, user__in=people).select_for_update().order_by("pk")
    readings = {(one.room_id, one.user_id): one for one in found}
    read_on, more = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for message in messages:
        place = message.room_id, message.author_id
        reading = readings.get(place)
        had_read_all = reading is not None and reading.last_number + read_on[place] == message.number - 1
        (read_on if had_read_all else more)[place] += 1
    for counts, field in ((read_on, "last_number"), (more, "own_since")):
        for count in set(counts.values()):
            same = [readings[place].pk for place, own in counts.items() if own == count and place in readings]
            RoomReading.objects.filter(pk__in=same).update(**{field: F(field) + count})
    RoomReading.objects.bulk_create(
        RoomReading(room_id=place[0], user_id=place[1], own_since=count)
        for place, count in more.items()
        if place not in readings
    )
