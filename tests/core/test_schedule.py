"""What the clock brings: each task once an interval, however many processes look."""

from datetime import timedelta

import pytest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core import schedule
from core.models import Schedule
from core.tasks import purge_results
from tests.together import at_once

NAME = purge_results.module_path


@pytest.fixture(autouse=True)
def one_schedule(settings):
    """Have the clock bring one task, every hour."""
    settings.SCHEDULE = {NAME: timedelta(hours=1)}


def end_all():
    """Bring what was enqueued to its end."""
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now())


def test_a_task_is_enqueued_once_an_interval_and_after_a_silence_once(db):
    now = timezone.now()
    assert schedule.enqueue_due(now) == [NAME]
    end_all()
    assert schedule.enqueue_due(now) == schedule.enqueue_due(now + timedelta(minutes=59)) == []
    assert schedule.enqueue_due(now + timedelta(minutes=61)) == [NAME]
    end_all()
    assert schedule.enqueue_due(now + timedelta(days=3, minutes=1)) == [NAME]
    row = Schedule.objects.get()
    assert row.due_at == now + timedelta(days=3, hours=1)  # a whole number of intervals: times do not drift
    assert row.last_at == now + timedelta(days=3, minutes=1)
    assert DBTaskResult.objects.filter(task_path=NAME).count() == 3


def test_what_has_not_come_to_its_end_is_not_enqueued_again_beside_it(db):
    now = timezone.now()
    assert schedule.enqueue_due(now) == [NAME]
    assert schedule.enqueue_due(now + timedelta(hours=2)) == []
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    assert schedule.enqueue_due(now + timedelta(hours=4)) == []
    end_all()
    assert schedule.enqueue_due(now + timedelta(hours=6)) == [NAME]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [True, False])
def test_of_workers_that_look_at_once_one_enqueues(known):
    now = timezone.now()
    if known:
        Schedule.objects.create(task=NAME, due_at=now)
    claimed = at_once(4, lambda _: schedule.enqueue_due(now))
    assert sorted(map(len, claimed)) == [0, 0, 0, 1]
    assert DBTaskResult.objects.count() == 1
