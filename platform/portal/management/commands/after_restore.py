"""`manage.py after_restore`: what must happen between putting a backup back and serving it."""

from typing import Any

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.models import Deployment
from groups.documents.services import lost_versions


class Command(BaseCommand):
    help = (
        "Begin a new epoch, so that no open page mixes what it holds with what was restored; sign everybody out, for sessions"
        " ended since the backup live again in it; say which versions have lost their bytes (then exit 1)."
    )

    def handle(self, **options: Any) -> None:
        """Bring an older backup up to date, begin anew, compare the library with its files. No file is removed."""
        call_command("migrate", verbosity=0, interactive=False)
        with transaction.atomic():
            Deployment.begin_epoch()
            signed_out, _ = Session.objects.all().delete()
        self.stdout.write(f"A new epoch has begun. {signed_out} sessions ended.")
        lost = lost_versions()
        for version in lost:
            self.stderr.write(
                f"Document {version.document_id}, version {version.number}: its file {version.path} is missing."
            )
        if lost:
            raise CommandError("Restore the files that belong to this database.")
