"""Webhooks, and the deliveries that wait for them."""

from groups.webhooks.models.delivery import Delivery
from groups.webhooks.models.webhook import Happening, Webhook

__all__ = ["Delivery", "Happening", "Webhook"]
