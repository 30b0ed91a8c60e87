"""Whom a message tells besides those who look at the room."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from accounts.models import User
from discussions.chat.models import Block, ConversationSeat, Message, Room, RoomReading
from groups.models import Participant
from notifications.models import Notice
from notifications.services import notify
from partners.capacity import Capacity

LETTER_AFTER = timedelta(minutes=10)
"""How long a notice of a mention may be read in the page before a letter goes out."""


def tell_mentioned(message: Message, people: Iterable[int], *, by: Capacity) -> None:
    """Tell those the message mentions who are in the room and have not muted it, each once however often it is edited.

    Who has not read it after ten minutes gets a letter that names nobody.
    """
    ids = set(people)
    if not ids:
        return
    seats = Participant.objects.taking_part().filter(
        user__in=ids, membership__group__rooms=message.room_id, membership__role__in=message.room.roles
    )
    muted = RoomReading.objects.filter(room=message.room_id, user__in=ids, is_muted=True)
    told = User.objects.filter(pk__in=seats.values("user_id")).exclude(pk__in=muted.values("user_id"))
    notify(
        told,
        "chat_mention",
        object_id=message.pk,
        key=str(message.pk),
        by=by,
        mail=True,
        mail_after=LETTER_AFTER,
    )


def tell_conversation(room: Room, said: Sequence[tuple[Message, Capacity]]) -> None:
    """Tell the others in a conversation of the first message that waits for them there, not of those that follow it.

    The messages were said together, in this order. Who blocks an author, or wants no notices from the
    conversation, is not told.
    """
    seats = ConversationSeat.objects.filter(room=room, user__is_active=True).select_related("user")
    blocks = set(Block.objects.filter(user__in=seats.values("user_id")).values_list("user_id", "blocked_id"))
    readings = {reading.user_id: reading for reading in RoomReading.objects.filter(room=room)}
    waiting = Notice.objects.filter(kind="conversation", object_id=room.pk).unread().values_list("user_id", "actor_id")
    # What somebody told who is blocked since is not shown any more.
    told = {user for user, actor in waiting if (user, actor) not in blocks}
    for seat in seats:
        reading = readings.get(seat.user_id) or RoomReading()
        new = [
            (message, by)
            for message, by in said
            if message.author_id != seat.user_id
            and message.number > reading.last_number
            and (seat.user_id, message.author_id) not in blocks
        ]
        if not new or reading.is_muted or seat.user_id in told:
            continue
        message, by = new[0]
        key = f"{room.pk}:{message.number}"
        notify([seat.user], "conversation", object_id=room.pk, key=key, by=by, mail=True, mail_after=LETTER_AFTER)
