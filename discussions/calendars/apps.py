"""Dates of groups in a person's own calendar."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Secret addresses at which a calendar program reads what is due, and what it reads there."""

    name = "discussions.calendars"
