"""Direct conversations: who is in one, whom somebody does not want to hear from, and what was reported."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.chat.models.message import Message
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


class Report(TimeStamped):
    """Somebody found that a message should not stand: its text as it was then, until the report is settled."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reports")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    body = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reporter"],
                condition=Q(state="open"),
                name="one_open_report_per_message_and_person",
            )
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"

    @property
    def audit_scope(self) -> str:
        """Recorded where its room's acts are."""
        return self.room.audit_scope
