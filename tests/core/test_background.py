"""Background work: how a task ends, comes back, is taken up by another worker or given up."""

import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core.background import ComeBack, growing, lease, retried
from core.background.retrying import JITTER
from core.background.worker import Unfinished, Worker
from core.models import Worker as Row
from core.tasks import purge_results

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "the words of somebody"
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))


class Refused(Exception):
    """What the task below declares to come back from."""


calls = []


@task()
@retried(Refused, pauses=PAUSES)
def chore(how):
    """Do what the test wants."""
    calls.append(how)
    match how:
        case "refused":
            raise Refused(SECRET)
        case "bug":
            raise ValueError(SECRET)
        case "later":
            raise ComeBack(timedelta(hours=3))
        case "database":
            with transaction.atomic():
                connection.close()
                raise OperationalError(SECRET)
        case "not json":
            return object()
        case "told to stop":
            raise Unfinished
        case "leaves":
            raise SystemExit
    return how


@task()
def plain():
    """Declare nothing, and meet a database that is away."""
    raise OperationalError


@pytest.fixture(autouse=True)
def empty():
    calls.clear()


@pytest.fixture
def worker():
    """Return a worker that says it lives, without its threads."""
    worker = Worker(pause=0)
    lease.say_alive(worker.name)
    return worker


def due_now():
    DBTaskResult.objects.update(run_after=timezone.now())


def begin(worker):
    """Have the worker do the task that is due, and return its row."""
    worker.do(worker.claim())
    return DBTaskResult.objects.get()


def test_what_is_done_is_done_once(worker):
    chore.enqueue("well")
    row = begin(worker)
    assert (row.status, row.return_value, calls) == (TaskResultStatus.SUCCESSFUL, "well", ["well"])
    assert worker.claim() is None


def test_a_declared_error_brings_it_back_after_growing_pauses_and_then_it_has_failed(worker):
    chore.enqueue("refused")
    for pause in PAUSES:
        before = timezone.now()
        row = begin(worker)
        assert row.status == TaskResultStatus.READY
        assert pause <= row.run_after - before <= pause * (1 + JITTER) + timedelta(seconds=5)
        assert worker.claim() is None
        due_now()
    row = begin(worker)
    assert (row.status, len(calls)) == (TaskResultStatus.FAILED, 3)
    assert row.exception_class_path.endswith(".Refused")


def test_any_other_error_fails_it_at_once_and_leaves_no_word_of_it(worker, caplog):
    chore.enqueue("bug")
    row = begin(worker)
    assert (row.status, row.exception_class_path, len(calls)) == (TaskResultStatus.FAILED, "builtins.ValueError", 1)
    assert "test_background.py" in row.traceback
    assert SECRET not in row.traceback + caplog.text
    assert row.task_path in str([getattr(record, "fields", {}) for record in caplog.records])


@pytest.mark.parametrize("how", ["not json", "leaves"])
def test_whatever_a_task_does_the_worker_goes_on(worker, how):
    chore.enqueue(how)
    assert begin(worker).status == TaskResultStatus.FAILED


def test_a_task_that_knows_when_says_when(worker):
    chore.enqueue("later")
    before = timezone.now()
    row = begin(worker)
    assert timedelta(hours=3) <= row.run_after - before <= timedelta(hours=3, seconds=5)


@pytest.mark.parametrize("one", [lambda: chore.enqueue("database"), plain.enqueue])
def test_a_database_that_is_away_is_no_fault_of_the_task(worker, one):
    one()
    row = begin(worker)
    assert row.status == TaskResultStatus.READY
    assert row.run_after > timezone.now()


def test_a_task_that_is_no_longer_in_the_code_fails(worker):
    chore.enqueue("well")
    DBTaskResult.objects.update(task_path="core.tasks.no_such_task")
    assert begin(worker).status == TaskResultStatus.FAILED


def test_told_to_stop_it_goes_back_as_if_it_had_not_been_begun(worker):
    chore.enqueue("told to stop")
    row = begin(worker)
    assert (row.status, row.worker_ids, row.started_at) == (TaskResultStatus.READY, [], None)
    assert worker.claim().pk == row.pk


def test_the_task_of_a_dead_worker_is_begun_anew_and_that_of_a_busy_one_is_not(worker, settings):
    settings.WORKER_LEASE = 1
    chore.enqueue("well")
    row = worker.claim()
    assert lease.take_up_dropped() == 0
    time.sleep(1.2)
    lease.say_alive(worker.name)  # busy for longer than a lease, and alive
    assert lease.take_up_dropped() == 0
    Row.objects.all().delete()
    assert lease.take_up_dropped() == 1
    assert lease.take_up_dropped() == 0

    other = Worker(pause=0)
    lease.say_alive(other.name)
    again = other.claim()
    assert (again.pk, again.worker_ids) == (row.pk, [worker.name, other.name])

    # The first one was only frozen: what it writes now is not written over what the other does.
    worker.do(row)
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    other.do(again)
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_a_claim_that_was_written_and_never_heard_of_is_let_go(worker, monkeypatch):
    """The database ends between writing the claim and saying so; the worker lives, so that nobody else would take it up."""
    monkeypatch.setattr(lease.Heart, "is_alive", lambda heart: True)
    chore.enqueue("well")
    written = connection.commit

    def unheard():
        written()
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "commit", unheard)
        worker._turn()
    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids, calls) == (TaskResultStatus.RUNNING, [worker.name], [])
    assert lease.take_up_dropped() == 0

    worker._turn()
    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids, calls) == (TaskResultStatus.SUCCESSFUL, [worker.name], ["well"])


def test_what_another_worker_does_is_not_given_back(worker):
    chore.enqueue("well")
    row = worker.claim()
    Worker(pause=0).give_back()
    worker.do(row)
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_a_task_that_outlives_no_worker_is_given_up(settings):
    chore.enqueue("well")
    for number in range(lease.DROPS):
        assert DBTaskResult.objects.get().status == TaskResultStatus.READY, number
        Worker(pause=0).claim()
        lease.take_up_dropped()
    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.FAILED, "core.background.lease.Dropped")


def test_after_the_database_was_away_nobody_is_taken_for_dead_at_once(worker, settings, monkeypatch):
    settings.WORKER_LEASE = 1
    chore.enqueue("well")
    worker.claim()
    Row.objects.all().delete()  # its word did not come through
    heart = lease.Heart("somebody else")
    heart.beat()
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING

    time.sleep(1.2)
    with monkeypatch.context() as patch:
        patch.setattr(lease, "say_alive", lambda name: (_ for _ in ()).throw(DatabaseError()))
        heart.beat()
    heart.beat()  # the database is back, and so are all who live: they have a lease to say so
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    time.sleep(1.2)
    heart.beat()
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY


def test_pauses_grow_to_a_bound():
    minute = timedelta(minutes=1)
    assert growing(minute, tries=5, factor=4, most=timedelta(minutes=30)) == (
        minute,
        4 * minute,
        16 * minute,
        30 * minute,
    )


def test_what_ended_long_ago_is_taken_away():
    for status, days in [("SUCCESSFUL", 8), ("SUCCESSFUL", 6), ("FAILED", 31), ("FAILED", 29)]:
        chore.enqueue("well")
        ended = timezone.now() - timedelta(days=days)
        DBTaskResult.objects.filter(status="READY").update(status=status, finished_at=ended)
    chore.enqueue("well")
    purge_results.func()
    left = sorted(DBTaskResult.objects.values_list("status", flat=True))
    assert left == ["FAILED", "READY", "SUCCESSFUL"]
