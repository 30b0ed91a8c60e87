"""Finding: one statement, driven from the words, with the reader's doors inside it.

What cannot be read is therefore in no hit, no count and no suggestion, and a page is as long as it would be without it.

The order is the same on both databases, because it is arithmetic of our own: what is called just so; groups, organisations and
people whose name has all the words; threads and documents whose title has them; everything else; each the newest first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from core.kept import rows_of
from search.asking import Asked, read
from search.engines import Engine, engine
from search.engines.base import Part
from search.models import Kind
from search.services.rights import readable_by, sources

if TYPE_CHECKING:
    from search.cards import Reader

PAGE = 20
SUGGESTED = 8
MOST_NAMED = 50
CALLED_SO = 3
MOST_TEXTS = 200
UNTITLED = ", ".join(f"'{kind.value}'" for kind in (Kind.POST, Kind.MESSAGE))
NAMES = ", ".join(f"'{kind.value}'" for kind in (Kind.GROUP, Kind.ORGANISATION, Kind.PERSON))

Cursor = tuple[int, int, str, int]
"""Where a page ends: how well the last thing fits, its moment, kind and id."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What narrows a search besides its words: None is not asked for, an empty collection fits nothing.

    Whose `authors` and `organisations` these are is for the caller to judge by what the reader may know. Moments are
    microseconds, from the first on and before the second.
    """

    groups: Collection[int] | None = None
    authors: Collection[int] | None = None
    organisations: Collection[int] | None = None
    since: int | None = None
    before: int | None = None
    places: Collection[int] | None = None

    @property
    def veil(self) -> int | None:
        """How veiled an entry may be: an author or an organisation may be asked for only where the reader is told of them."""
        return 0 if self.authors is not None else 1 if self.organisations is not None else None


class Found(NamedTuple):
    """One thing found, by its kind and id; of a document, the first page that fits (0: its title)."""

    fit: int
    moment: int
    kind: Kind
    object_id: int
    part: int

    @property
    def cursor(self) -> Cursor:
        """Where a page that ends with it goes on."""
        return self.fit, self.moment, self.kind.value, self.object_id


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found, how many of each kind there are in all, and where the next page begins."""

    found: list[Found] = field(default_factory=list)
    counts: dict[Kind, int] = field(default_factory=dict)
    next: Cursor | None = None


