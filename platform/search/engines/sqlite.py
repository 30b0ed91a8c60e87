"""SQLite: the words lie in an FTS5 table whose row ids are those of the entries.

Its `ascii` tokenizer leaves our tokens as they are: they are lower case, and of ASCII they hold letters, digits and our marks.
"""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import connection

from core.rows import argument, records
from core.statements import Statement
from search.asking import Asked
from search.cards import Card
from search.engines.base import CHANGED, COLUMNS, Engine, Part, values_of
from search.words import GAP, LABEL, STEM, TITLE

PAGES = 200
MOST_TURNS = 10_000


@cache
def _insertion() -> str:
    names, read = ", ".join(COLUMNS), records(dict.fromkeys(COLUMNS, ""), "card")
    changed = ", ".join(f"{name} = excluded.{name}" for name in CHANGED)
    # Without a condition, SQLite would take ON CONFLICT for that of a join.
    return (
        f"INSERT INTO search_entry ({names}) SELECT {names} FROM {read} WHERE true"  # noqa: S608 - our own names
        f" ON CONFLICT (kind, object_id, part) DO UPDATE SET {changed} RETURNING id, kind, object_id, part"
    )


class SQLite(Engine):
    """FTS5, as SQLite 3.40 has it."""

    # The order of a CROSS JOIN is kept: the words first, then what each of them leads to.
    source = "search_words AS w CROSS JOIN search_entry AS e ON e.id = w.rowid"
    number = "w.rowid"

    def writing(self, cards: Sequence[Card]) -> Statement[None]:
        """Return the statement of the entries; their words follow with the answer, which has their ids."""

        def taken(cursor: Any) -> None:
            ids = {(kind, object_id, part): pk for pk, kind, object_id, part in cursor.fetchall()}
            cursor.executemany(
                "INSERT OR REPLACE INTO search_words (rowid, words) VALUES (%s, %s)",
                [(ids[str(card.kind), card.object_id, card.part], _text(card)) for card in cards],
            )

        rows = (dict(zip(COLUMNS, values_of(card), strict=True)) for card in cards)
        return Statement(_insertion(), [argument(rows)], taken)

    def tidy(self) -> None:
        """Merge the segments of the index, a little at a time: until then they keep the words of what was deleted."""
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_words (search_words, rank) VALUES ('merge', %s)", [-PAGES])
            for _turn in range(MOST_TURNS):
                before = _changes(cursor)
                cursor.execute("INSERT INTO search_words (search_words, rank) VALUES ('merge', %s)", [PAGES])
                if _changes(cursor) - before < 2:
                    return

    def matches(self, expression: str) -> Part:
        """Return the condition that is looked up first."""
        return "w.search_words MATCH %s", [expression]

    def has(self, expression: str) -> Part:
        """Nothing hangs on it here."""
        return "false", []

    def last(self, many: int) -> str:
        """The index gives what came last first."""
        return self.source

    def both(self, one: str, other: str) -> str:
        """Return the expression that two expressions match."""
        return f"({one}) AND ({other})"

    def includes(self, expression: str) -> Part:
        """Return the condition that an entry is one of those that match."""
        return "e.id IN (SELECT rowid FROM search_words WHERE search_words MATCH %s)", [expression]

    def among(self, column: str, ids: Collection[int]) -> Part:
        """Return the condition that a column has one of these values; they come as one parameter, however many."""
        return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(ids))]  # noqa: S608 - a name of ours

    def expression(self, asked: Asked, mark: str = "") -> str:
        """Return what is asked in the language of FTS5."""
        labels = [] if mark else [self.token(LABEL + label) for label in asked.labels]
        needed = " AND ".join([*(self._alternatives(term, mark) for term in asked.needed), *labels])
        if mark or not asked.excluded:
            return needed
        return f"({needed}) NOT {self._any([self._alternatives(term) for term in asked.excluded])}"

    def token(self, token: str) -> str:
        """Return the token as a string of FTS5."""
        return self._sequence([token], begins=False)

    def _sequence(self, tokens: Sequence[str], *, begins: bool) -> str:
        return '"' + " ".join(tokens).replace('"', '""') + '"' + (" *" if begins else "")

    def _any(self, expressions: Sequence[str]) -> str:
        return "(" + " OR ".join(expressions) + ")"


def _changes(cursor: Any) -> int:
    """Return how many rows this connection has changed; FTS5 counts two for a merge that did something."""
    cursor.execute("SELECT total_changes()")
    return int(cursor.fetchone()[0])


def _text(card: Card) -> str:
    """Return the tokens as FTS5 takes them; those without a place come last, where none is the neighbour of a word."""
    tokens = card.tokens()
    loose = [token if token[0] in (TITLE, STEM) else f"{GAP} {token}" for token in tokens.loose]
    return " ".join((*tokens.placed, *loose))
