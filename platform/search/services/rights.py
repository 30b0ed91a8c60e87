"""The condition that a reader may see an entry, as it stands inside a search.

Its text is the same for all who ask in the same way. Nothing that was found out about rights is kept: the statement asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from search.cards import Doors, Source, Statement, Who
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader

MOST_TEXTS = 200
MOST_READERS = 2000

Texts = tuple[tuple[Kind, ...], str | None, str | None, str | None]
"""Kinds behind the same doors, with the texts of the statements `within`, `inside` and `floors`."""


@cache
def sources() -> dict[Kind, Source]:
    """Return what each room gives to the search, in the order in which kinds are shown."""
    table: dict[Kind, Source] = import_string(settings.SEARCH_SOURCES)
    return table


@dataclass(frozen=True, slots=True)
class Readable:
    """The condition that the reader may see an entry, and the tables it looks into, each with their parameters."""

    condition: str
    params: tuple[Any, ...]
    tables: str
    of_tables: tuple[Any, ...]


def open_to(reader: "Reader") -> list[Kind]:
    """Return the kinds of which the reader may find something at all, in the order in which they are shown."""
    who = _who(reader)
    return [kind for kind, source in sources().items() if not source.doors(who).is_shut]


def _who(reader: "Reader") -> Who:
    return Who(reader.pk, is_secretariat=reader.is_secretariat) if reader.is_authenticated else Who(None)


def readable_by(reader: "Reader", table: Mapping[Kind, Source], veil: int | None = None) -> Readable | None:
    """Return the condition that the reader may see an entry of these kinds, None where there is nothing that they may see.

    With `veil`, only entries veiled no more than that, or those of places where the reader is told of everybody.
    """
    return _written(
        connection.vendor, _who(reader), tuple((kind, source.doors) for kind, source in table.items()), veil
    )


@lru_cache(MOST_READERS)
def _written(
    _vendor: str, who: Who, table: tuple[tuple[Kind, Callable[[Who], Doors]], ...], veil: int | None
) -> Readable | None:
    by_doors: dict[Callable[[Who], Doors], list[Kind]] = {}
    for kind, ask in table:
        by_doors.setdefault(ask, []).append(kind)
    texts: list[Texts] = []
    params: list[Any] = []
    beside: dict[str, Statement] = {}
    of_floors: list[Any] = []
    # The last are posts, messages and documents: of those there are most, so they are asked about first.
    for ask, behind in reversed(by_doors.items()):
        doors = ask(who)
        if doors.is_shut:
            continue
        asked = [doors.within, doors.inside if veil is not None else None]
        within, inside = (one[0] if one else None for one in asked)
        texts.append((tuple(behind), within, inside, doors.floors[0] if doors.floors else None))
        params += [value for one in asked if one for value in one[1]]
        of_floors += doors.floors[1] if doors.floors else []
        beside |= doors.beside
    if not texts:
        return None
    tables, condition = _texts_of(tuple(texts), tuple((name, one[0]) for name, one in beside.items()), veil)
    of_tables = [value for one in beside.values() for value in one[1]]
    return Readable(condition, tuple(params), tables, (*of_tables, *of_floors))


@lru_cache(MOST_TEXTS)
def _texts_of(doors: tuple[Texts, ...], beside: tuple[tuple[str, str], ...], veil: int | None) -> tuple[str, str]:
    """Return the tables that are made first, and the condition; parameters go in the order of the texts."""
    tables = [f"{name} AS MATERIALIZED ({text}), " for name, text in beside]
    conditions = []
    for kinds, within, inside, floors in doors:
        sql = f"e.kind IN ({', '.join(f"'{kind.value}'" for kind in kinds)})"
        if within is not None:
            sql = f"{sql} AND e.place IN ({within})"
        if veil is not None:
            told = f"e.veil <= {veil}"
            sql = f"{sql} AND ({told} OR e.place IN ({inside}))" if inside is not None else f"{sql} AND {told}"
        if floors is not None:
            name = f"floors_{len(tables)}"
            tables.append(f"{name} (place, floor) AS MATERIALIZED ({floors}), ")
            # Few places have a floor, so most entries need not be compared with one.
            deeper = f"EXISTS (SELECT 1 FROM {name} AS f WHERE f.place = e.place AND f.floor > e.depth)"  # noqa: S608
            sql = f"{sql} AND (e.place NOT IN (SELECT place FROM {name}) OR NOT {deeper})"  # noqa: S608 - our own names
        conditions.append(f"({sql})")
    return "".join(tables), " OR ".join(conditions)
