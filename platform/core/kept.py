"""Long statements whose text is the same each time: what a database makes of the text is kept, and only the values change.

A statement with many small tables in it takes ten times as long to be planned as to be done.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.backends.utils import CursorWrapper

MOST_TEXTS = 500
PLACE = re.compile("%s|%%")


def rows_of(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run such a statement and return its rows. Texts with values in them do not belong here: each would be kept for nothing."""
    with keeping_cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def keeping_cursor() -> CursorWrapper:
    """Return a cursor for such statements."""
    cursor = connection.cursor()
    cursor.cursor = KEEPING[connection.vendor](connection.connection)
    return cursor


@lru_cache(MOST_TEXTS)
def _marked(sql: str) -> str:
    """Return a statement as SQLite takes it, with a question mark for each value."""
    return PLACE.sub(lambda found: "?" if found[0] == "%s" else "%", sql)


class Known(SQLiteCursorWrapper):
    """SQLite knows a statement by its text; looking through the text for the places of values took longer than finding."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """Return what was made of the same text before."""
        return _marked(query)


@lru_cache(MOST_TEXTS)
def _numbered(sql: str) -> bytes:
    """Return a statement as PostgreSQL takes it, with $1, $2 … for the values."""
    number = count(1)
    return PLACE.sub(lambda found: f"${next(number)}" if found[0] == "%s" else "%", sql).encode()


class Planned(psycopg.RawCursor[tuple[Any, ...]]):
    """PostgreSQL plans a statement once for each connection, for all values: `plan_cache_mode` in the settings says so.

    The driver reads a text beyond four thousand letters anew each time, in longer than it takes to find something.
    """

    def execute(self, query: Any, params: Any = None, **more: Any) -> "Planned":
        """Send the values alone where the connection has the statement."""
        return super().execute(_numbered(query), params, **{**more, "prepare": True})


KEEPING: dict[str, Any] = {"sqlite": Known, "postgresql": Planned}
