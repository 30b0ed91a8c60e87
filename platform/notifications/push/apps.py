"""Notices on a person's devices."""

from django.apps import AppConfig


class PushConfig(AppConfig):
    """Web push: keys, subscriptions, and what is sent to them."""

    name = "notifications.push"
