"""Clearance of documents by organisations, and their publication."""

from django.apps import AppConfig


class ClearanceConfig(AppConfig):
    """Rounds, the voices of organisations, results, publications."""

    name = "groups.clearance"
