"""A group's library."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Folders, documents, versions."""

    name = "groups.documents"
