"""One organisation's place in one group."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models.group import Group
from partners.models import Organisation, OrganisationStatus
from partners.models.organisation import at_most_words

BRINGS_WORDS = 60


def short_offer(text: str) -> None:
    """Refuse more than 60 words on what an organisation brings."""
    at_most_words(BRINGS_WORDS, text)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Places in groups."""

    def live(self) -> "MembershipQuerySet":
        """Requested or active: not yet ended."""
        return self.filter(state__in=[Membership.State.REQUESTED, Membership.State.ACTIVE])

    def active(self) -> "MembershipQuerySet":
        """Members of today, whose organisation is a partner today."""
        return self.filter(state=Membership.State.ACTIVE, organisation__status=OrganisationStatus.ACTIVE)

    def for_display(self, group: Group) -> "MembershipQuerySet":
        """Members of the group with their organisations: leads, members, observers, each by name."""
        order = models.Case(
            *(models.When(role=role, then=place) for place, role in enumerate(Membership.Role.values)),
            output_field=models.SmallIntegerField(),
        )
        return self.active().filter(group=group).select_related("organisation").order_by(order, "organisation__name")

    def leads(self) -> "MembershipQuerySet":
        """Lead organisations of today."""
        return self.active().filter(role=Membership.Role.LEAD)


class Membership(TimeStamped):
    """One organisation's place in one group: asked for, active, and ended or declined with a reason."""

    class Role(models.TextChoices):
        """What the organisation is in the group."""

        LEAD = "lead", _("Lead")
        MEMBER = "member", _("Member")
        OBSERVER = "observer", _("Observer")

    class State(models.TextChoices):
        """Where the membership stands."""

        REQUESTED = "requested", _("Requested")
        ACTIVE = "active", _("Active")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LEFT = "left", _("Left")
        REMOVED = "removed", _("Removed")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    brings = models.TextField(
        _("what your organisation brings"), blank=True, validators=[short_offer], help_text=_("At most 60 words.")
    )
    reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    key = models.UUIDField(null=True, unique=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "organisation"],
                condition=Q(state__in=["requested", "active"]),
                name="one_live_membership_per_organisation",
            )
        ]
        indexes = [models.Index(fields=["group", "state", "role"])]

    def __str__(self) -> str:
        return f"{self.organisation} in {self.group}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    @property
    def is_lead(self) -> bool:
        """Whether the organisation leads the group today."""
        return self.state == self.State.ACTIVE and self.role == self.Role.LEAD
