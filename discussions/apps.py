"""Threads and posts."""

from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    """Threads, posts, drafts, mentions, what is unread."""

    name = "discussions"
