"""How much of what is said in their groups reaches a person by which way, and when their digest comes."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way by which people are reached when they are not looking."""

    MAIL = "mail", _("Mail")
    PUSH = "push", _("Push messages")


class Level(models.TextChoices):
    """How much of a group's threads comes by a channel."""

    OFF = "off", _("Nothing")
    AT_ONCE = "at-once", _("Every post at once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class Preference(models.Model):
    """A level that somebody chose: for one group by its id, or, without one, for all groups for which they chose none.

    Who chose neither has the site's (`levels.site_default`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel)
    group_id = models.BigIntegerField(null=True)
    level = models.CharField(max_length=8, choices=Level)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "channel", "group_id"],
                condition=Q(group_id__isnull=False),
                name="one_level_per_group_and_channel",
            ),
            models.UniqueConstraint(
                fields=["user", "channel"], condition=Q(group_id__isnull=True), name="one_level_for_other_groups"
            ),
        ]
        indexes = [models.Index(fields=["group_id", "channel", "level"], name="levels_of_a_group")]

    def __str__(self) -> str:
        return f"{self.channel} {self.group_id or '*'}: {self.level}"


class Rhythm(models.Model):
    """When a person's digest comes, by their own clock, and whether what is addressed to them comes at once.

    Who takes part anywhere has one. `due_at` is the next time at which a digest is made, moved on by whoever has it made.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rhythm")
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    # As `date.weekday()`: Monday is 0.
    weekday = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(6)])
    directly_by_mail = models.BooleanField(default=True)
    directly_by_push = models.BooleanField(default=True)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.hour}:00"
