"""`manage.py compile_translations`: make the `.mo` files from the catalogues, without gettext on the machine."""

from pathlib import Path
from typing import Any

from babel.messages.pofile import PoFileError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import translations


class Command(BaseCommand):
    help = "Compile the message catalogues that changed. A translation whose placeholders are wrong is left out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail on a faulty translation, and compile nothing")

    def handle(self, *, check: bool, **options: Any) -> None:
        faulty = 0
        for folder in map(Path, settings.LOCALE_PATHS):
            for path in translations.catalogues(folder):
                try:
                    if check:
                        found = list(translations.faults(translations.read(path)))
                    elif translations.is_compiled(path):
                        continue
                    else:
                        found = translations.compile_catalogue(path)
                except PoFileError as error:
                    raise CommandError(f"{path}: {error}") from error
                for message, reason in found:
                    self.stderr.write(f"{path}:{message.lineno}: {reason}")
                faulty += len(found)
        if check and faulty:
            raise CommandError(f"{faulty} faulty translation{'s' if faulty > 1 else ''}.")
