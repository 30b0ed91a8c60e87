"""What was done to a thread: the lines that stand among its posts and say so."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.models.thread import Thread
from partners.models import Spoken

if TYPE_CHECKING:
    from datetime import datetime


class TraceQuerySet(models.QuerySet["Trace"]):
    """Traces as a page shows them."""

    def since(self, moment: "datetime | None") -> "TraceQuerySet":
        """Traces from the moment on from which a group may be read; without one, all."""
        return self if moment is None else self.filter(created_at__gte=moment)

    def with_names(self) -> "TraceQuerySet":
        """Add the other thread and the names of who acted, for readers who may be told them."""
        return self.select_related("other").annotate(
            author_name=F("author__name"),
            organisation_name=F("organisation__name"),
            organisation_listing=F("organisation__listing"),
        )


class Trace(Spoken, TimeStamped):
    """One act on a thread, written once; it stands below the post that was the last when it happened."""

    class Kind(models.TextChoices):
        """What was done."""

        CLOSED = "closed", _("Closed with a conclusion")
        REOPENED = "reopened", _("Opened again")
        LEFT = "left", _("Posts were moved to another thread")
        ARRIVED = "arrived", _("Posts came from another thread")
        MERGED = "merged", _("Moved as a whole into another thread")
        ATTRIBUTION = "attribution", _("The rule of attribution was changed")

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="traces")
    after = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # The thread at the other end of a move, and how many posts it were.
    other = models.ForeignKey(Thread, null=True, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField(default=0)
    # The conclusion, or the rule of attribution that was chosen.
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    objects: ClassVar[TraceQuerySet] = TraceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["thread", "after"], name="traces_by_place")]

    def __str__(self) -> str:
        return self.get_kind_display()
