"""What becomes of a person's actions when they go: the successor has them, else the organisation keeps them."""

from django.db import models, transaction
from django.utils import timezone

from discussions.actions.models import Action, ActionVersion, State
from discussions.actions.services.owning import keep_version, tell_owner
from groups.models import Group, Participant
from notifications.services import retract
from partners.capacity import Capacity
from partners.models import Affiliation


@transaction.atomic
def hand_over(leaving: Affiliation, successor: Affiliation, *, by: Capacity) -> int:
    """Give the open actions that a person has for the organisation to a successor who takes part there; return how many."""
    seats = Participant.objects.taking_part().filter(
        user=successor.user_id, membership__organisation=leaving.organisation_id
    )
    groups = set(seats.values_list("membership__group_id", flat=True))
    moved = 0
    for action in _open_of(leaving.user_id, leaving.organisation_id).filter(group__in=groups):
        _take(action, successor.user_id, by=by, why=ActionVersion.Why.HANDED_OVER)
        tell_owner(action, by)
        moved += 1
    return moved


@transaction.atomic
def let_go(group: Group, *, person_id: int, organisation_id: int) -> int:
    """Leave the open actions of a person who takes part for the organisation no longer to the organisation; return how many."""
    let = 0
    for action in _open_of(person_id, organisation_id).filter(group=group):
        _take(action, None, by=None, why=ActionVersion.Why.LEFT)
        tell_owner(action, None)
        let += 1
    return let


def _open_of(person_id: int, organisation_id: int) -> "models.QuerySet[Action]":
    rows = Action.objects.select_for_update(no_key=True, of=("self",)).select_related("group")
    return rows.filter(person=person_id, owner=organisation_id, state=State.OPEN).order_by("pk")


def _take(action: Action, person_id: int | None, *, by: Capacity | None, why: str) -> None:
    action.person_id = person_id
    action.version += 1
    action.changed_at = timezone.now()
    action.save(update_fields=["person", "version", "changed_at"])
    keep_version(action, by, why=why)
    retract("action_given", "action_due", object_id=action.pk)
