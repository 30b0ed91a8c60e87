"""Partner organisations."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Organisations, affiliations, capacity."""

    name = "partners"
