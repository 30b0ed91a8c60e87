"""Statements that are ready to be sent, several in one round trip: where a transaction is short, the way costs most of it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import connection


class Statement[T](NamedTuple):
    """What is asked of the database, and how the answer is taken from the cursor."""

    sql: str
    params: Sequence[Any]
    taken: Callable[[Any], T]

    def asked(self) -> T:
        """Ask it alone."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return self.taken(cursor)


def at_once(*statements: Statement[Any]) -> list[Any]:
    """Ask all of them and return each answer.

    PostgreSQL gets them in one round trip, and does them one after the other: where a transaction is under way, each sees what
    was committed when its turn came, so that what stands behind a lock is read after it was got.
    """
    if connection.vendor != "postgresql":
        return [statement.asked() for statement in statements]
    answers = []
    with connection.cursor() as cursor:
        cursor.execute("; ".join(one.sql for one in statements), [param for one in statements for param in one.params])
        for statement in statements:
            answers.append(statement.taken(cursor))
            cursor.nextset()
    return answers