def find(
    asked: Asked,
    reader: "Reader",
    *,
    narrowed: Narrowed = Narrowed(),
    kind: Kind | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> Page:
    """Return a page of what the reader may see of what was asked; `kind` narrows the page, not the counts."""
    using = engine()
    readable = readable_by(reader, sources(), narrowed.veil)
    if not asked or readable is None:
        return Page()
    fit, fits = _fit(using, asked)
    matches, matched = using.matches(using.expression(asked))
    narrow, narrowing = _narrow(using, narrowed)
    paged, paging = _paged(kind, after)
    statement = _finding(fit, using.source, matches, readable.tables, readable.condition, narrow, paged, limit)
    answer = rows_of(statement, [*readable.of_tables, *fits, *matched, *readable.params, *narrowing, *paging])
    counts = {Kind(kind): count for fit, count, kind, _pk, _part in answer if fit is None}
    rows = sorted((row for row in answer if row[0] is not None), reverse=True)
    found = [Found(fit, moment, Kind(kind), pk, part) for fit, moment, kind, pk, part in rows]
    return Page(
        found[:limit],
        {kind: counts[kind] for kind in sources() if kind in counts},
        found[limit - 1].cursor if len(found) > limit else None,
    )


@lru_cache(MOST_TEXTS)
def _finding(
    fit: str, source: str, matches: str, tables: str, condition: str, narrow: str, paged: str, limit: int
) -> str:
    """Return the statement's text, which is the same for everybody who asks in the same way: long texts are made once."""
    return f"""
        WITH {tables}found AS MATERIALIZED (
            SELECT {fit} AS fit, e.moment, e.kind, e.object_id, e.part
            FROM {source} WHERE {matches} AND ({condition}){narrow}
        ), shown AS (
            SELECT fit, moment, kind, object_id, part FROM found WHERE kind <> 'document'
            UNION ALL
            SELECT max(fit), max(moment), kind, object_id, min(part) FROM found WHERE kind = 'document'
            GROUP BY kind, object_id
        )
        SELECT NULL, count(*), kind, NULL, NULL FROM shown GROUP BY kind
        UNION ALL
        SELECT * FROM (
            SELECT fit, moment, kind, object_id, part FROM shown WHERE {paged}
            ORDER BY fit DESC, moment DESC, kind DESC, object_id DESC LIMIT {limit + 1}
        ) AS page
    """  # noqa: S608 - made of our own names; what comes from outside is a parameter


def find_widening(asked: Asked, reader: "Reader", **more: Any) -> tuple[Page, Asked]:
    """Do as `find`; where nothing has the words as they are, look for words that begin so. Return also what was looked for."""
    page = find(asked, reader, **more)
    wider = asked.by_beginnings()
    if page.counts or wider == asked or not wider.has_beginnings:
        return page, asked
    widened = find(wider, reader, **more)
    return (widened, wider) if widened.counts else (page, asked)


def suggest(
    asked: Asked, reader: "Reader", *, kinds: Iterable[Kind] | None = None, limit: int = SUGGESTED
) -> list[Found]:
    """Return what the reader may see whose title has all the words, of the kinds that are found by their titles."""
    using = engine()
    chosen = {kind: one for kind, one in sources().items() if (kind in kinds if kinds is not None else one.suggested)}
    readable = readable_by(reader, chosen)
    if not asked or readable is None:
        return []
    fit, fits = _fit(using, asked)
    matches, matched = using.matches(using.expression(asked, "="))
    statement = f"""
        WITH {readable.tables}found AS (
            SELECT {fit} AS fit, e.moment, e.kind, e.object_id, e.part
            FROM {using.source} WHERE {matches} AND ({readable.condition})
        )
        SELECT * FROM found ORDER BY fit DESC, moment DESC, kind DESC, object_id DESC LIMIT {limit}
    """  # noqa: S608 - made of our own names
    answer = rows_of(statement, [*readable.of_tables, *fits, *matched, *readable.params])
    return [Found(fit, moment, Kind(kind), pk, part) for fit, moment, kind, pk, part in answer]


def named_so(kind: Kind, name: str, reader: "Reader") -> list[int]:
    """Return the ids of what the reader may see of this kind that is called just so, or else has all the words in its name."""
    found = suggest(read(name, unfinished=True), reader, kinds=[kind], limit=MOST_NAMED)
    called = [one for one in found if one.fit == CALLED_SO]
    return [one.object_id for one in called or found]


def found_in(kind: Kind, place: int, asked: Asked, *, floor: int, below: int, limit: int) -> list[int]:
    """Return the ids of what was found in one place whose door the caller has passed, the last in it first.

    Nothing below the floor, and nothing from the depth `below` on.
    """
    if not asked:
        return []
    using = engine()
    matches, matched = using.matches(using.expression(asked))
    statement = f"""
        SELECT e.object_id FROM {using.source}
        WHERE {matches} AND e.kind = %s AND e.place = %s AND e.depth >= %s AND e.depth < %s
        ORDER BY e.depth DESC LIMIT {limit}
    """  # noqa: S608 - made of our own names
    return [pk for (pk,) in rows_of(statement, [*matched, kind.value, place, floor, below])]


def _fit(using: Engine, asked: Asked) -> Part:
    """Return how well an entry fits. Posts and messages have no titles, so of them nothing is asked."""
    named, names = using.includes(using.token(asked.name))
    titled, titles = using.includes(using.expression(asked, "="))
    sql = (
        f"CASE WHEN e.kind IN ({UNTITLED}) THEN 0 WHEN {titled} THEN"
        f" CASE WHEN {named} THEN {CALLED_SO} WHEN e.kind IN ({NAMES}) THEN 2 ELSE 1 END ELSE 0 END"
    )
    return sql, [*titles, *names]


def _narrow(using: Engine, narrowed: Narrowed) -> Part:
    sql, params = "", list[Any]()
    columns: Sequence[tuple[str, Collection[int] | None]] = (
        ("e.group_id", narrowed.groups),
        ("e.author_id", narrowed.authors),
        ("e.organisation_id", narrowed.organisations),
        ("e.place", narrowed.places),
    )
    for column, ids in columns:
        if ids is not None:
            condition, values = using.among(column, ids)
            sql, params = f"{sql} AND {condition}", [*params, *values]
    for comparison, moment in (("e.moment >= %s", narrowed.since), ("e.moment < %s", narrowed.before)):
        if moment is not None:
            sql, params = f"{sql} AND {comparison}", [*params, moment]
    return sql, params


def _paged(kind: Kind | None, after: Cursor | None) -> Part:
    sql, params = "1 = 1", list[Any]()
    if kind is not None:
        sql, params = f"{sql} AND kind = %s", [kind.value]
    if after is not None:
        sql, params = f"{sql} AND (fit, moment, kind, object_id) < (%s, %s, %s, %s)", [*params, *after]
    return sql, params
