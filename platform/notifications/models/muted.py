"""Whom a person does not want to hear of."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import TimeStamped


class MutedPerson(TimeStamped):
    """A person has muted another for themselves: their words are folded, and no notice of theirs comes. The other is not told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    muted = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "muted"], name="one_mute_per_pair"),
            models.CheckConstraint(condition=~Q(user=F("muted")), name="nobody_mutes_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} mutes {self.muted_id}"
