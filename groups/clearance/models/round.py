"""One way of a version: review by the group, clearance by the organisations that are named, and how it ended."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.clearance.models.rule import Silent
from groups.documents.models import Document, Version
from groups.models import Group
from partners.models import Organisation, Spoken

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

NOTE_LENGTH = 500
TEXT_LENGTH = 4000


class Stage(models.TextChoices):
    """Where a round stands; the last four are ends."""

    REVIEW = "review", _("Group review")
    CLEARANCE = "clearance", _("In clearance")
    CLEARED = "cleared", _("Cleared")
    REFUSED = "refused", _("Not cleared")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OVERTAKEN = "overtaken", _("Overtaken by a later version")


OPEN = (Stage.REVIEW, Stage.CLEARANCE)


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds of documents."""

    def open(self) -> "RoundQuerySet":
        """Those that have not ended."""
        return self.filter(stage__in=OPEN)

    def asking(self, now: datetime | None = None) -> "RoundQuerySet":
        """Those that take answers at that moment."""
        return self.filter(stage=Stage.CLEARANCE, until__gt=now or timezone.now())

    def due(self, now: datetime | None = None) -> "RoundQuerySet":
        """Those whose date has passed and whose result is not yet written."""
        return self.filter(stage=Stage.CLEARANCE, until__lte=now or timezone.now())

    def visible_to(self, user: "User | AnonymousUser") -> "RoundQuerySet":
        """Those of groups in which the person takes part, on documents they may read."""
        return self.filter(group__in=Group.objects.joined_by(user), document__in=Document.objects.visible_to(user))


class Round(Spoken, TimeStamped):
    """Of one version, bound to its bytes by their SHA-256; who began it, and for whom, stays on it."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="rounds")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="rounds")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="rounds")
    sha256 = models.CharField(max_length=64)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.REVIEW)
    # What silence counts for: the group's rule when the round began.
    silence = models.CharField(max_length=8, choices=Silent.choices)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    review_until = models.DateTimeField()
    # Who named the organisations, and until when they answer.
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    asked_function = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(null=True)
    # Raised when its end moves or comes early, for calendars.
    revision = models.PositiveIntegerField(default=1)
    # Nobody ends a round whose date has passed, or whose group was closed.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    ended_function = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=NOTE_LENGTH, blank=True)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    objects: ClassVar[RoundQuerySet] = RoundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="one_round_per_key"),
            models.UniqueConstraint(
                fields=["document"], condition=Q(stage__in=["review", "clearance"]), name="one_open_round_per_document"
            ),
            models.UniqueConstraint(
                fields=["version"], condition=Q(stage="cleared"), name="a_version_is_cleared_once"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["review", "clearance"], ended_at=None)
                | Q(stage__in=["cleared", "refused", "withdrawn", "overtaken"], ended_at__isnull=False),
                name="what_has_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(asked_at=None, asked_by=None, until=None)
                | Q(asked_at__isnull=False, asked_by__isnull=False, until__isnull=False),
                name="who_asked_until_when_is_known",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["review", "withdrawn", "overtaken"]) | Q(asked_at__isnull=False),
                name="nothing_is_cleared_unasked",
            ),
        ]
        indexes = [models.Index(fields=["stage", "until"]), models.Index(fields=["group", "stage"])]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.stage}"

    def get_absolute_url(self) -> str:
        """Return the round's page; its group should be loaded with it."""
        return reverse("clearance:round", args=[self.group.slug, self.document_id, self.pk])

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.stage in OPEN

    @property
    def takes_answers(self) -> bool:
        """Whether organisations answer at this moment."""
        return self.stage == Stage.CLEARANCE and self.until is not None and self.until > timezone.now()

    @property
    def is_reviewed(self) -> bool:
        """Whether the review has lasted as long as was said."""
        return self.review_until <= timezone.now()


class Remark(Spoken, TimeStamped):
    """What somebody of the group says to a version in review."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField(max_length=TEXT_LENGTH)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_remark_per_key")]

    def __str__(self) -> str:
        return f"{self.round_id}:{self.pk}"


class Prolongation(Spoken, TimeStamped):
    """A later date, set by a lead: from when to when."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="prolongations")
    was = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=models.F("was")), name="a_prolonged_date_is_later")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.until:%Y-%m-%d}"
