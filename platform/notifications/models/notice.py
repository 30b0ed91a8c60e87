"""A notice: something happened that concerns one person. It holds ids only; what it says is looked up when it is shown."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string

from core.models import TimeStamped
from notifications.models.muted import MutedPerson

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    """One person's notices."""

    def of(self, user: "User | AnonymousUser") -> "NoticeQuerySet":
        """The person's own, newest first, without what people whom they muted said to them."""
        if not user.is_authenticated:
            return self.none()
        muted = MutedPerson.objects.filter(user=user).values("muted")
        talk = Q(kind__in=import_string(settings.NOTICES_THAT_WAIT), actor_id__in=muted)
        return self.filter(user=user).exclude(talk).order_by("-created_at", "-pk")

    def before(self, notice: "Notice") -> "NoticeQuerySet":
        """Older than the notice."""
        same = Q(created_at=notice.created_at, pk__lt=notice.pk)
        return self.filter(Q(created_at__lt=notice.created_at) | same)

    def unread(self) -> "NoticeQuerySet":
        """Not yet read."""
        return self.filter(read_at=None)


class Notice(TimeStamped):
    """One per person and happening: `key` keeps a retried act from telling twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    object_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notice_per_happening")]
        indexes = [
            models.Index(fields=["user", "read_at", "-created_at"]),
            models.Index(fields=["object_id", "kind"], name="notices_of_an_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
