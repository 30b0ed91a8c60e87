"""What reaches a person."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notices in the page."""

    name = "notifications"
