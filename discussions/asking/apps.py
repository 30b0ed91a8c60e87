"""What a thread asks of the organisations of its group."""

from django.apps import AppConfig


class AskingConfig(AppConfig):
    """Acknowledgements of announcements; answers to consultations and their reports."""

    name = "discussions.asking"
