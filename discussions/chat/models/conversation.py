"""Direct conversations: who is in one, and whom somebody does not want to hear from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from discussions.chat.models.room import Room


class ConversationSeat(models.Model):
    """One person in a direct conversation. Until they accept it, whoever began it may say little there."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conversation_seats")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_seat_per_person_and_conversation")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"


class Block(models.Model):
    """A person does not want to hear from another; the other is not told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "blocked"], name="one_block_per_pair"),
            models.CheckConstraint(condition=~Q(user=models.F("blocked")), name="nobody_blocks_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} blocks {self.blocked_id}"
