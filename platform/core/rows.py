"""Many rows written by one statement, whose text is the same however many they are.

Django writes a statement anew for each number of rows, and hands over each value for itself; where every message costs that,
it is most of what a message costs. Here the rows go as one JSON argument. Only for plain columns: whole numbers, words,
moments, UUIDs, flags. What has bytes goes by `each`: a statement for each row, to be sent together.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

from core.statements import Statement

MOST_ROWS = 1_000_000
"""Rows that one argument may have: more than any has."""


def records(columns: dict[str, str], name: str) -> str:
    """Return what stands after FROM for the rows of one such argument, as a table of these columns and types.

    PostgreSQL takes a JSON argument for a hundred rows, and then reads a table of ten thousand through rather than look eight
    of its rows up. Of what has a limit that it learns only when it runs it expects a tenth.
    """
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        return f"(SELECT * FROM json_to_recordset(%s) AS {name}({typed}) LIMIT (SELECT {MOST_ROWS})) AS {name}"  # noqa: S608
    read = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
    return f"(SELECT {read} FROM json_each(%s)) AS {name}"  # noqa: S608 - names of our own columns


def argument(rows: Iterable[dict[str, Any]]) -> str:
    """Return the rows as that argument."""
    return json.dumps(list(rows), default=_plain, ensure_ascii=False)


def _plain(value: object) -> object:
    """Return what JSON has no form for as the database writes it."""
    is_sqlite = connection.vendor == "sqlite"
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value) if is_sqlite else value.isoformat()
    if isinstance(value, UUID):
        return value.hex if is_sqlite else str(value)
    raise TypeError(f"{type(value).__name__} is no plain value.")


class Inserted[M: models.Model]:
    """Writes new rows of a model, and gives each object the key it got."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self.names = [field.attname for field in model._meta.local_concrete_fields if not field.primary_key]

    def keys(self, count: int) -> Statement[list[int]]:
        """Return the statement that sets keys aside for so many rows, to be given them before they are written.

        PostgreSQL does, so that what refers to them can be written in the same round trip; SQLite, where there is no trip to
        save, sets none aside.
        """
        if connection.vendor != "postgresql":
            return Statement("SELECT 0", [], lambda cursor: [])
        return Statement(_keys(self.model), [count], lambda cursor: [key for (key,) in cursor.fetchall()])

    def __call__(self, objects: Collection[M]) -> Statement[None]:
        """Return the statement that writes them all, in their order; all of them have their keys already, or none has."""
        has_keys = any(one.pk is not None for one in objects)
        names = [_key(self.model).attname, *self.names] if has_keys else self.names
        rows = ({name: getattr(one, name) for name in names} for one in objects)

        def taken(cursor: Any) -> None:
            for one, (key,) in zip(objects, cursor.fetchall(), strict=True):
                one.pk = key
                one._state.adding, one._state.db = False, connection.alias

        return Statement(_insertion(self.model, connection.vendor, has_keys), [argument(rows)], taken)

    def each(self, objects: Iterable[M]) -> list[Statement[None]]:
        """Return a statement for each, with its values as they are; the objects are not given their keys."""
        fields = _fields(self.model, tuple(self.names))
        sql = _insertion_of_one(self.model, fields)
        return [Statement(sql, _values(one, fields), _nothing) for one in objects]


class Updated[M: models.Model]:
    """Writes some fields of rows that are there."""

    def __init__(self, model: type[M], names: Sequence[str]) -> None:
        self.model, self.names = model, tuple(names)

    def __call__(self, objects: Collection[M]) -> Statement[None]:
        """Return the statement that writes these fields of them all."""
        rows = ({"pk": one.pk} | {name: getattr(one, name) for name in self.names} for one in objects)
        return Statement(_update(self.model, self.names, connection.vendor), [argument(rows)], _nothing)

    def each(self, objects: Iterable[M]) -> list[Statement[None]]:
        """Return a statement for each, with its values as they are."""
        fields = (*_fields(self.model, self.names), _key(self.model))
        sql = _update_of_one(self.model, fields)
        return [Statement(sql, _values(one, fields), _nothing) for one in objects]


def _nothing(cursor: Any) -> None:
    return None


def _fields(model: type[models.Model], names: tuple[str, ...]) -> "tuple[models.Field[Any, Any], ...]":
    return tuple(field for field in model._meta.local_concrete_fields if field.attname in names)


def _values(one: models.Model, fields: "Iterable[models.Field[Any, Any]]") -> list[Any]:
    return [field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields]


@cache
def _insertion_of_one(model: type[models.Model], fields: "tuple[models.Field[Any, Any], ...]") -> str:
    names, places = ", ".join(field.attname for field in fields), ", ".join("%s" for _ in fields)
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608 - names of our own columns


@cache
def _update_of_one(model: type[models.Model], fields: "tuple[models.Field[Any, Any], ...]") -> str:
    *written, key = fields
    changes = ", ".join(f"{field.attname} = %s" for field in written)
    return f"UPDATE {model._meta.db_table} SET {changes} WHERE {key.attname} = %s"  # noqa: S608 - names of our own columns


@cache
def _keys(model: type[models.Model]) -> str:
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', '{_key(model).column}')"
    return f"SELECT nextval({sequence}) FROM generate_series(1, %s)"  # noqa: S608 - names of our own


@cache
def _insertion(model: type[models.Model], vendor: str, has_keys: bool) -> str:
    fields = model._meta.local_concrete_fields
    columns = {field.attname: _type(field) for field in fields if has_keys or not field.primary_key}
    names = ", ".join(columns)
    # All words are names of our own columns.
    return (
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM {records(columns, 'written')}"  # noqa: S608
        f" RETURNING {_key(model).column}"
    )


@cache
def _update(model: type[models.Model], names: tuple[str, ...], vendor: str) -> str:
    table = model._meta.db_table
    columns = {"pk": _type(_key(model))} | {name: _type(model._meta.get_field(name)) for name in names}
    written = ", ".join(f"{name} = written.{name}" for name in names)
    return (
        f"UPDATE {table} SET {written} FROM {records(columns, 'written')}"  # noqa: S608 - names of our own columns
        f" WHERE {table}.{_key(model).column} = written.pk"
    )


def _key(model: type[models.Model]) -> "models.Field[Any, Any]":
    assert model._meta.pk is not None
    return model._meta.pk


def _type(field: Any) -> str:
    """Return the type of a column's values, without what the table adds to it."""
    return str(field.rel_db_type(connection) if field.primary_key else field.cast_db_type(connection))
