"""What was reported in rooms: a message that, to somebody, should not stand."""

from django.db import models
from django.db.models import Q

from discussions.chat.models.message import Message
from discussions.chat.models.room import Room
from discussions.models.report import ReportBase
from groups.models import Group


class Report(ReportBase):
    """A message was reported. The room may keep it no longer; the report stays."""

    GROUP = "room__group"
    SHOWN = ("room__group", "message__organisation")

    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reports")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="reports")

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reporter"],
                condition=Q(state="open"),
                name="one_open_report_per_message_and_person",
            )
        ]

    @property
    def group(self) -> Group | None:
        """The room's; none in a conversation."""
        return self.room.group
