"""What an engine does."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any

from core.statements import Statement
from search.asking import Asked, Term
from search.cards import Card, microseconds

COLUMNS = (
    *("kind", "object_id", "part", "place", "depth", "moment", "group_id", "author_id", "organisation_id"),
    "veil",
)
CHANGED = COLUMNS[3:]
PORTION = 200
"""Rows written by one statement."""

Part = tuple[str, list[Any]]
"""A part of a statement, and its parameters."""


def values_of(card: Card) -> list[Any]:
    """Return the values of an entry's columns."""
    return [
        str(card.kind),
        card.object_id,
        card.part,
        card.place,
        card.depth,
        microseconds(card.moment),
        card.group_id,
        card.author_id,
        card.organisation_id,
        card.veil,
    ]


class Engine(ABC):
    """Keeps words and finds them. Statements are made of our own names; whatever comes from outside is a parameter."""

    def write(self, cards: Sequence[Card]) -> None:
        """Keep these entries and their words, in the place of those there were of the same things."""
        for start in range(0, len(cards), PORTION):
            self.writing(cards[start : start + PORTION]).asked()

    @abstractmethod
    def writing(self, cards: Sequence[Card]) -> Statement[None]:
        """Return the statement that does it, for who sends it together with others; not for very many at once."""

    @abstractmethod
    def tidy(self) -> None:
        """Take what was deleted out of the files of the index."""

    @property
    @abstractmethod
    def source(self) -> str:
        """What stands after FROM: the entries as `e`, reached from the words."""

    @property
    @abstractmethod
    def number(self) -> str:
        """The entry's id in `source`, as the engine goes through what it found by it."""

    @abstractmethod
    def has(self, expression: str) -> Part:
        """Return the condition that an entry at hand matches, which the engine looks at and not its index; or that none does.

        It is asked to tell how many of some have the words, by an engine that wants to know.
        """

    @abstractmethod
    def last(self, many: int) -> str:
        """What stands after FROM where so many entries that came last are enough, for an engine that is quicker there."""

    @abstractmethod
    def both(self, one: str, other: str) -> str:
        """Return the expression that two expressions match."""

    @abstractmethod
    def matches(self, expression: str) -> Part:
        """Return the condition on `source` that an entry matches an expression; everything else is asked of those alone."""

    @abstractmethod
    def includes(self, expression: str) -> Part:
        """Return the condition that an entry is one of the few that match an expression."""

    @abstractmethod
    def among(self, column: str, ids: Collection[int]) -> Part:
        """Return the condition that a column has one of these values."""

    @abstractmethod
    def expression(self, asked: Asked, mark: str = "") -> str:
        """Return what is asked in the engine's own language; with `mark`, what must stand in titles."""

    @abstractmethod
    def token(self, token: str) -> str:
        """Return the expression for a single token."""

    def _alternatives(self, term: Term, mark: str = "") -> str:
        return self._any(
            [self._sequence(one.tokens, begins=one.begins) for one in dict.fromkeys(term.alternatives(mark))]
        )

    @abstractmethod
    def _sequence(self, tokens: Sequence[str], *, begins: bool) -> str: ...

    @abstractmethod
    def _any(self, expressions: Sequence[str]) -> str: ...
