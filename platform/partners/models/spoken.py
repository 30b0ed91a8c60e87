"""What is frozen on every word."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.organisation import Organisation

if TYPE_CHECKING:
    from partners.capacity import Capacity


class Spoken(models.Model):
    """Who said it, for which organisation, in which function: ids and the function are frozen, names are looked up."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    function = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    def speak_as(self, capacity: "Capacity") -> None:
        """Freeze the capacity on this row."""
        self.author, self.organisation, self.function = capacity.user, capacity.organisation, capacity.function
