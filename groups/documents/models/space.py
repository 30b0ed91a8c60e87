"""How much room a group's library has, how much of it is taken, and what it takes besides what the site refuses."""

from django.conf import settings
from django.db import models
from django.db.models import F

from groups.models import Group


class SpaceQuerySet(models.QuerySet["Space"]):
    """The room of libraries."""

    def take(self, group_id: int, size: int) -> None:
        """Count bytes that have come; the group is locked."""
        if not self.filter(group=group_id).update(used=F("used") + size):
            self.create(group_id=group_id, used=size)


class Space(models.Model):
    """One per library that holds anything, or of which its leads decided something.

    Bytes count once, however many versions and copies show them, in the trash too.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="+")
    used = models.PositiveBigIntegerField(default=0)
    # What the Secretariat gave this group; the site's ordinary quota without it.
    quota = models.PositiveBigIntegerField(null=True)
    # What its leads decided of files that carry macros; where the site refuses them, every library does.
    refuses_macros = models.BooleanField(default=False, db_default=False)

    objects = SpaceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.used} of {self.limit}"

    @property
    def limit(self) -> int:
        """How many bytes the library may hold."""
        return settings.LIBRARY_QUOTA if self.quota is None else self.quota

    @property
    def left(self) -> int:
        """How many still go in."""
        return max(self.limit - self.used, 0)

    @property
    def percent(self) -> int:
        """How much of it is taken, in whole hundredths, rounded down unless it is full."""
        return min(self.used * 100 // self.limit, 100) if self.limit else 100


def space_of(group: Group) -> Space:
    """Return the room of a group's library."""
    return Space.objects.filter(group=group).first() or Space(group=group)
