"""What is done once a day: each task of `DAILY_TASKS` is enqueued by one process, however many look at the clock."""

import logging
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from core.models import Schedule

logger = logging.getLogger(__name__)

LOOK_EVERY = 60
"""Seconds between two looks at the clock."""

DAY = timedelta(days=1)


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


def start_clock() -> threading.Thread:
    """Start a thread that looks at the clock as long as the process lives."""
    thread = threading.Thread(target=_look, name="schedule", daemon=True)
    thread.start()
    return thread


def _look() -> None:
    while True:
        try:
            enqueue_due()
        except Exception:
            logger.exception("The day's work could not be enqueued; it is tried again in %d s.", LOOK_EVERY)
        close_old_connections()
        time.sleep(LOOK_EVERY)
