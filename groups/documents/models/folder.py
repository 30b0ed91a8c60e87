"""A folder of a library."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.documents.models.reach import Reach, Rights
from groups.models import Group
from partners.models import Spoken

MAX_DEPTH = 6
NAME_LENGTH = 120


class Folder(Spoken, TimeStamped):
    """A folder in a group's library or in another folder; at most six deep.

    Nobody sees two of one name in one place when making or moving them. The database does not forbid it: an older folder
    that hides from a newcomer must not be felt by the name that is taken.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="folders")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    depth = models.PositiveSmallIntegerField(default=1)
    rights = models.CharField(
        _("who writes and who sees it"), max_length=10, choices=Rights.choices, default=Rights.INHERIT
    )
    # What its rights and those of the folders around it come to.
    reach = models.PositiveSmallIntegerField(choices=Reach.choices, default=Reach.READERS)
    leads_only = models.BooleanField(default=False)
    key = models.UUIDField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_folder_per_sending")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the folder's page in the library."""
        return reverse("documents:folder", args=[self.group.slug, self.pk])

    @property
    def rule(self) -> tuple[int, bool]:
        """Its reach, and whether leads alone write in it."""
        return self.reach, self.leads_only

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"
