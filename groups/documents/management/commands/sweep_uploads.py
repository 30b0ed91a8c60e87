"""`manage.py sweep_uploads`: bring the library's storage and its rows into line."""

from typing import Any

from django.core.management.base import BaseCommand

from groups.documents.services import lost_versions, sweep


class Command(BaseCommand):
    """Removes what interrupted uploads left behind, and names versions whose bytes are missing."""

    help = "Remove what interrupted uploads left behind; say which versions have lost their bytes (then exit 1)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, then compare."""
        swept = sweep()
        self.stdout.write(f"Removed {swept.uploads} uploads, {swept.chunks} chunks, {swept.files} stored files.")
        lost = lost_versions()
        for version in lost:
            self.stderr.write(
                f"Document {version.document_id}, version {version.number}: its file {version.path} is missing."
            )
        if lost:
            raise SystemExit(1)
