"""What silence counts for in a group: decided before anybody is asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models import Group


class Silent(models.TextChoices):
    """What it means that an organisation has said nothing by the date."""

    BLOCKS = "blocks", _("Silence stands in the way: everybody who is asked must answer")
    ABSTAINS = "abstains", _("Silence is no answer: it neither clears nor stands in the way")
    CLEARS = "clears", _("Silence clears: who says nothing by the date is counted as clear")


class Rule(TimeStamped):
    """A group's rule. A group without one has the strictest: nobody is counted for what they did not say."""

    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="clearance_rule")
    silence = models.CharField(max_length=8, choices=Silent.choices, default=Silent.BLOCKS)

    def __str__(self) -> str:
        return f"{self.group}: {self.silence}"

    @staticmethod
    def of(group: Group) -> Silent:
        """Return what silence counts for in the group today."""
        found = Rule.objects.filter(group=group).values_list("silence", flat=True).first()
        return Silent(found) if found else Silent.BLOCKS
