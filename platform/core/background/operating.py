"""What operators see of the background work and do with it: never what a task is about, only its name and what became of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult, get_date_max

from core.audit import Actor, record
from core.background.lease import lease
from core.errors import Conflict
from core.models import Deployment, Schedule, Worker

SHOWN = 50
"""Of each list, the newest: there may be thousands."""


class GivenUp(Exception):
    """Given as the reason where an operator gave a task up."""


@dataclass(frozen=True)
class Work:
    """One task, without what it is about."""

    id: uuid.UUID
    name: str
    queue: str
    status: str
    tries: int
    error: str
    at: datetime | None

    @property
    def is_given_up(self) -> bool:
        """Whether an operator said that it is not to be done."""
        return self.error == GivenUp.__name__

    @classmethod
    def of(cls, row: DBTaskResult, at: datetime | None) -> "Work":
        """Return the row as operators see it; `at` is when it began, ended or comes back."""
        return cls(
            id=row.pk,
            name=row.task_path,
            queue=row.queue_name,
            status=row.status,
            tries=len(row.worker_ids),
            error=row.exception_class_path.rpartition(".")[2],
            at=at,
        )


@dataclass(frozen=True)
class Planned:
    """One task of the clock: how often, when last, what became of that, and when next."""

    name: str
    every: timedelta
    last_at: datetime | None
    last_status: str
    due_at: datetime | None

    @property
    def interval(self) -> str:
        """How often, in words."""
        minutes = int(self.every.total_seconds()) // 60
        if minutes % 1440 == 0:
            return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}
        if minutes % 60 == 0:
            return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@dataclass(frozen=True)
class Queue:
    """How much of one queue is due, comes later, is being done, and has failed."""

    name: str
    due: int
    later: int
    running: int
    failed: int


@dataclass(frozen=True)
class Board:
    """Everything the page shows: five queries, however much there is."""

    workers: int
    queues: Sequence[Queue]
    running: Sequence[Work]
    coming: Sequence[Work]
    failed: Sequence[Work]
    planned: Sequence[Planned]


def board() -> Board:
    """Read how the background work stands."""
    now = timezone.now()
    ready = Q(status=TaskResultStatus.READY)
    due = ready & (Q(run_after=get_date_max()) | Q(run_after__lte=now))
    counted = (
        DBTaskResult.objects.order_by()
        .values("queue_name")
        .annotate(
            due=Count("id", filter=due),
            later=Count("id", filter=ready & ~due),
            running=Count("id", filter=Q(status=TaskResultStatus.RUNNING)),
            failed=Count("id", filter=Q(status=TaskResultStatus.FAILED)),
        )
    )
    running = DBTaskResult.objects.running().order_by("started_at")[:SHOWN]
    coming = DBTaskResult.objects.filter(ready & ~due).exclude(exception_class_path="").order_by("run_after")[:SHOWN]
    failed = DBTaskResult.objects.failed().order_by(F("finished_at").desc())[:SHOWN]
    alive = Worker.objects.filter(seen_at__gt=Now() - timedelta(seconds=lease()))
    return Board(
        workers=alive.count(),
        queues=[
            Queue(one["queue_name"], one["due"], one["later"], one["running"], one["failed"])
            for one in sorted(counted, key=lambda one: one["queue_name"])
        ],
        running=[Work.of(row, row.started_at) for row in running],
        coming=[Work.of(row, row.run_after) for row in coming],
        failed=[Work.of(row, row.finished_at) for row in failed],
        planned=_planned(),
    )


def _planned() -> list[Planned]:
    rows = {row.task: row for row in Schedule.objects.filter(task__in=settings.SCHEDULE)}
    ids = [row.last_id for row in rows.values() if row.last_id]
    statuses = dict(DBTaskResult.objects.filter(pk__in=ids).values_list("pk", "status"))
    planned = []
    for name, every in sorted(settings.SCHEDULE.items()):
        row = rows.get(name)
        status = str(statuses.get(row.last_id, "")) if row and row.last_id else ""
        planned.append(Planned(name, every, row.last_at if row else None, status, row.due_at if row else None))
    return planned


@transaction.atomic
def run_again(task_id: uuid.UUID, *, by: Actor) -> None:
    """Have a task that failed begun anew with all its tries, and one that waits to come back begun now; recorded."""
    row = _locked(task_id)
    if row.status not in {TaskResultStatus.FAILED, TaskResultStatus.READY}:
        raise Conflict(_("This task is no longer waiting or failed."))
    row.status, row.worker_ids, row.run_after = TaskResultStatus.READY, [], get_date_max()
    row.started_at = row.finished_at = None
    row.save(update_fields=["status", "worker_ids", "run_after", "started_at", "finished_at"])
    _record(by, "task.run_again", row)


@transaction.atomic
def give_up(task_id: uuid.UUID, *, by: Actor) -> None:
    """Have a task that waits not done; it stands among the failed ones, from where it can be run again. Recorded."""
    row = _locked(task_id)
    if row.status != TaskResultStatus.READY:
        raise Conflict(_("This task is no longer waiting."))
    row.status, row.finished_at = TaskResultStatus.FAILED, timezone.now()
    row.exception_class_path = f"{GivenUp.__module__}.{GivenUp.__qualname__}"
    row.save(update_fields=["status", "finished_at", "exception_class_path"])
    _record(by, "task.given_up", row)


def _locked(task_id: uuid.UUID) -> DBTaskResult:
    row = DBTaskResult.objects.select_for_update().filter(pk=task_id).first()
    if row is None:
        raise Conflict(_("This task is no longer there."))
    return row


def _record(by: Actor, verb: str, row: DBTaskResult) -> None:
    deployment, _new = Deployment.objects.get_or_create(pk=1)
    record(by, verb, deployment, task=row.task_path, id=str(row.pk))
