"""What the clock brings: the tasks of `DAILY_TASKS` once a day, and work that a worker began and did not live to end.

Each is enqueued by one process, however many look at the clock.
"""

import logging
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

LOOK_EVERY = 60
"""Seconds between two looks at the clock."""

DAY = timedelta(days=1)
DROPPED_AFTER = timedelta(minutes=15)
"""A task that is still running after this long has lost its worker: it is done again. Every task bears being done twice."""

ATTEMPTS = 5


def enqueue_due(now: datetime | None = None) -> list[str]:
    """Enqueue every daily task that is due, and return their names.

    Each is claimed by moving its time in the transaction that enqueues it: of several who try at once, one does. After days
    in which nothing ran it is done once.
    """
    now = now or timezone.now()
    claimed = []
    for name in settings.DAILY_TASKS:
        with transaction.atomic():
            Schedule.objects.get_or_create(task=name, defaults={"due_at": now})
            if Schedule.objects.filter(task=name, due_at__lte=now).update(due_at=now + DAY):
                import_string(name).enqueue()
                claimed.append(name)
    return claimed


def take_up_dropped(now: datetime | None = None) -> int:
    """Let tasks whose worker was killed be done by another, and return how many; one that outlives no worker is given up."""
    now = now or timezone.now()
    taken = 0
    for dropped in DBTaskResult.objects.running().filter(started_at__lt=now - DROPPED_AFTER):
        if len(dropped.worker_ids) >= ATTEMPTS:
            logger.error("The task %s was given up: it ended %d workers.", dropped.task_path, ATTEMPTS)
            dropped.set_failed(TimeoutError("Its workers ended before it did."))
            continue
        # Only as it was found: another process may have taken it up, or its worker may have come to an end just now.
        same = DBTaskResult.objects.running().filter(pk=dropped.pk, started_at=dropped.started_at)
        taken += same.update(status=TaskResultStatus.READY, started_at=None)
    return taken


def start_clock() -> threading.Thread:
    """Start a thread that looks at the clock as long as the process lives."""
    thread = threading.Thread(target=_look, name="schedule", daemon=True)
    thread.start()
    return thread


def _look() -> None:
    while True:
        try:
            enqueue_due()
            take_up_dropped()
        except Exception:
            logger.exception("The day's work could not be enqueued; it is tried again in %d s.", LOOK_EVERY)
        close_old_connections()
        time.sleep(LOOK_EVERY)
