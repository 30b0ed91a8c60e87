"""The room of the interface for programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What programs may do for a person, and with which token."""

    name = "api"
