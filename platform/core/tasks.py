"""The platform's own work in the background: it tidies up after the background work itself."""

from datetime import timedelta

from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core.background.lease import forget_workers

DONE_KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=30)
"""How long operators can look at what failed, and have it done again."""

PORTION = 1000


@task()
def purge_results() -> None:
    """Take away tasks that came to their end long ago, a thousand at a time, and workers that are no more; once a day."""
    now = timezone.now()
    for status, kept in ((TaskResultStatus.SUCCESSFUL, DONE_KEPT), (TaskResultStatus.FAILED, FAILED_KEPT)):
        old = DBTaskResult.objects.filter(status=status, finished_at__lt=now - kept)
        while some := list(old.values_list("pk", flat=True)[:PORTION]):
            DBTaskResult.objects.filter(pk__in=some).delete()
    forget_workers()
