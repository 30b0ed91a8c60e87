"""A person through whom a member organisation takes part."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import TimeStamped
from groups.models.membership import Membership
from partners.models import Affiliation, OrganisationStatus


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """People in groups."""

    def taking_part(self) -> "ParticipantQuerySet":
        """Everyone whose right holds at this moment: named, member active, affiliation active, partner active, account active."""
        return self.filter(
            ended_at=None,
            membership__state=Membership.State.ACTIVE,
            membership__organisation__status=OrganisationStatus.ACTIVE,
            affiliation__state=Affiliation.State.ACTIVE,
            user__is_active=True,
        )


class Participant(TimeStamped):
    """A person of the organisation, named by its focal points, in that membership. Its capacity is the affiliation's."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="participants")
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="participations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="participations")
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[ParticipantQuerySet] = ParticipantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "user"], condition=Q(ended_at=None), name="one_live_participation_per_membership"
            )
        ]
        indexes = [models.Index(fields=["user", "ended_at"])]

    def __str__(self) -> str:
        return f"{self.user} for {self.membership}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return self.membership.audit_scope
