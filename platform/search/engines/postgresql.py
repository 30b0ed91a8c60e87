"""PostgreSQL: the words lie in a column beside the entry, with a GIN index, written as they are, past its parser.

The column is kept outside the row (see the first migration), so that rows are small and a thousand hits are few pages: the
index alone tells which entries match, and only where neighbours matter are the words themselves looked at.
"""

from collections.abc import Collection, Sequence
from functools import cache
from itertools import count

from core.rows import argument, records
from core.statements import Statement
from search.asking import Asked
from search.cards import Card
from search.engines.base import CHANGED, COLUMNS, Engine, Part, values_of
from search.words import GAP, LABEL

WRITTEN = {name: "text" if name == "kind" else "bigint" for name in COLUMNS} | {"words": "tsvector"}


@cache
def _insertion() -> str:
    names = ", ".join(WRITTEN)
    changed = ", ".join(f"{name} = excluded.{name}" for name in (*CHANGED, "words"))
    return (
        f"INSERT INTO search_entry ({names}) SELECT {names} FROM {records(WRITTEN, 'card')}"  # noqa: S608 - our own names
        f" ON CONFLICT (kind, object_id, part) DO UPDATE SET {changed}"
    )


class PostgreSQL(Engine):
    """A tsvector made of our tokens."""

    source = "search_entry AS e"
    number = "e.id"

    def writing(self, cards: Sequence[Card]) -> Statement[None]:
        """Return the statement; its text is the same for any number of them."""
        rows = (dict(zip(WRITTEN, (*values_of(card), _vector(card)), strict=True)) for card in cards)
        return Statement(_insertion(), [argument(rows)], lambda cursor: None)

    def tidy(self) -> None:
        """Do nothing: autovacuum takes out of the index what was deleted."""

    def matches(self, expression: str) -> Part:
        """Return the condition that is looked up first."""
        return "e.words @@ %s::tsquery", [expression]

    def has(self, expression: str) -> Part:
        """Return the condition in a form that no index answers."""
        return "(e.words @@ %s::tsquery) IS TRUE", [expression]

    def last(self, many: int) -> str:
        """The last entries by themselves: through the words, all that match would be fetched before the last are known."""
        return f"(SELECT * FROM search_entry ORDER BY id DESC LIMIT {many}) AS e"  # noqa: S608 - a number

    def both(self, one: str, other: str) -> str:
        """Return the expression that two expressions match."""
        return f"({one}) & ({other})"

    def includes(self, expression: str) -> Part:
        """Return the condition that an entry is one of those that match."""
        return "e.id IN (SELECT t.id FROM search_entry AS t WHERE t.words @@ %s::tsquery)", [expression]

    def among(self, column: str, ids: Collection[int]) -> Part:
        """Return the condition that a column has one of these values."""
        return f"{column} = ANY(%s::bigint[])", [list(ids)]

    def expression(self, asked: Asked, mark: str = "") -> str:
        """Return what is asked in the language of tsquery."""
        needed = [self._alternatives(term, mark) for term in asked.needed]
        unwanted = [] if mark else [f"!{self._alternatives(term)}" for term in asked.excluded]
        labels = [] if mark else [_quoted(LABEL + label) for label in asked.labels]
        return " & ".join(needed + labels + unwanted)

    def token(self, token: str) -> str:
        """Return the token as a lexeme."""
        return _quoted(token)

    def _sequence(self, tokens: Sequence[str], *, begins: bool) -> str:
        return "(" + " <-> ".join(map(_quoted, tokens)) + (":*" if begins else "") + ")"

    def _any(self, expressions: Sequence[str]) -> str:
        return "(" + " | ".join(expressions) + ")"


def _quoted(token: str) -> str:
    """Return the token as it stands in a tsvector and a tsquery."""
    if token.isalnum():
        return f"'{token}'"
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _vector(card: Card) -> str:
    """Return the tokens with their places."""
    tokens = card.tokens()
    places: dict[str, list[str]] = {}
    for place, token in zip(count(1), tokens.placed):
        if token != GAP:
            places.setdefault(token, []).append(str(place))
    placed = [f"{_quoted(token)}:{','.join(found)}" for token, found in places.items()]
    return " ".join(placed + [_quoted(token) for token in tokens.loose if token not in places])
