"""What a person has begun to write and not yet sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from discussions.models.post import Post
from discussions.models.thread import TITLE_LENGTH, Kind, Thread
from groups.attribution import Attribution
from groups.models import Group


class Draft(models.Model):
    """One per person and place: an answer in a thread, or a new thread in a group. Nobody else ever sees it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, null=True, on_delete=models.CASCADE, related_name="+")
    reply_to = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.DISCUSSION)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    # What a lead chose for a new thread.
    attribution = models.PositiveSmallIntegerField(choices=Attribution.choices, default=Attribution.OPEN)
    acknowledge = models.BooleanField(default=False)
    open_until = models.DateTimeField(null=True)
    body = models.TextField(blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "thread"], condition=Q(thread__isnull=False), name="one_draft_per_thread"
            ),
            models.UniqueConstraint(
                fields=["user", "group"], condition=Q(thread__isnull=True), name="one_draft_of_a_new_thread"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.body[:40]
