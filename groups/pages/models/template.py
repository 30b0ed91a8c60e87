"""What pages of a group may begin with, besides the outlines that every group has."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models import Group
from partners.models import Spoken

NAME_LENGTH = 80


class Template(Spoken, TimeStamped):
    """A text that leads kept for new pages: a copy, which stays as it is whatever becomes of the page it was made from."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="templates")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    # In Markdown, as pages are begun from.
    text = models.TextField()
    key = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_template_per_key")]
        indexes = [models.Index(fields=["group", "name"], name="templates_of_a_group")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"
