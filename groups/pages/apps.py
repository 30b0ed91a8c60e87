"""Texts that several people write at once."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Documents of kind page: written together in the browser, with their history, comments, versions and exports."""

    name = "groups.pages"
