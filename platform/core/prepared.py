"""Queries that are built once and asked at every request.

Django builds and compiles a queryset anew each time it is asked; for the few queries that stand before every page of a
thread that costs ten times what the database needs to answer. `prepared` compiles such a queryset once per process, with
slots in the place of its arguments, and fills the slots from then on. The queryset stays an ordinary one, written where it
belongs; use this only where a measurement says so.

    seats_of = prepared(lambda user, group: Participant.objects.taking_part().filter(user=user, membership__group=group))
    seats = seats_of(user.pk, group.pk)

A list is asked for by the lookup `among`, whose statement is the same however long it is:

    people_named = prepared(lambda ids: User.objects.filter(pk__among=ids), lists=("ids",))
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from inspect import signature
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.query import ModelIterable, NamedValuesListIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.utils import create_namedtuple_class

from core.statements import Statement

# Improbable values that find their way through a field's preparation unchanged: words for slugs, and whole numbers that fit
# the smallest column asked for (four bytes on PostgreSQL, where Django takes a larger one for an empty result).
FIRST_NUMBER = 2_073_154_401

PLACE = re.compile("%s|%%")
PLAIN = re.compile("[a-z0-9_-]*")


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(models.Lookup[Any]):
    """`field__among=list`: as `in`, with the list as one argument. For `prepared`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """On SQLite the list goes as JSON."""
        return self._with("IN (SELECT value FROM json_each(%s))", compiler, connection)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """On PostgreSQL it is an array."""
        return self._with("= ANY(%s)", compiler, connection)

    def _with(self, test: str, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} {test}", (*params, self.rhs)


def number_slot(index: int) -> int:
    """Return the whole number that marks the argument's place."""
    return FIRST_NUMBER + index


def word_slot(index: int) -> str:
    """Return the word that marks the argument's place."""
    return f"slot-{FIRST_NUMBER + index}"


class prepared[Row]:
    """A queryset with slots. Arguments are whole numbers, or words for those named in `words`; none may be None.

    Those named in `lists` are lists of whole numbers or UUIDs, for the lookup `among`.
    """

    def __init__(
        self,
        build: Callable[..., "models.QuerySet[Any, Row]"],
        *,
        words: tuple[str, ...] = (),
        lists: tuple[str, ...] = (),
    ) -> None:
        self.build = build
        names = list(signature(build).parameters)
        self.slots = [word_slot(i) if name in words + lists else number_slot(i) for i, name in enumerate(names)]
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, *values: "int | str | Collection[int] | Collection[UUID]") -> list[Row]:
        """Ask with these values, in the order of the builder's arguments, and return all rows."""
        return self.with_(*values).asked()

    def statement(self, *values: int | str) -> tuple[str, list[Any]]:
        """Return the statement's text and its parameters with these values, to stand inside another statement."""
        sql, params, _taken = self.with_(*values)
        return sql, list(params)

    def with_(self, *values: "int | str | Collection[int] | Collection[UUID]") -> Statement[list[Row]]:
        """Return the statement with these values, to be asked together with others."""
        return self._for_this_database(values).with_(values)

    def _for_this_database(self, values: Sequence[Any]) -> "_Compiled":
        if len(values) != len(self.slots):
            raise TypeError(f"{len(self.slots)} arguments are needed, {len(values)} were given.")
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = _Compiled(self.build(*self.slots), self.slots)
        return compiled


class _Compiled:
    """The statement and how its rows become what the queryset gives; never changed once made, so shared by all threads."""

    def __init__(self, queryset: "models.QuerySet[Any, Any]", slots: list[int | str]) -> None:
        compiler: SQLCompiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        places = {at: slots.index(value) for at, value in enumerate(params) if value in slots}
        if set(places.values()) != set(range(len(slots))):
            raise ValueError("An argument does not reach the statement.")
        # What is the same each time is written into the text: then it is planned for, and not sent.
        self.sql, self.params = _with_constants(sql, params, places)
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        self.converters = list(compiler.get_converters(columns).items())
        self.make = _maker(queryset, compiler)

    def with_(self, values: Sequence[Any]) -> Statement[list[Any]]:
        params = [value if slot is None else _argument(values[slot]) for value, slot in self.params]
        return Statement(self.sql, params, self._taken)

    def _taken(self, cursor: Any) -> list[Any]:
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
        return self.make(self._converted(rows) if self.converters else rows)

    def _converted(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """Turn what the database gave into what the fields mean, as Django's compiler does."""
        converted = [list(row) for row in rows]
        for at, (functions, expression) in self.converters:
            for row in converted:
                for function in functions:
                    row[at] = function(row[at], expression, connection)
        return converted


def _with_constants(
    sql: str, params: Sequence[Any], slots: Mapping[int, int]
) -> tuple[str, list[tuple[Any, int | None]]]:
    """Return the text with what never changes written into it, and what is left: values, or the slots for them."""
    left: list[tuple[Any, int | None]] = []
    places = count()

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        at = next(places)
        value = params[at]
        if at not in slots and (written := _constant(value)) is not None:
            return written
        left.append((value, slots.get(at)))
        return "%s"

    return PLACE.sub(put, sql), left


def _constant(value: Any) -> str | None:
    """Return a plain value of our own as it stands in a statement."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return f"'{str.__str__(value)}'"
    return None


def _argument(values: Any) -> Any:
    """Return an argument as the database takes it, a list for the lookup `among`."""
    if isinstance(values, int | str):
        return values
    if connection.vendor == "postgresql":
        return list(values)
    return json.dumps([value.hex if isinstance(value, UUID) else value for value in values])


def _maker(
    queryset: "models.QuerySet[Any, Any]", compiler: SQLCompiler
) -> Callable[[Iterable[Sequence[Any]]], list[Any]]:
    """Return the function that makes the rows what the queryset would give: objects, named tuples or tuples."""
    kind: Any = queryset._iterable_class
    if kind is NamedValuesListIterable:
        named = create_namedtuple_class(*queryset._fields)  # type: ignore[attr-defined]
        return lambda rows: [tuple.__new__(named, row) for row in rows]
    if kind is not ModelIterable:
        return lambda rows: [row[0] for row in rows] if kind.__name__.startswith("Flat") else [tuple(r) for r in rows]
    return _object_maker(queryset, compiler)


def _object_maker(
    queryset: "models.QuerySet[Any, Any]", compiler: SQLCompiler
) -> Callable[[Iterable[Sequence[Any]]], list[Any]]:
    info: Any = compiler.klass_info
    model, fields = info["model"], info["select_fields"]
    first, end = fields[0], fields[-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:end]]
    database = queryset.db
    related = get_related_populators(info, compiler.select, database, queryset._fetch_mode)  # type: ignore[attr-defined]
    annotations = list((compiler.annotation_col_map or {}).items())

    def make(rows: Iterable[Sequence[Any]]) -> list[Any]:
        found = []
        for row in rows:
            made = model.from_db(database, names, row[first:end])
            for populator in related:
                populator.populate(row, made)
            for name, at in annotations:
                setattr(made, name, row[at])
            found.append(made)
        return found

    return make
