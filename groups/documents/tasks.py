"""The library's work in the background: what interrupted uploads leave behind is swept away within the hour."""

from datetime import timedelta

from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from groups.documents.services import sweep

EVERY = timedelta(minutes=30)


@task()
def sweep_library() -> None:
    """Sweep, and come again as long as anything is left to look at, or where this time something went wrong."""
    more = True
    try:
        more = sweep().more
    finally:
        if more:
            see_to_sweep()


def see_to_sweep() -> None:
    """Have the library swept in half an hour, once, however many ask."""
    waiting = DBTaskResult.objects.filter(task_path=sweep_library.module_path, status=TaskResultStatus.READY)
    if not waiting.exists():
        sweep_library.using(run_after=timezone.now() + EVERY).enqueue()
