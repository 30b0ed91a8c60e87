"""What a group has agreed to do."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    """Actions with an owner and a date, their history, reminders."""

    name = "discussions.actions"
