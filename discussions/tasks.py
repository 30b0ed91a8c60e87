"""Work of threads that is done in the background."""

import logging

from django.tasks import task
from django.utils import timezone

from core.logs import happening
from discussions.letters.telling import put_letters

logger = logging.getLogger(__name__)


@task()
def tell_of_post(post_id: int) -> None:
    """Put the letters about a post into the outbox; whether each is sent is asked again when it is."""
    put_letters(post_id)


@task()
def publish_due(scheduled_id: int) -> None:
    """Let appear what somebody wrote for this moment, if they may still say it; done twice, it appears once."""
    from discussions.services.scheduling import publish_scheduled

    publish_scheduled(scheduled_id)


@task()
def publish_overdue() -> None:
    """Let appear what its own task did not bring: every ten minutes, whatever is due. What fails holds up nothing else."""
    from discussions.models import Scheduled
    from discussions.services.scheduling import publish_scheduled

    due = Scheduled.objects.waiting().filter(due_at__lte=timezone.now()).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)):
        try:
            publish_scheduled(pk)
        except Exception:
            logger.exception(
                "What was written for later could not appear.", extra=happening("scheduled.failed", id=pk)
            )
