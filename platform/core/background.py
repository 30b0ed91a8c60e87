"""Background work: tasks in the database, done by threads inside the one process when embedded, by workers when not.

A task is enqueued in the caller's transaction, so it exists only if the act that asked for it does.
"""

import logging
import threading
import time
import uuid
from datetime import timedelta

from django.db.models import Case, F, Min, When
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult, get_date_max

from core.schedule import start_clock

logger = logging.getLogger(__name__)
PAUSE = 10


def _worker(interval: float) -> Worker:
    return Worker(
        queue_names=["*"],
        interval=interval,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=uuid.uuid4().hex,
        excluded_queue_names=[],
    )


def run_worker() -> None:
    """Work until asked to stop by a signal: the body of `manage.py work`."""
    start_clock()
    worker = _worker(1.0)
    worker.configure_signals()
    worker.run()


def waiting() -> timedelta:
    """Return how long the oldest task that may be done has waited for a worker; nothing when none waits."""
    due = Case(When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after"))
    oldest = DBTaskResult.objects.ready().aggregate(oldest=Min(due))["oldest"]
    return max(timezone.now() - oldest, timedelta()) if oldest else timedelta()


def length() -> int:
    """Return how many tasks may be done now."""
    return DBTaskResult.objects.ready().count()


def start_threads(count: int) -> list[threading.Thread]:
    """Start worker threads that live as long as the process and poll every two seconds, and one that looks at the clock."""
    threads = [threading.Thread(target=_work, name=f"worker-{number}", daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    return [*threads, start_clock()] if threads else threads


def _work() -> None:
    """Work for ever; what stops the loop (a database that is away, say) is logged and tried again."""
    while True:
        try:
            _worker(2.0).run()
        except Exception:
            logger.exception("Background work stopped; it goes on in %d s.", PAUSE)
            time.sleep(PAUSE)
