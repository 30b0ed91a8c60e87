"""`manage.py collect_translations`: bring the catalogues in line with the strings in Python and templates."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import translations


class Command(BaseCommand):
    help = "Collect translatable strings into the catalogues there are, keeping what is translated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("language", nargs="*", help="a language to start a catalogue for, such as fr")

    def handle(self, *, language: list[str], **options: Any) -> None:
        if unknown := set(language) - {code for code, _name in settings.LANGUAGES}:
            raise CommandError(f"Not one of the site's languages (LANGUAGES): {', '.join(sorted(unknown))}.")
        folder = Path(settings.LOCALE_PATHS[0])
        named = [folder / code / "LC_MESSAGES" / "django.po" for code in language]
        template = translations.collect(Path(settings.BASE_DIR))
        for path in sorted({*translations.catalogues(folder), *named}):
            translations.update(path, template)
            catalogue = translations.read(path)
            missing = sum(1 for message in catalogue if message.id and not _translated(message.string))
            self.stdout.write(f"{translations.language_of(path)}: {len(catalogue)} strings, {missing} to translate")


def _translated(string: str | list[str] | tuple[str, ...] | None) -> bool:
    """Say whether a message has every one of its forms."""
    return bool(string) and (isinstance(string, str) or all(string or ()))
