"""What a consultation came to when it ended: a row per organisation that was asked, frozen."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import TimeStamped
from discussions.asking.models.answer import Position
from discussions.models import Thread
from partners.models import Organisation, StakeholderType


class ClosingReport(TimeStamped):
    """Written once when the consultation ends; taken back only when it is opened again."""

    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="closing_report")
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.thread)


class ReportLine(models.Model):
    """What one organisation that was asked at the end had said: ids and words are frozen, names are looked up."""

    report = models.ForeignKey(ClosingReport, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    stakeholder_type = models.CharField(max_length=20, choices=StakeholderType.choices)
    position = models.CharField(max_length=8, choices=Position.choices, blank=True)
    text = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    function = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    versions = models.PositiveIntegerField(default=0)
    # Numbers of the posts its people wrote in the thread.
    posts = models.JSONField(default=list)

    class Meta:
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "organisation"], name="one_line_per_organisation"),
            models.UniqueConstraint(fields=["report", "number"], name="one_line_per_number"),
            models.CheckConstraint(
                condition=Q(position="", author=None, answered_at=None)
                | (~Q(position="") & Q(author__isnull=False, answered_at__isnull=False)),
                name="an_answer_in_a_report_has_its_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}:{self.number}"
