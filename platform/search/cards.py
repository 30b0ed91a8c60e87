"""What the rooms give to the index, and what they give to be shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BigIntegerField, Func

from search.models import Kind
from search.words import Tokens, tokens_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler
    from django_stubs_ext import StrOrPromise

    from accounts.models import User

    Reader = User | AnonymousUser

Statement = tuple[str, list[Any]]
"""A query that gives ids, and its parameters."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Return a moment as the index keeps it."""
    return (moment - EPOCH) // timedelta(microseconds=1)


class Microseconds(Func):
    """The same of a moment in a database."""

    output_field = BigIntegerField()
    template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"

    def as_sqlite(self, compiler: "SQLCompiler", connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        """There a moment is a text, with six digits after the point where there are any (`strftime` would round them up)."""
        moment, params = compiler.compile(self.source_expressions[0])
        seconds = f"CAST(strftime('%%s', substr({moment}, 1, 19)) AS INTEGER) * 1000000"
        return f"({seconds} + CAST(substr({moment}, 21, 6) AS INTEGER))", (*params, *params)


def moment_of(value: int) -> datetime:
    """Return the moment that the index keeps so."""
    return EPOCH + timedelta(microseconds=value)


def label_of(name: str, value: object) -> str:
    """Return what a thing is found by when lists are narrowed by this."""
    return "".join(sign for sign in f"{name}{value}".lower() if sign.isascii() and sign.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing as the index is to hold it; the fields are those of `search.models.Entry`, with its title and its text.

    By its `alias` (an acronym) it is called as by its title; by its `labels` (`label_of`) a search is narrowed.
    """

    kind: Kind
    object_id: int
    part: int = 0
    place: int
    depth: int = 0
    moment: datetime
    title: str = ""
    alias: str = ""
    body: str = ""
    group_id: int | None = None
    author_id: int | None = None
    organisation_id: int | None = None
    veil: int = 0
    labels: tuple[str, ...] = ()
    made: Tokens | None = None

    def ready(self) -> "Card":
        """Return the card with its tokens made, for who will hold a lock while it is written."""
        return replace(self, made=self.tokens())

    def tokens(self) -> Tokens:
        """Return the tokens by which it is found."""
        if self.made is not None:
            return self.made
        return tokens_of(self.title, self.body, alias=self.alias, labels=self.labels)


class Who(NamedTuple):
    """Who asks, as far as doors may depend on it: everything else about rights is asked by the statements themselves."""

    pk: int | None
    is_secretariat: bool = False

    @property
    def is_authenticated(self) -> bool:
        """Whether it is somebody who signed in."""
        return self.pk is not None


@dataclass(frozen=True, slots=True)
class Doors:
    """Which entries of a kind one reader may find: those of certain places, in some of them from a depth on.

    `within` is the statement that gives the places' ids, with its parameters, and `floors` the one that gives places with the
    depth from which on they may be read (of several, the deepest counts): they stand inside the search, so that a right is as
    it is when things are found. `inside` gives the places where the reader is told by whom things are, whatever others are.
    `beside` are statements that several of these look into by a name; each is asked once in a search.
    Their texts are the same for every reader, so that a database keeps what it makes of them.
    """

    within: Statement | None = None
    floors: Statement | None = None
    everywhere: bool = False
    inside: Statement | None = None
    beside: Mapping[str, Statement] = field(default_factory=dict)

    @property
    def is_shut(self) -> bool:
        """Whether nothing can be found behind them."""
        return not (self.everywhere or self.within)


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing as it is listed: `text` is as much of it as `search.marking` looks through, to show the part around the match.

    `page` is the page a document's text stands on, where there are pages.
    """

    title: str
    url: str
    text: str = ""
    where: str = ""
    byline: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Filter:
    """By what a search may be narrowed to things of one kind: one of these values, or a year where there are no choices."""

    name: str
    label: "StrOrPromise"
    choices: "Callable[[], Sequence[tuple[str, StrOrPromise]]] | None" = None


@dataclass(frozen=True)
class Source:
    """What a room gives to the search of one kind.

    `rows` are all there are, for a rebuild; `cards` what the index holds of one of them, nothing of what cannot be found;
    `doors` what a reader may find; `show` how things found are listed, by object id and part, in a fixed number of queries.
    """

    label: "StrOrPromise"
    rows: "Callable[[], QuerySet[Any]]"
    cards: Callable[[Any], Iterable[Card]]
    doors: Callable[[Who], Doors]
    show: "Callable[[Sequence[tuple[int, int]], Reader], Mapping[tuple[int, int], Shown]]"
    # Whether it is suggested by its title while somebody types.
    suggested: bool = False
    # By what its cards' labels let a search be narrowed.
    filters: tuple[Filter, ...] = ()
    # How many rows a rebuild takes at once.
    portion: int = 200
