"""The texts of the statements that find: the same for everybody who asks in the same way, so that long texts are made once."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from search.asking import Asked
from search.engines import Engine
from search.engines.base import Part
from search.models import Kind

if TYPE_CHECKING:
    from search.services.finding import Cursor, Narrowed

CALLED_SO = 3
ENTRIES = 20
"""How many entries are read for each thing that is listed, where a thing counts once."""

MOST_TEXTS = 200
UNTITLED = ", ".join(f"'{kind.value}'" for kind in (Kind.POST, Kind.MESSAGE))
NAMES = ", ".join(f"'{kind.value}'" for kind in (Kind.GROUP, Kind.ORGANISATION, Kind.PERSON))


class Texts(NamedTuple):
    """What the statements are made of, and how many they list and read at most."""

    using: Engine
    matches: str
    tables: str
    condition: str
    narrow: str
    paged: str
    limit: int
    most: int


@lru_cache(MOST_TEXTS)
def of_all(texts: Texts, fit: str, titled: str) -> str:
    """Return the statement that ranks and counts everything, unless there are more than `most`: then it only says so.

    Nothing is ranked before it is known that there are no more. What it says then is how far apart the first of them lie, and
    how many of those have the words in their titles.
    """
    using, matches, tables, condition, narrow, paged, limit, most = texts
    return f"""
        WITH {tables}matching AS MATERIALIZED (
            SELECT e.id, e.moment, e.kind, e.object_id, e.part
            FROM {using.source} WHERE {matches} AND ({condition}){narrow} LIMIT {most + 1}
        ), found AS MATERIALIZED (
            SELECT {fit} AS fit, e.moment, e.kind, e.object_id, e.part
            FROM matching AS e WHERE (SELECT count(*) FROM matching) <= {most}
        ){_listed(paged, limit)}
        UNION ALL
        SELECT NULL, max(id) - min(id), NULL, CASE WHEN max(id) - min(id) < {5 * most} THEN (
            SELECT count(*) FROM matching AS m JOIN search_entry AS e ON e.id = m.id WHERE {titled}
        ) END, NULL FROM matching HAVING count(*) > {most}
    """  # noqa: S608 - made of our own names; what comes from outside is a parameter


@lru_cache(MOST_TEXTS)
def of_newest(texts: Texts, near: tuple[bool, bool], *, once: bool) -> str:
    """Return the statement that ranks those that came last: of those called so, of those with the words in their titles, of all.

    Whatever of the last is in a title is among the second too, so how well something fits is told by where it was found.
    Where the second and the last are `near`, they are looked for among the entries that came last alone. The last row says from
    which entry on they were read, where a later page begins, and how many they are. With `once` a document counts once, for its
    pages that fit, and by the last of them; twenty times as many entries are read for that at most.
    """
    using, matches, tables, condition, narrow, paged, limit, most = texts
    entries = (
        f"""
            SELECT {using.number} AS id, e.kind, e.object_id, e.part
            FROM {using.last(10 * most) if is_near else using.source}
            WHERE {matches} AND ({condition}){narrow} AND {using.number} >= %s
            ORDER BY {using.number} DESC LIMIT {ENTRIES * most if once else most}"""  # noqa: S608 - made of our own names
        for is_near in (False, *near)
    )
    called, titled, latest = (
        f"""
            SELECT max(id) AS id, min(part) AS part FROM ({each}
            ) AS entry GROUP BY kind, object_id ORDER BY 1 DESC LIMIT {most}"""  # noqa: S608 - made of our own names
        if once
        else each
        for each in entries
    )
    return f"""
        WITH {tables}called AS MATERIALIZED ({called}
        ), titled AS MATERIALIZED ({titled}
        ), latest AS MATERIALIZED ({latest}
        ), found AS MATERIALIZED (
            SELECT CASE WHEN e.kind IN ({UNTITLED}) THEN 0 WHEN e.id IN (SELECT id FROM called) THEN {CALLED_SO}
                WHEN e.id NOT IN (SELECT id FROM titled) THEN 0 WHEN e.kind IN ({NAMES}) THEN 2 ELSE 1 END AS fit,
                e.moment, e.kind, e.object_id, last.part
            FROM search_entry AS e JOIN (
                SELECT id, part FROM called UNION SELECT id, part FROM titled UNION SELECT id, part FROM latest
            ) AS last ON last.id = e.id
        ){_listed(paged, limit)}
        UNION ALL
        SELECT (SELECT count(*) FROM titled), (SELECT min(id) FROM latest), NULL, (SELECT min(id) FROM titled),
            (SELECT count(*) FROM latest)
    """  # noqa: S608 - made of our own names; what comes from outside is a parameter


def _listed(paged: str, limit: int) -> str:
    """Return how many of each kind were found, and the page."""
    return f""", shown AS (
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
        ) AS page"""  # noqa: S608 - made of our own names


def fit_of(using: Engine, asked: Asked) -> Part:
    """Return how well an entry fits. Posts and messages have no titles, so of them nothing is asked."""
    named, names = using.includes(using.token(asked.name))
    titled, titles = using.includes(using.expression(asked, "="))
    sql = (
        f"CASE WHEN e.kind IN ({UNTITLED}) THEN 0 WHEN {titled} THEN"
        f" CASE WHEN {named} THEN {CALLED_SO} WHEN e.kind IN ({NAMES}) THEN 2 ELSE 1 END ELSE 0 END"
    )
    return sql, [*titles, *names]


def narrowed_by(using: Engine, narrowed: "Narrowed") -> Part:
    """Return what narrows a search besides its words, as it goes on after a condition."""
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


def paged_from(kind: Kind | None, after: "Cursor | None") -> Part:
    """Return the condition that something is on the page or after it."""
    sql, params = "1 = 1", list[Any]()
    if kind is not None:
        sql, params = f"{sql} AND kind = %s", [kind.value]
    if after is not None:
        sql, params = f"{sql} AND (fit, moment, kind, object_id) < (%s, %s, %s, %s)", [*params, *after.place]
    return sql, params
