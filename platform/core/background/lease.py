"""How a dead worker is told from a busy one: each says every few seconds that it lives, and one that has not is dead.

Times are the database's, so that clocks that differ end nobody. A worker judges others only when its own word has come through
for as long as a lease: after a database was away, all are silent, and none is dead.
"""

import logging
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from core.background.retrying import DEFAULT, retrying_of
from core.logs import happening
from core.models import Worker

logger = logging.getLogger(__name__)

DROPS = 5
"""A task that so many workers began and none ended is given up, unless it declares more tries: it may be what ends them."""

FORGOTTEN_AFTER = timedelta(days=1)


class Dropped(Exception):
    """Given as the reason where a task was given up because its workers ended before it did."""


def lease() -> float:
    """Return the seconds of silence after which a worker is taken for dead."""
    return float(settings.WORKER_LEASE)


class Heart(threading.Thread):
    """Says that one worker lives, three times a lease, and looks for tasks of those that do not."""

    def __init__(self, worker: str) -> None:
        super().__init__(name=f"heart-{worker[:6]}", daemon=True)
        self.worker = worker
        self._stop_asked = threading.Event()
        self._steady_since: float | None = None

    def run(self) -> None:
        """Beat until stopped; what the database does not take is tried again soon."""
        while not self._stop_asked.wait(self.beat()):
            pass
        try:
            Worker.objects.filter(pk=self.worker).delete()
        except DatabaseError:
            logger.debug("The worker's row stays; it is forgotten by itself.")
        finally:
            connections.close_all()

    def stop(self) -> None:
        """Say no more; a task that is left behind is taken up by the next who looks."""
        self._stop_asked.set()
        if self.is_alive():
            self.join(2)

    def beat(self) -> float:
        """Say once that the worker lives, look for the dead where that may be judged, and return the seconds until the next."""
        close_old_connections()
        try:
            say_alive(self.worker)
            now = time.monotonic()
            if self._steady_since is None:
                self._steady_since = now
            elif now - self._steady_since > lease():
                take_up_dropped()
        except DatabaseError as error:
            self._steady_since = None
            connections.close_all()
            logger.debug("The worker could not say that it lives: %s.", type(error).__name__)
            return lease() / 10
        except Exception:
            logger.exception("The heart of a worker missed a beat.")
        return lease() / 3


def say_alive(worker: str) -> None:
    """Note that the worker lives, now."""
    row = Worker(name=worker, seen_at=Now())
    Worker.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=["seen_at"])


def take_up_dropped() -> int:
    """Let tasks whose worker is dead be done by another, and return how many; one that outlives no worker is given up."""
    # In this order: who begins a task after this look is not judged by it.
    running = list(DBTaskResult.objects.running())
    if not running:
        return 0
    alive = set(Worker.objects.filter(seen_at__gt=Now() - timedelta(seconds=lease())).values_list("name", flat=True))
    dropped = [row for row in running if not row.worker_ids or row.worker_ids[-1] not in alive]
    return sum(_take_up(row) for row in dropped)


def _take_up(row: DBTaskResult) -> int:
    # Only as it was found: another may have taken it up, or it may have come to an end just now.
    same = DBTaskResult.objects.running().filter(pk=row.pk, started_at=row.started_at)
    if len(row.worker_ids) >= _tries(row):
        failed = f"{Dropped.__module__}.{Dropped.__qualname__}"
        if same.update(status=TaskResultStatus.FAILED, finished_at=Now(), exception_class_path=failed):
            told = happening("task.given_up", task=row.task_path, error="Dropped", tries=len(row.worker_ids))
            logger.error("A task was given up: its workers ended before it did.", extra=told)
        return 0
    taken = same.update(status=TaskResultStatus.READY, started_at=None, run_after=get_date_max())
    if taken:
        logger.warning(
            "A worker is gone; its task is begun anew.", extra=happening("task.dropped", task=row.task_path)
        )
    return taken


def _tries(row: DBTaskResult) -> int:
    try:
        declared = retrying_of(row.task.func)
    except Exception:  # the task is no longer in the code: whoever takes it up says so
        return DROPS
    return DROPS if declared is DEFAULT else max(DROPS, declared.tries)


def forget_workers() -> None:
    """Take away the rows of workers that ended without a word long ago."""
    Worker.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
