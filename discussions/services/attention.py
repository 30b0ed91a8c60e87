"""How much a person wants to hear of one thread."""

from typing import TYPE_CHECKING

from django.db import transaction

from discussions.models import Attention, Reading, Thread

if TYPE_CHECKING:
    from accounts.models import User


def set_attention(thread: Thread, *, user: "User", attention: Attention) -> None:
    """Have the person hear of every post of the thread at once, of what their level brings, or of nothing but mentions.

    The caller has asked the door. It changes what the person is told, and nothing that others see.
    """
    pay(user, thread.pk, attention)


@transaction.atomic
def pay(user: "User", thread_id: int, attention: Attention) -> None:
    """Keep the attention; of a thread that does not exist, nothing is kept."""
    if not Thread.objects.filter(pk=thread_id).exists():
        return
    Reading.objects.bulk_create(
        [Reading(user=user, thread_id=thread_id, attention=attention)],
        update_conflicts=True,
        unique_fields=["user", "thread"],
        update_fields=["attention"],
    )
