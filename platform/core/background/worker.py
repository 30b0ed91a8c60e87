"""A worker: takes one task after the other, does it, and writes how it ended; and how a process has workers.

A row belongs to the worker that began it as long as it says so (`started_at`); one that was taken for dead and comes to itself
writes nothing over what another does.
"""

import asyncio
import logging
import random
import signal
import threading
import time
import uuid
from contextlib import suppress
from traceback import format_tb
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction
from django.tasks import TaskContext, TaskResultStatus
from django.utils import timezone
from django.utils.json import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max

from core import figures
from core.background.lease import Heart, say_alive
from core.background.retrying import retrying_of
from core.logs import happening
from core.realtime.stopping import on_stop
from core.schedule import start_clock

logger = logging.getLogger(__name__)

AWAY_PAUSE = 2.0
"""Seconds before a database that did not answer is asked again, and up to half as many more."""

BACKEND = "default"


class Unfinished(BaseException):
    """The process has to end before its task could: the task goes back as if it had not been begun."""


class Worker:
    """Does tasks until asked to stop."""

    def __init__(self, *, pause: float) -> None:
        self.name = uuid.uuid4().hex
        self.pause = pause
        self.busy = False
        self._unsure = False
        self._stop_asked = threading.Event()
        self._heart = Heart(self.name)

    def stop(self) -> None:
        """Begin no other task."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work; a database that is away is waited for, and what else goes wrong is logged and does not end the worker."""
        try:
            while not self._stop_asked.is_set():
                self._stop_asked.wait(self._turn())
        finally:
            self._heart.stop()

    def _turn(self) -> float:
        """Do one task, if one is due, and return the seconds to wait before the next."""
        try:
            if not self._heart.is_alive():
                say_alive(self.name)  # before the first task, or it would seem to have no worker
                self._heart.start()
            if self._unsure:
                self.give_back()
            self._unsure = True
            row = self.claim()
            if row is not None:
                self.do(row)
            self._unsure = False
        except DatabaseError as error:
            connections.close_all()
            logger.warning("The database does not answer a worker: %s.", type(error).__name__)
            return AWAY_PAUSE * random.uniform(1, 1.5)  # noqa: S311 - nothing secret
        except Exception:
            logger.exception("A worker failed; it goes on.")
            return AWAY_PAUSE
        return self.pause if row is None else 0

    def give_back(self) -> None:
        """Let go of tasks that have this worker's name and that it does not do.

        A database that goes away in the middle of a claim may have written it and never said so. As the worker lives, nobody
        else would ever take such a task up.
        """
        close_old_connections()
        for row in DBTaskResult.objects.running():
            if row.worker_ids and row.worker_ids[-1] == self.name:
                DBTaskResult.objects.running().filter(pk=row.pk, started_at=row.started_at).update(**_returned(row))

    def claim(self) -> DBTaskResult | None:
        """Take the task that is due first; no other worker gets it."""
        close_old_connections()
        due = DBTaskResult.objects.ready().filter(backend_name=BACKEND)
        if not due.exists():  # asked without the lock that a claim takes on SQLite
            return None
        with transaction.atomic():
            row: DBTaskResult | None = due.get_locked()
            if row is not None:
                row.claim(self.name)
        return row

    def do(self, row: DBTaskResult) -> None:
        """Do a task that was claimed, and write how it ended."""
        self.busy = True
        try:
            ended = self._outcome(row)
        finally:
            self.busy = False
        self._settle(row, ended)

    def _outcome(self, row: DBTaskResult) -> dict[str, Any]:
        """Call the task and return what is to be written of it."""
        start = time.perf_counter()
        try:
            task = row.task
            context: list[Any] = [TaskContext(task_result=row.task_result)] if task.takes_context else []
            given = row.args_kwargs
            value = normalize_json(task.call(*context, *given["args"], **given["kwargs"]))
        except Unfinished:
            return _returned(row)
        except (Exception, SystemExit) as error:
            return _failed(row, error)
        figures.TASK_TIMES.note(time.perf_counter() - start)
        figures.TASKS_ENDED.add("done")
        return {
            "status": TaskResultStatus.SUCCESSFUL,
            "finished_at": timezone.now(),
            "return_value": value,
            "exception_class_path": "",
            "traceback": "",
        }

    def _settle(self, row: DBTaskResult, ended: dict[str, Any]) -> None:
        """Write it as soon as the database takes it, unless another has begun the task meanwhile.

        Asked to stop while the database is away, it leaves the row: whoever lives then finds that its worker does not.
        """
        mine = DBTaskResult.objects.running().filter(pk=row.pk, started_at=row.started_at)
        while True:
            try:
                close_old_connections()
                if not mine.update(**ended):
                    logger.warning("A task that was taken from its worker came to its end there too.")
                return
            except DatabaseError:
                connections.close_all()
                if self._stop_asked.wait(AWAY_PAUSE / 2):
                    return


