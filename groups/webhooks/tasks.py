"""What webhooks do in the background: deliver, wake what was left waiting, and tidy up."""

from datetime import timedelta

from django.tasks import TaskContext, task
from django.utils import timezone

KEPT = timedelta(days=30)
"""How long leads can see what became of a delivery, and send it again."""


@task(takes_context=True)
def deliver(context: TaskContext, webhook_id: int) -> None:
    """Deliver what waits for a webhook, one after the other, in order; what is not taken comes again later."""
    from groups.webhooks.services import deliver_all

    deliver_all(webhook_id, task_id=str(context.task_result.id))


@task()
def wake_webhooks() -> None:
    """Have delivered what is due and whose task was lost; every few minutes."""
    from groups.webhooks.services import wake

    wake()


@task()
def purge_deliveries() -> None:
    """Forget what became of deliveries a month ago; once a day."""
    from groups.webhooks.models import Delivery

    Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(state=Delivery.State.WAITING).delete()
