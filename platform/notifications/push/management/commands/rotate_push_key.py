"""`manage.py rotate_push_key`: a new key by which push services know this site."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notifications.push.services import rotate_key


class Command(BaseCommand):
    """Makes a new key; what was subscribed with an older one goes on until its browser comes by, or ends at once."""

    help = "Make a new key for web push. With --drop, end every subscription made with an older one, as after a leak."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--drop`."""
        parser.add_argument("--drop", action="store_true", help="end the older subscriptions now")

    def handle(self, *args: Any, drop: bool = False, **options: Any) -> None:
        """Rotate, and say how many devices still use an older key."""
        older = rotate_key(drop=drop)
        self.stdout.write(f"New push key made. {older} devices use an older one until they come by.")
