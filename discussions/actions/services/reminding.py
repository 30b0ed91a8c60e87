"""Reminders: once before an action is due, once when it is overdue."""

from datetime import date, timedelta

from django.utils import timezone

from discussions.actions.models import Action
from discussions.actions.services.owning import responsible_for
from groups.models.group import GroupState
from notifications.models import Notice
from notifications.services import notify

SOON = timedelta(days=3)


def remind(today: date | None = None) -> int:
    """Tell those responsible for actions that are due within three days or overdue; return of how many actions that was.

    Each is told once before the day and once after it, however often this runs; a new day set for the action counts anew.
    The day is the server's: nobody is told "overdue" before the day has ended in UTC.
    """
    today = today or timezone.now().date()
    due = (
        Action.objects.open()
        .filter(due_on__lte=today + SOON, group__state__in=[GroupState.ACTIVE, GroupState.DORMANT])
        .select_related("group")
        .order_by("pk")
    )
    count = 0
    for action in due.iterator(chunk_size=500):
        late = action.due_on < today
        key = f"{action.pk}:{action.due_on}:{'late' if late else 'soon'}"
        if Notice.objects.filter(key=f"action_due:{key}").exists():
            continue
        if people := list(responsible_for(action)):
            notify(people, "action_due", object_id=action.pk, key=key, mail=True)
            count += 1
    return count
