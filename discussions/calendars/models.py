"""The secret address of a calendar: a person's own, of all their groups or of one."""

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import TimeStamped
from groups.models import Group

# 160 bits, written in 27 characters.
TOKEN_BYTES = 20


def new_token() -> str:
    """Return a secret that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """Return what is kept of a secret: it is long and random, so that a plain digest tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


class FeedQuerySet(models.QuerySet["Feed"]):
    """Addresses that open something."""

    def live(self) -> "FeedQuerySet":
        """Not revoked, of an account that is open."""
        return self.filter(revoked_at=None, user__is_active=True)


class Feed(TimeStamped):
    """One secret address. Only its hash is kept; a new one takes the place of the old."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    # Whether the names and words of groups that only members may know of may stand in the calendar.
    names_hidden = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[FeedQuerySet] = FeedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "group"],
                condition=Q(revoked_at=None, group__isnull=False),
                name="one_live_calendar_per_person_and_group",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None, group=None), name="one_live_calendar_of_all_groups"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.group_id or 'all'}"
