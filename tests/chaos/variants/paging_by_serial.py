"""The server, but that a message's number comes from a database sequence, as a primary key does, and no row is locked for it."""

import django

django.setup()

from django.db import connection  # noqa: E402

from config.launcher.__main__ import main  # noqa: E402
from core.prepared import prepared  # noqa: E402
from discussions.chat.models import Room  # noqa: E402
from discussions.chat.services import sending  # noqa: E402

in_turn = sending.next_event


read = prepared(lambda ids: Room.objects.filter(pk__among=ids).order_by("pk"), lists=("ids",))


def unlocked(room_ids, *, wait=True):
    """Stands for `locking`."""
    return read.with_(room_ids)


def numbered_by_sequence(room, kind, **fields):
    """Stands for `next_event`: numbers are taken in one order and committed in another."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('room_{room.pk}')")
        room.last_seq = room.last_number = cursor.fetchone()[0] - 1
    return in_turn(room, kind, **fields)


assert callable(sending.locking)
sending.locking, sending.next_event = unlocked, numbered_by_sequence

if __name__ == "__main__":
    main()
