"""The standing summary of a thread: what leads keep at its top for those who come late."""

from django.db import models

from core.models import TimeStamped
from discussions.models.thread import Thread
from partners.models import Spoken


class Summary(Spoken, TimeStamped):
    """One version of a thread's summary, as somebody saved it; an empty one takes it away. The last is on the thread too."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="summaries")
    number = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="one_row_per_summary_version")]

    def __str__(self) -> str:
        return f"v{self.number}"
