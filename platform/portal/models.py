"""What a person's home remembers: when they were there, and what they have put away."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from core.models import TimeStamped


class Visit(models.Model):
    """When somebody was last here, on whatever device: `seen_at` moves on with this visit, `before` is the end of the last one.

    `batch` is what they put away last, and may take back.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    before = models.DateTimeField(null=True)
    batch = models.UUIDField(null=True)
    cleared_at = models.DateTimeField(null=True)
    documents_from = models.DateTimeField(null=True)
    documents_before = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seen_at}"


class Place(models.TextChoices):
    """What can be put away."""

    THREAD = "thread"
    ROOM = "room"


class ClearedQuerySet(models.QuerySet["Cleared"]):
    """What one person has put away."""

    def threads_of(self, user_id: int) -> Exists:
        """The condition, on threads, that the person has put it away as it is now."""
        mine = self.filter(user=user_id, place=Place.THREAD, object_id=OuterRef("pk"))
        return Exists(mine.filter(number__gte=OuterRef("last_number")))


class Cleared(TimeStamped):
    """Somebody has put a thread or a room away up to a number: it comes back to their home with what is said after it.

    Nothing is read by that. `number_before` is what `batch`, taken back, brings back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=8, choices=Place)
    object_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    number_before = models.PositiveIntegerField(default=0)
    batch = models.UUIDField()

    objects: ClassVar[ClearedQuerySet] = ClearedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "place", "object_id"], name="one_row_per_cleared_place")
        ]
        indexes = [models.Index(fields=["user", "batch"])]

    def __str__(self) -> str:
        return f"{self.place} {self.object_id} up to {self.number}"
