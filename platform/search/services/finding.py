"""Finding: one statement, driven from the words, with the reader's doors inside it.

What cannot be read is therefore in no hit, no count and no suggestion, and a page is as long as it would be without it.

The order is the same on both databases, because it is arithmetic of our own: what is called just so; groups, organisations and
people whose name has all the words; threads and documents whose title has them; everything else; each the newest first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.kept import rows_of
from search.asking import Asked, read
from search.cards import Doors, Source
from search.engines import Engine, engine
from search.engines.base import Part
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader

PAGE = 20
SUGGESTED = 8
MOST_NAMED = 50
CALLED_SO = 3

Cursor = tuple[int, int, str, int]
"""Where a page ends: how well the last thing fits, its moment, kind and id."""


@cache
def sources() -> dict[Kind, Source]:
    """Return what each room gives to the search, in the order in which kinds are shown."""
    table: dict[Kind, Source] = import_string(settings.SEARCH_SOURCES)
    return table


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


@dataclass(frozen=True, slots=True)
class Found:
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
    readable = _readable(reader, sources(), narrowed)
    if not asked or readable is None:
        return Page()
    fit, fits = _fit(using, asked)
    matches, matched = using.matches(using.expression(asked))
    narrow, narrowing = _narrow(using, narrowed)
    paged, paging = _paged(kind, after)
    statement = f"""
        WITH {readable.tables}found AS MATERIALIZED (
            SELECT {fit} AS fit, e.moment, e.kind, e.object_id, e.part
            FROM {using.source} WHERE {matches} AND ({readable.condition}){narrow}
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
    answer = rows_of(statement, [*readable.of_tables, *fits, *matched, *readable.params, *narrowing, *paging])
    found = [Found(fit, moment, Kind(kind), pk, part) for fit, moment, kind, pk, part in answer if fit is not None]
    counts = {Kind(kind): count for fit, count, kind, _pk, _part in answer if fit is None}
    found.sort(key=lambda one: one.cursor, reverse=True)
    return Page(
        found[:limit],
        {kind: counts[kind] for kind in sources() if kind in counts},
        found[limit - 1].cursor if len(found) > limit else None,
    )


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
    readable = _readable(reader, chosen, Narrowed())
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
    """Return how well an entry fits."""
    named, names = using.includes(using.token(asked.name))
    titled, titles = using.includes(using.expression(asked, "="))
    of_names = ", ".join(f"'{kind.value}'" for kind in (Kind.GROUP, Kind.ORGANISATION, Kind.PERSON))
    sql = f"CASE WHEN {titled} THEN CASE WHEN {named} THEN {CALLED_SO} WHEN e.kind IN ({of_names}) THEN 2 ELSE 1 END ELSE 0 END"
    return sql, [*titles, *names]


@dataclass(frozen=True, slots=True)
class Readable:
    """The condition that the reader may see an entry, and the tables it looks into, each with their parameters."""

    condition: str
    params: list[Any]
    tables: str
    of_tables: list[Any]


def _readable(reader: "Reader", table: "dict[Kind, Source]", narrowed: Narrowed) -> Readable | None:
    """Return the condition that the reader may see an entry, None where there is nothing that they may see."""
    by_doors: dict[Any, list[Kind]] = {}
    for kind, source in table.items():
        by_doors.setdefault(source.doors, []).append(kind)
    conditions: list[str] = []
    params: list[Any] = []
    tables: list[str] = []
    of_tables: list[Any] = []
    # The last are posts, messages and documents: of those there are most, so they are asked about first.
    for ask, kinds in reversed(by_doors.items()):
        doors: Doors = ask(reader)
        if doors.is_shut:
            continue
        floors = ""
        if doors.floors is not None:
            floors = f"floors_{len(tables)}"
            tables.append(f"{floors} (place, floor) AS MATERIALIZED ({doors.floors[0]}), ")
            of_tables += doors.floors[1]
        sql, values = _through(doors, floors)
        if narrowed.authors is not None or narrowed.organisations is not None:
            told, of = _told(doors, narrowed)
            sql, values = f"{sql} AND {told}", [*values, *of]
        of_kinds = ", ".join(f"'{kind.value}'" for kind in kinds)
        conditions.append(f"e.kind IN ({of_kinds}) AND {sql}")
        params += values
    if not conditions:
        return None
    return Readable(" OR ".join(f"({one})" for one in conditions), params, "".join(tables), of_tables)


def _through(doors: Doors, floors: str) -> Part:
    """Return the condition that an entry lies behind one of the doors, and not deeper than the reader may go."""
    if doors.everywhere:
        return "1 = 1", []
    assert doors.within is not None
    places, params = doors.within
    sql = f"e.place IN ({places})"
    if floors:
        # Few places have a floor, so most entries need not be compared with one.
        deeper = f"EXISTS (SELECT 1 FROM {floors} AS f WHERE f.place = e.place AND f.floor > e.depth)"  # noqa: S608
        sql = f"{sql} AND (e.place NOT IN (SELECT place FROM {floors}) OR NOT {deeper})"  # noqa: S608 - our own names
    return f"({sql})", params


def _told(doors: Doors, narrowed: Narrowed) -> Part:
    """Return the condition that the reader is told by whom an entry is, so that asking for its author reveals nothing."""
    most = 0 if narrowed.authors is not None else 1
    if doors.inside is None:
        return f"e.veil <= {most}", []
    inside, params = doors.inside
    return f"(e.veil <= {most} OR e.place IN ({inside}))", params


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
