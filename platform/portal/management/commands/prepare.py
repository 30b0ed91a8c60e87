"""`manage.py prepare`: what `script/server` does before it serves. One command, because starting Django takes time."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.demo.people import sign_in_lines


def static_files_changed() -> bool:
    """Say whether a style sheet, script or image is newer than what was collected, or was never collected."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    found = (Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(None))
    return any(path.stat().st_mtime > collected for path in found)


class Command(BaseCommand):
    help = "Collect static files, migrate; with DEMO=1 fill an empty database with the demonstration, else say how to begin."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        if settings.COLLECTED and static_files_changed():
            call_command("collectstatic", verbosity=0, interactive=False)
        call_command("migrate", verbosity=0, interactive=False)
        people = get_user_model()._default_manager
        if not settings.DEMO:
            if not people.exists():
                self.stdout.write(
                    "The site is empty. Make its first administrator: script/manage create_administrator you@example.org"
                )
            return
        if not people.exists():
            self.stdout.write("Filling the empty database with the demonstration (takes half a minute) ...")
            call_command("seed_demo", verbosity=0)
        if not people.filter(email="lead@example.org").exists():
            self.stdout.write("DEMO=1, but this database holds a site of its own; it is left as it is.")
            return
        for line in sign_in_lines():
            self.stdout.write(line)
