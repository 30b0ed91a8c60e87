"""Whom a message tells besides those who look at the room."""

from collections.abc import Iterable
from datetime import timedelta

from accounts.models import User
from discussions.chat.models import Message, RoomReading
from groups.models import Participant
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
