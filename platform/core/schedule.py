"""What the clock brings: the tasks of `SCHEDULE`, each after its interval, enqueued by one process however many look.

SCHEDULE = {"notifications.tasks.send_digests": timedelta(minutes=15)}
"""

import logging
import random
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from core.models import Schedule

logger = logging.getLogger(__name__)

LOOK_EVERY = 15
"""Seconds between two looks at the clock: no interval is kept more exactly than that."""

UNFINISHED = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


def enqueue_due(now: datetime | None = None) -> list[str]:
    """Enqueue every task that is due, and return their names.

    Each is claimed by moving its time in the transaction that enqueues it: of several who try at once, one does. After a time
    in which nothing ran it is done once, and where the last one has not come to its end, not again beside it.
    """
    now = now or timezone.now()
    later = set(Schedule.objects.filter(due_at__gt=now).values_list("task", flat=True))
    return [name for name, every in settings.SCHEDULE.items() if name not in later and _enqueue(name, every, now)]


@transaction.atomic
def _enqueue(name: str, every: timedelta, now: datetime) -> bool:
    row, _new = Schedule.objects.get_or_create(task=name, defaults={"due_at": now})
    if row.due_at > now or not Schedule.objects.filter(pk=row.pk, due_at=row.due_at).update(
        due_at=_next(row.due_at, every, now)
    ):
        return False
    if row.last_id and DBTaskResult.objects.filter(pk=row.last_id, status__in=UNFINISHED).exists():
        return False
    enqueued = import_string(name).enqueue()
    Schedule.objects.filter(pk=row.pk).update(last_id=enqueued.id, last_at=now)
    return True


def _next(due: datetime, every: timedelta, now: datetime) -> datetime:
    """Return the first time after now that is a whole number of intervals after the one that was due."""
    return due + every * ((now - due) // every + 1)


def start_clock() -> threading.Thread:
    """Start a thread that looks at the clock as long as the process lives."""
    thread = threading.Thread(target=_look, name="schedule", daemon=True)
    thread.start()
    return thread


def _look() -> None:
    while True:
        try:
            enqueue_due()
        except Exception as error:
            logger.warning(
                "What the clock brings could not be enqueued (%s); it is tried again.", type(error).__name__
            )
        close_old_connections()
        time.sleep(LOOK_EVERY * random.uniform(0.9, 1.1))  # noqa: S311 - nothing secret
