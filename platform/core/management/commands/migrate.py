"""`manage.py migrate`, with the time it needs: an index on a large table takes longer than any page may."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Lift the limit on statements for this connection; a lock is waited for a little longer than pages do."""
        connection = connections[options["database"]]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0; SET lock_timeout = '15s'")
        super().handle(*args, **options)
