"""How far a person has read a thread, how far letters have told them of it, and whether they want to hear of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from discussions.models.thread import Thread


class Attention(models.TextChoices):
    """How much a person wants to hear of one thread, whatever their level for its group."""

    WATCHING = "watching", _("Watching")
    NORMAL = "normal", _("Normal")
    MUTED = "muted", _("Muted")


class Reading(models.Model):
    """The reader's mark. Unread is `thread.last_number - last_read - own_since`: arithmetic, whatever the thread's length.

    `own_since` counts the reader's own posts after the mark. The mark only rises, so that several devices agree. `told` is
    the number up to which digests have told of the thread, so that none tells of the same post again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="readings")
    last_read = models.PositiveIntegerField(default=0)
    own_since = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0, db_default=0)
    attention = models.CharField(
        max_length=8, choices=Attention, default=Attention.NORMAL, db_default=Attention.NORMAL.value
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "thread"], name="one_mark_per_reader_and_thread")]
        indexes = [models.Index(fields=["thread"], condition=~Q(attention="normal"), name="who_watches_or_muted")]

    def __str__(self) -> str:
        return f"{self.last_read}+{self.own_since}"
