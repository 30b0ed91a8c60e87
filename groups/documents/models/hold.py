"""A document that somebody works on elsewhere, on their own machine say, and gives back with a new version."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from core.models import TimeStamped
from groups.documents.models.document import Document
from partners.models import Spoken


class HoldQuerySet(models.QuerySet["Hold"]):
    """Which documents are held."""

    def lasting(self) -> "HoldQuerySet":
        """Those whose time is not over."""
        return self.filter(until__gt=timezone.now())


class Hold(Spoken, TimeStamped):
    """One per document. While it lasts nobody else adds a version; it ends with its holder's version, by release or by time."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="hold")
    until = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    objects: ClassVar[HoldQuerySet] = HoldQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.document} until {self.until:%Y-%m-%d}"
