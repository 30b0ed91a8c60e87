"""A person who may not write in a group for a time."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import TimeStamped
from groups.models.group import Group
from partners.models import Spoken


class SilenceQuerySet(models.QuerySet["Silence"]):
    """Who may not write."""

    def holding(self, now: datetime | None = None) -> "SilenceQuerySet":
        """Those that hold now."""
        return self.filter(lifted_at=None, until__gt=now or timezone.now())


class Silence(Spoken, TimeStamped):
    """A lead has muted a person in a group, with a reason. It ends by itself, or earlier by a lead. Who muted is its author."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="silences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="silences")
    until = models.DateTimeField()
    reason = models.CharField(max_length=600)
    lifted_at = models.DateTimeField(null=True)

    objects: ClassVar[SilenceQuerySet] = SilenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["group", "user", "-until"])]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id} until {self.until}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"
