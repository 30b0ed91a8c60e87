"""The beginning of a text, shown on the document's page as escaped text: never the file itself, so nothing in it can run."""

import csv
import io
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import markdown
from groups.documents.models import Document, Version

BYTES = 24 * 1024
ROWS, COLUMNS, CELL = 20, 12, 200


@dataclass(frozen=True)
class Preview:
    """What is shown: Markdown drawn, a table, or plain text; and whether there is more in the file."""

    html: SafeString | None = None
    table: list[list[str]] = field(default_factory=list)
    text: str = ""
    more: bool = False


def preview_of(version: Version) -> Preview | None:
    """Return the beginning of a text version, None for other types or where the bytes cannot be had."""
    if version.is_held or version.kind not in {"csv", "markdown", "text"}:
        return None
    try:
        with version.open() as file:
            head = file.read(BYTES)
    except OSError:
        return None
    more = version.size > BYTES
    text = _decoded(head, cut=more)
    if more:
        text = text.rpartition("\n")[0] or text
    if version.kind == "csv":
        rows = _rows(text)
        return Preview(table=rows[:ROWS], more=more or len(rows) > ROWS)
    if version.kind == "markdown":
        html = markdown.render(text, notes=version.document.kind == Document.Sort.PAGE)
        return Preview(html=markdown.fill(html, {}, _("somebody")), more=more)
    return Preview(text=text, more=more)


def _decoded(head: bytes, *, cut: bool) -> str:
    """Decode a text, or its beginning (`cut`); a sign that was cut in two at its end is left out."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if cut and error.start >= len(head) - 3:
            return head[: error.start].decode("utf-8-sig")
        return head.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        return [[line[:CELL]] for line in text.splitlines()]
    return [[cell[:CELL] for cell in row[:COLUMNS]] for row in rows]
