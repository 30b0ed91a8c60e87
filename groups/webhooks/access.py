"""The door to a group's webhooks: leads only; to everybody else there is nothing there."""

from typing import TYPE_CHECKING

from django.http import Http404

from groups.access import NO_GROUP, group_for_manager
from groups.models import Group
from groups.standing import Standing
from groups.webhooks.models import Delivery, Webhook

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def webhooks_for_lead(user: "User | AnonymousUser", slug: str) -> tuple[Group, Standing]:
    """Return a group whose webhooks the person may see and change."""
    return group_for_manager(user, slug)


def webhook_for_lead(user: "User | AnonymousUser", slug: str, webhook_id: int) -> tuple[Webhook, Standing]:
    """Return one webhook of a group the person leads."""
    group, standing = group_for_manager(user, slug)
    webhook = group.webhooks.filter(pk=webhook_id).first()
    if webhook is None:
        raise Http404(NO_GROUP)
    webhook.group = group
    return webhook, standing


def delivery_of(webhook: Webhook, number: int) -> Delivery:
    """Return one delivery of a webhook that the door has let the person through to."""
    delivery = webhook.deliveries.filter(number=number).first()
    if delivery is None:
        raise Http404(NO_GROUP)
    delivery.webhook = webhook
    return delivery
