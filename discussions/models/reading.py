"""How far a person has read a thread."""

from django.conf import settings
from django.db import models

from discussions.models.thread import Thread


class Reading(models.Model):
    """The reader's mark. Unread is `thread.last_number - last_read - own_since`: arithmetic, whatever the thread's length.

    `own_since` counts the reader's own posts after the mark. The mark only rises, so that several devices agree.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="readings")
    last_read = models.PositiveIntegerField(default=0)
    own_since = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "thread"], name="one_mark_per_reader_and_thread")]

    def __str__(self) -> str:
        return f"{self.last_read}+{self.own_since}"
