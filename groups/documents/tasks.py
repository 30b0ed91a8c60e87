"""The library's work in the background: what interrupted uploads leave behind is swept away within the hour; previews."""

from datetime import timedelta

from django.conf import settings
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core.background import growing, retried
from groups.documents.models import Version
from groups.documents.services import ask_for_missing, make_preview, sweep
from groups.documents.services.indexing import index_pages
from groups.documents.services.scanning import scan_some

EVERY = timedelta(minutes=30)


@task()
def sweep_library() -> None:
    """Sweep, and come again as long as anything is left to look at, or where this time something went wrong; see `SCHEDULE`."""
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


@task()
@retried(OSError, pauses=growing(timedelta(seconds=10), tries=6))
def make_preview_of(version_id: int) -> None:
    """Make the preview of a version, as long as its storage can be read."""
    if version := Version.objects.filter(pk=version_id).first():
        make_preview(version)


@task()
def make_missing_previews() -> None:
    """Ask for previews of versions that came before there were any, or whose asking was lost or failed; some hundreds a time."""
    ask_for_missing()


@task()
def scan_unknown() -> None:
    """Scan what the scanner did not answer for, and what came before there was one; some dozens a time."""
    if settings.CLAMD_ADDRESS:
        scan_some()


@task()
def index_document(document_id: int) -> None:
    """Have the pages of a document found that was put back or renamed."""
    index_pages(document_id)
