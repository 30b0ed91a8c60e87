"""The ground floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Base models, errors, events, the audit record, realtime, Markdown, background work."""

    name = "core"
