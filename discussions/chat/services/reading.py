"""How far people have read."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
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
    """Note people's own new messages in one room, given in order: they are not unread to those who wrote them.

    Who had read everything before the first still has, if it is theirs; everybody else has so many more of their own after
    the mark.
    """
    first = messages[0]
    readings = RoomReading.objects.filter(room=first.room)
    run = list(takewhile(lambda message: message.author_id == first.author_id, messages))
    had_read_all = readings.filter(user=first.author_id, last_number=first.number - 1)
    if had_read_all.update(last_number=run[-1].number, last_seq=run[-1].seq, own_since=0):
        messages = messages[len(run) :]
    more = Counter(message.author_id for message in messages)
    for count in set(more.values()):
        people = {person for person, own in more.items() if own == count}
        if readings.filter(user__in=people).update(own_since=F("own_since") + count) < len(people):
            people -= set(readings.filter(user__in=people).values_list("user_id", flat=True))
            RoomReading.objects.bulk_create(
                RoomReading(room=first.room, user_id=person, own_since=count) for person in people
            )
