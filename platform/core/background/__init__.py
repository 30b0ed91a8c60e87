"""Background work: tasks in the database, done by threads inside the one process when embedded, by workers when not.

A task is enqueued in the caller's transaction, so it exists only if the act that asked for it does. It is done **at least
once**: a task whose worker dies is begun anew by another within about a minute, so whatever it does it bears doing twice.

    @task()
    @retried(Refused, pauses=growing(timedelta(minutes=1), tries=6))
    def carry(parcel_id: int) -> None: ...

`retrying` says which errors bring a task back and when; `lease` how a dead worker is told from a busy one; `worker` does the
work; `core.schedule` enqueues what the clock brings.
"""

from datetime import timedelta

from django.db.models import Case, F, Min, When
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from core.background.retrying import ComeBack, growing, retried

__all__ = ["ComeBack", "failed", "growing", "length", "retried", "waiting"]


def waiting() -> timedelta:
    """Return how long the oldest task that may be done has waited for a worker; nothing when none waits."""
    due = Case(When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after"))
    oldest = DBTaskResult.objects.ready().aggregate(oldest=Min(due))["oldest"]
    return max(timezone.now() - oldest, timedelta()) if oldest else timedelta()


def length() -> int:
    """Return how many tasks may be done now."""
    return DBTaskResult.objects.ready().count()


def failed() -> int:
    """Return how many tasks failed and were not run again, as long as they are kept."""
    return DBTaskResult.objects.failed().count()
