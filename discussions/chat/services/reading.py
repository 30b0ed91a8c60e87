"""How far people have read."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from discussions.chat.models import Message, Room, RoomReading

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
    return reading


def count_own(message: Message) -> None:
    """Note the person's own new message: who had read everything still has, else it is one more own after the mark."""
    own = RoomReading.objects.filter(room=message.room, user=message.author)
    had_read_all = own.filter(last_number=message.number - 1)
    if had_read_all.update(last_number=message.number, last_seq=message.seq, own_since=0):
        return
    if not own.update(own_since=F("own_since") + 1):
        RoomReading.objects.create(room=message.room, user=message.author, own_since=1)
