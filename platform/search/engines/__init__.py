"""The index of the database at hand: SQLite's FTS5 or PostgreSQL's GIN, behind one small interface.

Both keep the tokens of `search.words` as they are and answer the same questions alike; an engine only knows how its database
writes them down. Its objects are made by this application's first migration.
"""

from django.db import connection

from search.engines.base import Engine
from search.engines.postgresql import PostgreSQL
from search.engines.sqlite import SQLite

__all__ = ["Engine", "engine"]

ENGINES: dict[str, Engine] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}


def engine() -> Engine:
    """Return the engine of the database that this process works on."""
    return ENGINES[connection.vendor]
