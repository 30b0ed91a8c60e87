"""Statements that are ready to be sent, several in one round trip: where a transaction is short, the way costs most of it."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from core.kept import keeping_cursor


class Statement[T](NamedTuple):
    """What is asked of the database, and how the answer is taken from the cursor.

    Each connection keeps what was made of the text (`core.kept`), so it is one of the few that are the same each time.
    """

    sql: str
    params: Sequence[Any]
    taken: Callable[[Any], T]

    def asked(self) -> T:
        """Ask it alone."""
        with keeping_cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return self.taken(cursor)


Asked = Statement[Any] | Callable[[], Statement[Any]]
"""A statement, or what makes it when its turn has come: of what those before it brought, on databases that are asked in turn."""


def at_once(*asked: Asked) -> list[Any]:
    """Ask all of them and return each answer.

    PostgreSQL gets them in one round trip, with the beginning of the transaction before them, and does them one after the
    other: where a transaction is under way, each sees what was committed when its turn came, so that what stands behind a lock
    is read after it was got.
    """
    if connection.vendor != "postgresql":
        return [_made(one).asked() for one in asked]
    with contextlib.ExitStack() as stack:
        cursors = [stack.enter_context(keeping_cursor()) for _ in asked]
        statements = []
        with connection.wrap_database_errors, connection.connection.pipeline():
            # Each is made when those before it are on their way: the database works meanwhile.
            for one, cursor in zip(asked, cursors, strict=True):
                statements.append(_made(one))
                cursor.execute(statements[-1].sql, statements[-1].params)
        return [statement.taken(cursor) for statement, cursor in zip(statements, cursors, strict=True)]


def _made(one: Asked) -> Statement[Any]:
    return one if isinstance(one, Statement) else one()
