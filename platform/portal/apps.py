"""The pages that combine rooms."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Landing, home, the Secretariat's queue, the demonstration."""

    name = "portal"
