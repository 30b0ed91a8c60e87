"""`manage.py prepare`: what `script/server` does before it serves. One command, because starting Django takes time."""

import shlex
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from notifications.push.services import current_key
from portal.demo import people


def static_files_changed() -> bool:
    """Say whether a style sheet, script or image is newer than what was collected, or was never collected."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    found = (Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(None))
    return any(path.stat().st_mtime > collected for path in found)


def first_administrator() -> str:
    """Return the command that makes the first administrator of the site in this DATA_DIR."""
    data = "" if settings.DATA_DIR == settings.DEFAULT_DATA_DIR else f"DATA_DIR={shlex.quote(str(settings.DATA_DIR))} "
    return f"{data}script/manage create_administrator you@example.org"


class Command(BaseCommand):
    help = "Collect static files, migrate; with DEMO=1 fill an empty database with the demonstration, else say how to begin."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Leave a database that is ready to be served; a demonstration never becomes a site, nor a site one."""
        if settings.COLLECTED and static_files_changed():
            call_command("collectstatic", verbosity=0, interactive=False)
        call_command("migrate", verbosity=0, interactive=False)
        current_key()
        empty = not User.objects.exists()
        if settings.DEMO:
            if empty:
                self.stdout.write("Filling the empty database with the demonstration (takes half a minute) ...")
                call_command("seed_demo", verbosity=0)
            elif not people.live_here():
                raise CommandError("This database holds a site of its own. Set DEMO=0, or another DATA_DIR.")
            self.stdout.write("\n".join(people.sign_in_lines()))
        elif empty:
            self.stdout.write(f"The site is empty. Make its first administrator: {first_administrator()}")
        elif people.live_here():
            raise CommandError(
                "This database holds the demonstration, whose passwords are public. Set another DATA_DIR, or DEMO=1."
            )
