"""Tables that people take away as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# What a spreadsheet takes for the beginning of a formula, also behind space or a quotation mark of its own.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_cell(value: object) -> str:
    """Return the value as text that no spreadsheet takes for a formula: such a text begins with an apostrophe."""
    text = "" if value is None else str(value)
    bare = text.lstrip(" \u00a0\ufeff\"'")
    return f"'{text}" if text.startswith(FORMULA) or bare.startswith(FORMULA) else text


def csv_of(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return the table as CSV, marked as UTF-8 so that spreadsheets read every script; numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(head) for head in heads])
    for row in rows:
        writer.writerow([cell if isinstance(cell, int) else safe_cell(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def csv_response(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return the table as a file; `name` is a plain word of ours, so that no title or name stands in it."""
    response = HttpResponse(csv_of(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
