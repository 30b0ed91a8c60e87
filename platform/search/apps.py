"""One search over everything."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """One box over groups, organisations, threads, posts, messages and documents, filtered by the same doors."""

    name = "search"
