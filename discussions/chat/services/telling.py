"""Whom a message tells besides those who look at the room."""

from collections.abc import Iterable

from accounts.models import User
from discussions.chat.models import Message
from groups.models import Participant
from notifications.services import notify
from partners.capacity import Capacity


def tell_mentioned(message: Message, people: Iterable[int], *, by: Capacity) -> None:
    """Tell those the message mentions who are in the room, each once however often it is edited."""
    ids = set(people)
    if not ids:
        return
    seats = Participant.objects.taking_part().filter(
        user__in=ids, membership__group__rooms=message.room_id, membership__role__in=message.room.roles
    )
    told = User.objects.filter(pk__in=seats.values("user_id"))
    notify(told, "chat_mention", object_id=message.pk, key=str(message.pk), by=by)
