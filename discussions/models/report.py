"""What was reported: words that, to somebody, should not stand. One mechanism for posts and for messages of rooms."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.models.post import Post
from groups.models import Group, Membership, Participant

if TYPE_CHECKING:
    from accounts.models import User


class ReportQuerySet(models.QuerySet[Any]):
    """Who settles which report. `GROUP` of the model is the way from a report to the group in which the words stand."""

    @property
    def _group(self) -> str:
        return str(self.model.GROUP)

    def waiting(self) -> "ReportQuerySet":
        """Those that are open, oldest first, with what a page shows of them."""
        shown = self.filter(state=ReportBase.State.OPEN).select_related(*self.model.SHOWN, "author", "reporter")
        return shown.order_by("created_at", "pk")

    def for_leads(self) -> "ReportQuerySet":
        """Open ones from groups, about somebody who does not lead there."""
        return self.waiting().filter(**{f"{self._group}__isnull": False}).exclude(self._about_lead())

    def for_leads_of(self, group: Group) -> "ReportQuerySet":
        """Open ones from the group about somebody who does not lead it."""
        return self.for_leads().filter(**{self._group: group})

    def for_secretariat(self, officer: "User") -> "ReportQuerySet":
        """Open ones from no group, about leads, and from groups that nobody leads; never about the officer."""
        led = Exists(_leading(OuterRef(self._group)))
        return self.waiting().filter(Q(**{self._group: None}) | self._about_lead() | ~led).exclude(author=officer)

    def groups(self, among: "models.QuerySet[Group]") -> list[int]:
        """Return, once for each open report from these groups that is for their leads, the group's id."""
        return list(self.for_leads().filter(**{f"{self._group}__in": among}).values_list(self._group, flat=True))

    def _about_lead(self) -> Exists:
        return Exists(_leading(OuterRef(self._group)).filter(user=OuterRef("author")))


def _leading(group: OuterRef) -> models.QuerySet[Participant]:
    seats = Participant.objects.taking_part()
    return seats.filter(membership__group=group, membership__role=Membership.Role.LEAD)


class ReportBase(TimeStamped):
    """Somebody found that words should not stand: their text as it was then, until the report is settled."""

    GROUP: ClassVar[str]
    SHOWN: ClassVar[tuple[str, ...]]

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    body = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"Report {self.pk}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the site's chain, which no lead reads: who reports a lead is not told them by the group's record."""
        return "site"

    @property
    def group(self) -> Group | None:
        """The group in which the words stand, if any."""
        raise NotImplementedError


class PostReport(ReportBase):
    """A post was reported."""

    GROUP = "post__thread__group"
    SHOWN = ("post__thread__group", "post__organisation")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="reports")

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "reporter"],
                condition=Q(state="open"),
                name="one_open_report_per_post_and_person",
            )
        ]

    @property
    def group(self) -> Group:
        """The thread's."""
        return self.post.thread.group
