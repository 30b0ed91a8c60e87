"""Message catalogues without gettext on the machine: collecting what is to be translated, checking, compiling.

`.po` files are kept, `.mo` files are made at set-up. A catalogue is `locale/<language>/LC_MESSAGES/django.po`.
"""

import os
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}{ending}": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for ending in ("_lazy", "_noop")
    if name in DEFAULT_KEYWORDS
}
SOURCES = ("platform", "groups", "discussions", "templates")
TRANSLATOR_COMMENTS = ("Translators",)


def catalogues(folder: Path) -> list[Path]:
    """Return the catalogues in a locale folder, in the order of their languages."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def language_of(path: Path) -> str:
    """Return the language code a catalogue's path names."""
    return path.parent.parent.name


def read(path: Path) -> Catalog:
    """Return the catalogue in a file; raises `babel.messages.pofile.PoFileError` for one that cannot be read."""
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path), abort_invalid=True)


def faults(catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    """Give each translation that would break a page, with the reason: its placeholders differ from the original's."""
    for message, errors in catalogue.check():
        for error in errors:
            yield message, str(error)


def compile_catalogue(path: Path) -> list[tuple[Message, str]]:
    """Write the `.mo` beside a catalogue and return the faulty translations, which are left out of it.

    The file is replaced at once, so that a process reading it meanwhile sees the old one or the new one.
    """
    catalogue = read(path)
    left_out = list(faults(catalogue))
    for message, _reason in left_out:
        catalogue.delete(message.id, message.context)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    _replace(path.with_suffix(".mo"), compiled.getvalue())
    return left_out


def is_compiled(path: Path) -> bool:
    """Say whether a catalogue's `.mo` is newer than the catalogue."""
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns > path.stat().st_mtime_ns


def collect(root: Path) -> Catalog:
    """Return every translatable string of the applications' Python and templates, named by file."""
    template = Catalog(project="Action Groups", charset="utf-8")
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What stands between two tags is blanked out, but its indentation would not be Python's.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=name).splitlines())
        found = extract("python", BytesIO(text.encode()), KEYWORDS, TRANSLATOR_COMMENTS, strip_comment_tags=True)
        for line, ids, comments, context in found:
            template.add(ids, locations=[(name, line)], auto_comments=comments, context=context)
    return template


def update(path: Path, template: Catalog) -> None:
    """Bring a catalogue in line with the collected strings, keeping what is translated; make it if there is none."""
    catalogue = read(path) if path.exists() else _new_catalogue(language_of(path))
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    written = BytesIO()
    write_po(written, catalogue, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    _replace(path, written.getvalue())


def _new_catalogue(language: str) -> Catalog:
    """Return an empty catalogue whose header names neither people nor addresses."""
    catalogue = Catalog(
        locale=language, project="Action Groups", version="0", header_comment="# PROJECT.", fuzzy=False
    )
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    return catalogue


def _sources(root: Path) -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == content:
        path.touch()
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
