"""`manage.py work`: a worker process of the full mode."""

from typing import Any

from django.core.management.base import BaseCommand

from core import reporting
from core.background.worker import run_worker


class Command(BaseCommand):
    """Does background work until it is told to stop."""

    help = "Do background work until told to stop (SIGTERM)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the worker."""
        reporting.begin("worker")
        run_worker()
