"""What was reported: a message that, to somebody, should not stand."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.chat.models.message import Message
from discussions.chat.models.room import Room
from groups.models import Group, Membership, Participant

if TYPE_CHECKING:
    from accounts.models import User


class ReportQuerySet(models.QuerySet["Report"]):
    """Who settles which report."""

    def waiting(self) -> "ReportQuerySet":
        """Those that are open, oldest first, with what a page shows of them."""
        return (
            self.filter(state=Report.State.OPEN)
            .select_related("room__group", "message__organisation", "author", "reporter")
            .order_by("created_at", "pk")
        )

    def for_leads(self) -> "ReportQuerySet":
        """Open ones from rooms of groups about somebody who does not lead there."""
        return self.waiting().filter(room__group__isnull=False).exclude(_about_lead())

    def for_leads_of(self, group: Group) -> "ReportQuerySet":
        """Open ones from rooms of the group about somebody who does not lead it."""
        return self.for_leads().filter(room__group=group)

    def for_secretariat(self, officer: "User") -> "ReportQuerySet":
        """Open ones from conversations, about leads, and from groups that nobody leads; never about the officer."""
        led = Exists(_leading(OuterRef("room__group")))
        return self.waiting().filter(Q(room__group=None) | _about_lead() | ~led).exclude(author=officer)


def _leading(group: OuterRef) -> models.QuerySet[Participant]:
    seats = Participant.objects.taking_part()
    return seats.filter(membership__group=group, membership__role=Membership.Role.LEAD)


def _about_lead() -> Exists:
    return Exists(_leading(OuterRef("room__group")).filter(user=OuterRef("author")))


class Report(TimeStamped):
    """Somebody found that a message should not stand: its text as it was then, until the report is settled."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reports")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    body = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reporter"],
                condition=Q(state="open"),
                name="one_open_report_per_message_and_person",
            )
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the site's chain, which no lead reads: who reports a lead is not told them by the group's record."""
        return "site"
