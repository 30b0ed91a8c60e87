""" "Please acknowledge": leads ask, people say that they have read, organisations are counted."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import TimeStamped
from discussions.models import Thread
from partners.models import Spoken


class AcknowledgementRequest(Spoken, TimeStamped):
    """Who asked for an announcement to be acknowledged, and when those who have not were last reminded."""

    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="acknowledgement_request")
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.thread)

    def get_absolute_url(self) -> str:
        """Return the page that says who has acknowledged; thread and group should be loaded with it."""
        return reverse("asking:acknowledgements", args=[self.thread.group.slug, self.thread_id])


class Acknowledgement(Spoken, TimeStamped):
    """One person's word that they have read it, for one organisation."""

    request = models.ForeignKey(AcknowledgementRequest, on_delete=models.PROTECT, related_name="acknowledgements")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "author", "organisation"], name="one_acknowledgement_per_person_and_organisation"
            ),
            models.CheckConstraint(condition=Q(organisation__isnull=False), name="acknowledged_for_an_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}:{self.author_id}"
