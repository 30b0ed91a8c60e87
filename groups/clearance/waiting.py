"""What waits for a person's organisations: documents they are asked to clear and have said nothing about."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone

from groups.clearance.models import Stage, Voice
from groups.documents.models import Document
from groups.models import GroupState, Membership, Participant

if TYPE_CHECKING:
    from accounts.models import User


def waiting_for(user: "User") -> list[Voice]:
    """Return the silent voices of the person's organisations in rounds that take answers, the nearest date first.

    Two queries, each voice with its organisation, round, document and group.
    """
    seats = (
        Participant.objects.taking_part()
        .filter(
            user=user, membership__group=OuterRef("round__group"), membership__organisation=OuterRef("organisation")
        )
        .exclude(membership__role=Membership.Role.OBSERVER)
    )
    voices = Voice.objects.filter(
        Exists(seats),
        said=None,
        left_at=None,
        round__stage=Stage.CLEARANCE,
        round__until__gt=timezone.now(),
        round__group__state__in=[GroupState.ACTIVE, GroupState.DORMANT],
        round__document__in=Document.objects.visible_to(user),
    )
    return list(
        voices.select_related("organisation", "round__document", "round__group").order_by("round__until", "pk")
    )
