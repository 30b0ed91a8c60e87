"""`manage.py migrate`, with the time it needs: an index on a large table takes longer than any page may.

Every start begins with it, so it is also where a database that cannot be reached is told of, in one line.
"""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections


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
        super().handle(*args, **options)
