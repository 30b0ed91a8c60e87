"""`manage.py verify_record`: has anybody changed the record of acts behind the platform's back?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.audit import first_broken
from core.models import AuditChain


class Command(BaseCommand):
    """Checks every chain of the record, and prints the length and the head of each, to be kept elsewhere."""

    help = (
        "Check the record of acts: every entry, every link, and that nothing is missing at the end. Prints one line for each"
        " chain; keep them apart from the database, and a chain rewritten as a whole shows in the next run."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each chain; fail when one does not verify."""
        broken = 0
        for chain in AuditChain.objects.order_by("scope"):
            number = first_broken(chain)
            broken += number is not None
            verdict = "whole" if number is None else f"BROKEN at entry {number}"
            self.stdout.write(f"{chain.scope} {chain.length} {chain.head} {verdict}")
        if broken:
            raise CommandError(f"{broken} of the chains were changed outside the platform.")
