"""`manage.py scan_files`: have the scanner look into what is stored."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.documents.models import Version
from groups.documents.services.scanning import scan_again, still_to_scan


class Command(BaseCommand):
    """Scans what was never scanned, or with `--all` everything again, as after new lists of malware."""

    help = "Scan stored files for malware: those never scanned, or all again; say what is held back (then exit 1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--all`."""
        parser.add_argument("--all", action="store_true", help="scan everything again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Scan one after the other."""
        if not settings.CLAMD_ADDRESS:
            raise CommandError("There is no scanner: set CLAMD_URL.")
        counts = Counter[str]()
        for pk in still_to_scan(every=options["all"]):
            version = Version.objects.select_related("document", "scan").get(pk=pk)
            outcome = scan_again(version)
            counts[outcome.state if outcome else "unknown"] += 1
            if version.is_held:
                self.stderr.write(f"Document {version.document_id}, version {version.number} is held back.")
        self.stdout.write(
            f"Clean {counts['clean']}, held back {counts['held']}, too large {counts['large']}, "
            f"not scanned {counts['away'] + counts['unknown']}."
        )
        if counts["held"]:
            raise SystemExit(1)
