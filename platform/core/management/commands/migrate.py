"""`manage.py migrate`, with the time it needs: an index on a large table takes longer than any page may.

Every start begins with it, so it is also where a database that cannot be reached is told of, in one line.
"""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def half_way(connection: BaseDatabaseWrapper) -> str | None:
    """Return an app of which the database has some of the migrations that were drawn together into one, but not all."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    applied = MigrationRecorder(connection).applied_migrations()
    for name, migration in loader.disk_migrations.items():
        had = [one in applied for one in migration.replaces]
        if name not in applied and any(had) and not all(had):
            return name[0]
    return None


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Lift the limit on statements for this connection; a lock is waited for a little longer than pages do."""
        connection = connections[options["database"]]
        try:
            connection.ensure_connection()
        except OperationalError as error:
            where = "DATABASE_URL" if connection.vendor == "postgresql" else connection.settings_dict["NAME"]
            raise CommandError(f"The database ({where}) cannot be used: {' '.join(str(error).split())}") from error
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0; SET lock_timeout = '15s'")
        if app := half_way(connection):
            raise CommandError(
                f"This database was left half-way to the first release ({app}): no migrations lead on from there."
                " Bring it up with the last code that has them (docs/decisions/0030-one-beginning.md), or begin a new one."
            )
        super().handle(*args, **options)
