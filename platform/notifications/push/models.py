"""The site's keys for push services, and the browsers that people have told to show notices."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import TimeStamped
from core.outgoing import ADDRESS_LENGTH
from notifications.models import Notice


class PushKey(TimeStamped):
    """A key by which push services know this site. A subscription keeps the one it was made with."""

    private = models.CharField(max_length=60)
    public = models.CharField(max_length=100, unique=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_push_key")
        ]

    def __str__(self) -> str:
        return f"Push key {self.pk}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Which browsers are told."""

    def of(self, user_ids: "list[int]") -> "SubscriptionQuerySet":
        """Those of the people, with what sending needs."""
        return self.filter(user__in=user_ids).select_related("key", "user").order_by("created_at", "pk")


class Subscription(TimeStamped):
    """One browser of one person. It is told while they are signed in there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    key = models.ForeignKey(PushKey, on_delete=models.CASCADE, related_name="subscriptions")
    endpoint = models.CharField(max_length=ADDRESS_LENGTH)
    digest = models.CharField(max_length=64, unique=True)
    point = models.CharField(max_length=100)
    secret = models.CharField(max_length=40)
    session_key = models.CharField(max_length=40, db_index=True)
    user_agent = models.CharField(max_length=300, blank=True)
    seen_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    # Of which notices it was told, so that a task that runs again tells nobody twice.
    told = models.ManyToManyField(Notice, related_name="+")

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"Push subscription {self.pk}"
