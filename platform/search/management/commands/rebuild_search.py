"""`manage.py rebuild_search`: make the index of the search anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from search.services.rebuilding import rebuild


class Command(BaseCommand):
    help = (
        "Make the index of the search anew from what the site holds, while it serves. Interrupted, it goes on where it stopped "
        "the next time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="begin at the beginning, also after an interruption")

    def handle(self, *, anew: bool, **options: Any) -> None:
        kind = None
        for step in rebuild(anew=anew):
            if kind not in {None, step.kind}:
                self.stdout.write("")
            kind = step.kind
            self.stdout.write(f"\r{step.kind.label}: {step.done} of {step.of}", ending="")
            self.stdout.flush()
        self.stdout.write("\nThe index is whole.")
