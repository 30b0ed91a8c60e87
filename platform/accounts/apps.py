"""People."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """User, sign-in, preferences, sessions and devices."""

    name = "accounts"
