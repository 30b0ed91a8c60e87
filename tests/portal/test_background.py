"""The Secretariat sees how the background work stands, and has failed tasks done again; never what a task is about."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from core import schedule
from core.audit import AuditEntry
from core.background import lease
from core.background.worker import Worker
from core.models import Schedule
from core.tasks import purge_results

PAGE = "/figures/background/"
PRIVATE = "notice:of-somebody"


@pytest.fixture
def task(db):
    """Make a task as it stands in the database."""

    def make(status="FAILED", **fields):
        common = {
            "args_kwargs": {"args": [PRIVATE], "kwargs": {}},
            "task_path": purge_results.module_path,
            "backend_name": "default",
            "run_after": get_date_max(),
            "worker_ids": ["x", "y"],
            "exception_class_path": "core.letters.Undelivered",
            "traceback": f"File … {PRIVATE}",
            "finished_at": timezone.now() if status == "FAILED" else None,
        }
        return DBTaskResult.objects.create(status=status, **common | fields)

    return make


@pytest.fixture
def officer(signed_in, secretariat):
    return signed_in(secretariat)


@pytest.mark.parametrize(
    ("who", "status"), [("secretariat", 200), ("lead", 404), ("stranger", 404), ("outsider", 404), (None, 404)]
)
def test_only_the_secretariat_has_the_page(client, task, request, who, status):
    failed = task()
    if who:
        client.force_login(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == status
    assert client.post(f"{PAGE}{failed.pk}/again/").status_code == (302 if status == 200 else 404)
    failed.refresh_from_db()
    assert failed.status == ("READY" if status == 200 else "FAILED")


def test_the_page_names_tasks_and_errors_and_nothing_of_what_they_are_about(officer, task):
    task()
    task("RUNNING", started_at=timezone.now(), worker_ids=["z"])
    task("READY", run_after=timezone.now() + timedelta(hours=1))
    task("READY", exception_class_path="")
    lease.say_alive("a worker")
    page = officer.get(PAGE)
    board = page.context["board"]
    (queue,) = board.queues
    assert (queue.due, queue.later, queue.running, queue.failed, board.workers) == (1, 1, 1, 1, 1)
    assert [work.error for work in (*board.failed, *board.coming)] == ["Undelivered", "Undelivered"]
    assert page.text.count("Undelivered") == 2
    assert PRIVATE not in page.text


def test_an_empty_site_says_so(officer, db):
    text = officer.get(PAGE).text
    assert "No worker is at work." in text
    assert "Nothing failed in the last thirty days." in text


@pytest.mark.django_db(transaction=True)
def test_a_failed_task_is_run_again_with_all_its_tries_and_that_is_recorded(officer, secretariat, task):
    failed = task()
    officer.post(f"{PAGE}{failed.pk}/again/")
    worker = Worker(pause=0)
    lease.say_alive(worker.name)
    row = worker.claim()
    assert (row.pk, row.worker_ids) == (failed.pk, [worker.name])
    entry = AuditEntry.objects.get(verb="task.run_again")
    assert (entry.actor_id, entry.payload["task"]) == (secretariat.pk, purge_results.module_path)
    assert PRIVATE not in str(entry.payload)
    # What runs now is left alone.
    officer.post(f"{PAGE}{failed.pk}/again/")
    assert DBTaskResult.objects.running().count() == 1


def test_a_task_that_waits_is_given_up_and_can_be_run_again(officer, task):
    waits = task("READY", run_after=timezone.now() + timedelta(hours=1))
    officer.post(f"{PAGE}{waits.pk}/give-up/")
    waits.refresh_from_db()
    assert (waits.status, waits.exception_class_path.rpartition(".")[2]) == ("FAILED", "GivenUp")
    officer.post(f"{PAGE}{waits.pk}/give-up/")
    officer.post(f"{PAGE}{waits.pk}/again/")
    waits.refresh_from_db()
    assert waits.status == "READY"
    assert list(AuditEntry.objects.order_by("number").values_list("verb", flat=True)) == [
        "task.given_up",
        "task.run_again",
    ]


def test_what_the_clock_brings_is_shown_with_what_became_of_it(officer, settings):
    settings.SCHEDULE = {purge_results.module_path: timedelta(hours=6)}
    (before,) = officer.get(PAGE).context["board"].planned
    assert (before.last_at, before.due_at, before.last_status) == (None, None, "")
    schedule.enqueue_due()
    DBTaskResult.objects.update(status="FAILED", finished_at=timezone.now())
    (after,) = officer.get(PAGE).context["board"].planned
    assert (after.last_status, after.due_at) == ("FAILED", Schedule.objects.get().due_at)


def test_it_costs_the_same_for_one_task_and_for_many(officer, task):
    task()
    officer.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        officer.get(PAGE)
    for _ in range(5):
        task()
        task("RUNNING", started_at=timezone.now())
        task("READY", run_after=timezone.now() + timedelta(hours=1))
    with CaptureQueriesContext(connection) as many:
        officer.get(PAGE)
    assert len(one) == len(many)
