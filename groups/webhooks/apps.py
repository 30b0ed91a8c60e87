"""A group's webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Servers that a group's leads have told of what happens in it, and what became of each telling."""

    name = "groups.webhooks"
