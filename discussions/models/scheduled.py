"""What somebody wrote now and wants to be said later."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from discussions.models.post import Post
from discussions.models.thread import TITLE_LENGTH, Kind, Thread
from groups.attribution import Attribution
from groups.models import Group
from partners.models import Organisation


class ScheduledQuerySet(models.QuerySet["Scheduled"]):
    """Those that wait, and those that came back."""

    def waiting(self) -> "ScheduledQuerySet":
        """Not yet said, and not refused."""
        return self.filter(refused_at=None)


class Scheduled(models.Model):
    """A post, or a thread with its first post, that appears at a moment. Until then nobody but its author sees it.

    `key` is the post's: whatever is killed and done again, it appears once. When the rights of the moment refuse it, it stays
    with the author as a draft that says why.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, null=True, on_delete=models.CASCADE, related_name="+")
    reply_to = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.DISCUSSION)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    open_until = models.DateTimeField(null=True)
    attribution = models.PositiveSmallIntegerField(choices=Attribution.choices, default=Attribution.OPEN)
    # Whether the announcement asks every organisation, once it is out, to say that it has read it.
    acknowledge = models.BooleanField(default=False)
    body = models.TextField()
    key = models.UUIDField()
    due_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=500, blank=True)

    objects: ClassVar[ScheduledQuerySet] = ScheduledQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_scheduled_per_key")]
        indexes = [
            models.Index(fields=["due_at"], name="scheduled_that_wait", condition=Q(refused_at=None)),
            models.Index(fields=["author", "due_at"], name="scheduled_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.title or self.body[:40]
