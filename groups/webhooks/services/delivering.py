"""Delivering: one after the other for each webhook, never two at once, each until it is taken or given up.

Nothing is held in the database while a server is waited for. Who delivers has claimed the webhook for a minute and renews
that with each delivery; the claim is the task's, so that the task begun anew after a worker's death goes on at once. A
delivery whose answer was lost is sent again with the same id: receivers take each id once.
"""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import outgoing
from core.background import growing
from core.logs import happening
from groups.webhooks.models import Delivery, Webhook
from groups.webhooks.notices import tell_stopped
from groups.webhooks.services.keeping import stopped
from groups.webhooks.services.saying import letter_of
from groups.webhooks.tasks import deliver

logger = logging.getLogger(__name__)

PAUSES = growing(timedelta(minutes=1), tries=9, factor=3, most=timedelta(hours=6))
"""Before each further try of one delivery, over half a day; then it is given up, and the next has its turn."""

STOPPED_AFTER = timedelta(days=3)
CLAIM = timedelta(minutes=1)
AT_ONCE = 100
"""So many are delivered by one task: then others have their turn."""

GONE = 410


@dataclass(frozen=True)
class Outcome:
    """What came back: a status, or the kind of fault."""

    status: int | None = None
    fault: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the server took it."""
        return self.status is not None and 200 <= self.status < 300


def deliver_all(webhook_id: int, *, task_id: str) -> int:
    """Deliver what is due for the webhook, and return how much was taken; nothing where another task does so now."""
    sent = taken = 0
    if not _claim(webhook_id, task_id):
        return taken
    for _number in range(AT_ONCE):
        head = Delivery.objects.waiting().filter(webhook=webhook_id).select_related("webhook__group").first()
        if head is None or head.next_at > timezone.now() or not _claim(webhook_id, task_id):
            break
        taken += _note(head, _send(head))
        sent += 1
    Webhook.objects.filter(pk=webhook_id, claimed_by=task_id).update(claimed_by="", claimed_until=None)
    # Looked at again after the claim is gone: who queued meanwhile found it taken.
    head = Delivery.objects.waiting().filter(webhook=webhook_id).first()
    now = timezone.now()
    if head is not None and (sent or head.next_at <= now):
        deliver.using(run_after=max(head.next_at, now)).enqueue(webhook_id)
    return taken


def wake() -> int:
    """Enqueue the delivery of everything that has been due for a while and that nobody delivers; return for how many webhooks."""
    now = timezone.now()
    due = (
        Webhook.objects.told()
        .filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
        .filter(deliveries__state=Delivery.State.WAITING, deliveries__next_at__lt=now - CLAIM)
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
    for pk in due:
        deliver.enqueue(pk)
    return len(due)


def _claim(webhook_id: int, task_id: str) -> bool:
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_by=task_id)
    ours = Webhook.objects.told().filter(pk=webhook_id).filter(free)
    return bool(ours.update(claimed_by=task_id, claimed_until=now + CLAIM))


def _send(delivery: Delivery) -> Outcome:
    letter = letter_of(delivery)
    try:
        answer = outgoing.post(delivery.webhook.url, letter.body, letter.headers)
    except outgoing.Unreachable as error:
        return Outcome(fault=str(error))
    except outgoing.Refused:
        return Outcome(fault="Refused")
    return Outcome(status=answer.status)


@transaction.atomic
def _note(delivery: Delivery, outcome: Outcome) -> bool:
    """Write down what came back, and stop the webhook when it has taken nothing for three days, or is gone."""
    now = timezone.now()
    webhook = (
        Webhook.objects.select_for_update(of=("self",)).select_related("group").filter(pk=delivery.webhook_id).first()
    )
    delivery = Delivery.objects.select_for_update().filter(pk=delivery.pk).first()  # type: ignore[assignment]
    if webhook is None or delivery is None:  # removed meanwhile
        return False
    delivery.tries += 1
    delivery.tried_at, delivery.status, delivery.fault = now, outcome.status, outcome.fault
    if outcome.is_taken:
        delivery.state = Delivery.State.TAKEN
    elif delivery.tries > len(PAUSES):
        delivery.state = Delivery.State.GIVEN_UP
    else:
        delivery.next_at = now + PAUSES[delivery.tries - 1] * random.uniform(1, 1.25)  # noqa: S311 - nothing secret
    delivery.save(update_fields=["tries", "tried_at", "status", "fault", "state", "next_at"])
    failing = None if outcome.is_taken else (webhook.failing_since or now)
    if failing != webhook.failing_since:
        webhook.failing_since = failing
        webhook.save(update_fields=["failing_since"])
    if outcome.status == GONE:
        _stop(webhook, Webhook.Why.GONE)
    elif failing and now - failing >= STOPPED_AFTER:
        _stop(webhook, Webhook.Why.FAILING)
    return outcome.is_taken


def _stop(webhook: Webhook, why: str) -> None:
    if webhook.is_told:
        stopped(webhook, why)
        tell_stopped(webhook)
        logger.warning("A webhook was stopped.", extra=happening("webhook.stopped", webhook=webhook.pk, why=why))
