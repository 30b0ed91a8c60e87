"""Queueing deliveries: in the transaction of what happened, so that each is told if it stands, and only then."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.webhooks.models import Delivery, Webhook
from groups.webhooks.tasks import deliver
from partners.capacity import Capacity

TEST = "test"


@transaction.atomic
def queue(group_id: int, happening: str, **about: Any) -> int:
    """Queue the happening for every webhook of the group that is told of it, and return for how many."""
    told = [
        pk
        for pk, happenings in Webhook.objects.told()
        .filter(group=group_id)
        .order_by("pk")
        .values_list("pk", "happenings")
        if happening in happenings
    ]
    for pk in told:
        _add(pk, happening, about)
    return len(told)


def _add(webhook_id: int, happening: str, about: dict[str, Any]) -> Delivery:
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook_id)
    webhook.last_number += 1
    webhook.save(update_fields=["last_number"])
    delivery = Delivery.objects.create(webhook=webhook, number=webhook.last_number, happening=happening, about=about)
    deliver.enqueue(webhook_id)
    return delivery


@transaction.atomic
def send_test(webhook: Webhook, *, by: Capacity) -> Delivery:
    """Queue a delivery that says nothing but that it is a test."""
    _must_be_told(webhook)
    return _add(webhook.pk, TEST, {})


@transaction.atomic
def send_again(delivery: Delivery, *, by: Capacity) -> Delivery:
    """Queue what was taken or given up once more, as a delivery of its own; one that waits is tried at once."""
    _must_be_told(delivery.webhook)
    now = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if now.state == Delivery.State.WAITING:
        Delivery.objects.filter(pk=now.pk).update(next_at=timezone.now())
        deliver.enqueue(now.webhook_id)
        return now
    return _add(now.webhook_id, now.happening, now.about)


def _must_be_told(webhook: Webhook) -> None:
    if not Webhook.objects.told().filter(pk=webhook.pk).exists():
        raise DomainError(_("This webhook is stopped. Start it again first."))
