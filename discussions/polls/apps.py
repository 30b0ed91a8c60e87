"""Polls inside threads."""

from django.apps import AppConfig


class PollsConfig(AppConfig):
    """Questions with options, ballots, results."""

    name = "discussions.polls"
