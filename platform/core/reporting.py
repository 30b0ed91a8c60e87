"""Each process says of itself, every ten seconds, what it has to do and how it fares: one row in the database.

From these rows the Secretariat's page is made, whichever process shows it and whether or not Redis is there. It is done by a
thread of its own, so that a process whose event loop or page threads hang is still heard of, and says so.
"""

import atexit
import logging
import random
import secrets
import threading
import time
import tomllib
from collections import deque
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections, transaction
from django.utils import timezone

from core import background, figures, metrics, readiness
from core.logs import happening
from core.models import Process, ProcessMinute

logger = logging.getLogger(__name__)

EVERY = 10.0
RATE_OVER = 60.0
"""Seconds over which what happened is added up."""

SILENT_AFTER = timedelta(seconds=60)
"""A process that has said nothing for so long is not well."""

FORGOTTEN_AFTER = timedelta(hours=1)
MINUTES_KEPT = timedelta(hours=24)
STOP_PATIENCE = 2.0


@cache
def version() -> str:
    """Return the version of the platform that runs here."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def counted() -> dict[str, int]:
    """Return what is added up for the page, from the start of the process on."""
    return {
        "messages": figures.SEND_TIMES.count,
        "events": figures.EVENTS_READ.value,
        "deliveries": figures.DELIVERIES.value,
        "catch_ups": figures.CATCH_UPS.value,
        "slow": figures.SOCKETS_CLOSED.values["4408"],
        "full": figures.HANDSHAKES_REFUSED.values["full"],
        "layer_errors": figures.LAYER_ERRORS.total + figures.BELLS_FAILED.value,
        "database_errors": figures.POLLS_FAILED.value + figures.REPORTS_FAILED.value,
        "pages": figures.HTTP_REQUESTS.total,
        "faults": figures.HTTP_REQUESTS.values["5xx"],
    }


class Reporter:
    """Writes the row of this process until it is stopped."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = secrets.token_hex(3)
        self.started_at = timezone.now()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._counted = deque([(time.monotonic(), counted())])
        self._minute = _minute_of(self.started_at)
        self._sockets_in_minute = 0
        self._messages_before = figures.SEND_TIMES.count

    def start(self) -> None:
        """Report from now on; the process says goodbye when the interpreter ends."""
        figures.STARTED.value = self.started_at.timestamp()
        about = happening("process.started", kind=self.kind, process=self.name, version=version())
        logger.info("The process begins.", extra=about)
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Take the row away, within two seconds or not at all: then it is forgotten within the hour."""
        if not self._stop.is_set():
            logger.info("The process ends.", extra=happening("process.stopped", kind=self.kind, process=self.name))
        self._stop.set()
        self._thread.join(STOP_PATIENCE)

    def _run(self) -> None:
        wait = random.uniform(0.5, 2)  # noqa: S311 - nothing secret
        while not self._stop.wait(wait):
            wait = EVERY * random.uniform(0.9, 1.1)  # noqa: S311 - nothing secret
            try:
                self.report(timezone.now())
            except DatabaseError as error:
                figures.REPORTS_FAILED.value += 1
                logger.debug("The report was not written: %s.", type(error).__name__)
            except Exception:
                logger.exception("The report failed.")
            finally:
                connections.close_all()
        try:
            Process.objects.filter(pk=self.name).delete()
        except DatabaseError as error:
            logger.debug("The row stays: %s.", type(error).__name__)
        finally:
            connections.close_all()

    def report(self, now: datetime) -> None:
        """Look at everything and write it down: one row, at the turn of a minute one more.

        Where the database does not answer nothing is tried, so that one that hangs does not hold this thread as well.
        """
        found = readiness.ask()
        figures.DATABASE_ANSWERS.value, figures.LAYER_ANSWERS.value = int(found.database), int(found.layer)
        figures.TASKS_WAIT.value = found.waiting or 0
        if not found.database:
            figures.REPORTS_FAILED.value += 1
            return
        figures.TASKS_WAITING.value, figures.TASKS_FAILED.value = background.length(), background.failed()
        said = self.look(found)
        minute = _minute_of(now)
        with transaction.atomic():
            row = Process(
                name=self.name,
                kind=self.kind,
                version=version(),
                started_at=self.started_at,
                seen_at=now,
                figures=said,
            )
            Process.objects.bulk_create(
                [row], update_conflicts=True, unique_fields=["name"], update_fields=["seen_at", "figures"]
            )
            if minute != self._minute:
                self._write_minute()
                _sweep(now)
        self._sockets_in_minute = max(0 if minute != self._minute else self._sockets_in_minute, said["sockets"])
        if minute != self._minute:
            self._minute, self._messages_before = minute, figures.SEND_TIMES.count

    def look(self, found: readiness.Readiness) -> dict[str, Any]:
        """Return what the row says; `minute` is what happened in the last one, `since` since the start."""
        said = {
            "sockets": figures.SOCKETS.value,
            "rooms": figures.ROOMS.value,
            "layer": found.layer,
            "tasks": figures.TASKS_WAITING.value,
            "tasks_wait": found.waiting or 0,
            "outbox_peak": round(figures.OUTBOX_PEAK.value, 3),
            "loop_lag": round(figures.LOOP_LAG.value, 3),
            "since": counted(),
            "minute": self._in_last_minute(),
        }
        figures.OUTBOX_PEAK.turn()
        figures.LOOP_LAG.turn()
        return said

    def _in_last_minute(self) -> dict[str, int]:
        now, counts = time.monotonic(), counted()
        while len(self._counted) > 1 and self._counted[1][0] <= now - RATE_OVER:
            self._counted.popleft()
        before = self._counted[0][1]
        self._counted.append((now, counts))
        return {name: count - before[name] for name, count in counts.items()}

    def _write_minute(self) -> None:
        messages = figures.SEND_TIMES.count - self._messages_before
        if messages or self._sockets_in_minute:
            row = ProcessMinute(process=self.name, at=self._minute, sockets=self._sockets_in_minute, messages=messages)
            ProcessMinute.objects.bulk_create([row], ignore_conflicts=True)


def _minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _sweep(now: datetime) -> None:
    """Forget minutes older than a day, and processes that ended without a word an hour ago."""
    ProcessMinute.objects.filter(at__lt=now - MINUTES_KEPT).delete()
    Process.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


_begun = threading.Lock()


def begin(kind: str) -> None:
    """Have this process report of itself, and serve its figures where METRICS_PORT says so; once, however often it is called."""
    if _begun.acquire(blocking=False):
        Reporter(kind).start()
        if settings.METRICS_PORT:
            metrics.serve(settings.METRICS_HOST, settings.METRICS_PORT, kind)