def _returned(row: DBTaskResult) -> dict[str, Any]:
    figures.TASKS_ENDED.add("returned")
    return {
        "status": TaskResultStatus.READY,
        "started_at": None,
        "worker_ids": row.worker_ids[:-1],
        "run_after": get_date_max(),
    }


def _failed(row: DBTaskResult, error: BaseException) -> dict[str, Any]:
    """Return what is written of a failure: its class and where it came from, never its text, which may hold what is private."""
    if isinstance(error, DatabaseError):
        with suppress(DatabaseError):
            connections.close_all()  # the line may be dead, and whatever was open on it with it
    name, tried = type(error).__name__, len(row.worker_ids)
    said = {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(format_tb(error.__traceback__)),
    }
    about = {"task": row.task_path, "error": name, "tries": tried}
    try:
        pause = retrying_of(row.task.func).pause_after(error, tried=tried)
    except Exception:  # the task is no longer in the code
        pause = None
    if pause is None:
        figures.TASKS_ENDED.add("failed")
        logger.error("A task failed.\n%s", said["traceback"], extra=happening("task.failed", **about))
        return {"status": TaskResultStatus.FAILED, "finished_at": timezone.now(), "return_value": None, **said}
    figures.TASKS_ENDED.add("comes_back")
    about |= {"seconds": round(pause.total_seconds())}
    logger.warning("A task comes again later.", extra=happening("task.comes_back", **about))
    return {"status": TaskResultStatus.READY, "started_at": None, "run_after": timezone.now() + pause, **said}


def run_worker() -> None:
    """Work until told to stop by a signal: the body of `manage.py work`.

    The task at hand is done to its end within `WORKER_STOP_TIMEOUT`; at the end of that, or at a second signal, it goes back.
    """
    worker = Worker(pause=1.0)
    start_clock()

    def hurry(_number: int, _frame: FrameType | None) -> None:
        if worker.busy:
            raise Unfinished

    def asked(number: int, frame: FrameType | None) -> None:
        signal.signal(number, hurry)
        worker.stop()
        signal.signal(signal.SIGALRM, hurry)
        signal.setitimer(signal.ITIMER_REAL, settings.WORKER_STOP_TIMEOUT)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    worker.run()
    # Nothing is at hand any more: the way out may take its time.
    signal.setitimer(signal.ITIMER_REAL, 0)


def start_threads(count: int) -> list[threading.Thread]:
    """Start worker threads that live as long as the process and poll every two seconds, and one that looks at the clock."""
    workers = [Worker(pause=2.0) for _ in range(count)]
    threads = [
        threading.Thread(target=worker.run, name=f"worker-{number}", daemon=True)
        for number, worker in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    if not threads:
        return threads

    async def leave() -> None:
        """Let tasks come to their end while the server stops; what does not is taken up by the next process."""
        for worker in workers:
            worker.stop()
        for thread in threads:
            await asyncio.to_thread(thread.join, settings.WORKER_STOP_TIMEOUT)

    on_stop(leave)
    return [*threads, start_clock()]
