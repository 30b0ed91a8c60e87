"""`manage.py purge_messages`: take away what rooms keep no longer, now and not only once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from discussions.chat.services import purge


class Command(BaseCommand):
    """Purges every room that keeps its messages for a while only."""

    help = "Delete messages that are older than their rooms keep them."

    def handle(self, *args: Any, **options: Any) -> None:
        """Purge, and say how much."""
        purged = purge()
        self.stdout.write(f"Deleted {purged.messages} messages in {purged.rooms} rooms.")
