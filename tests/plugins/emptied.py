"""After a test that commits, the tables it wrote are emptied, and only those.

Django empties all of them and then makes rights and kinds of content anew; that took most of such a test's time.
"""

import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase

KEPT = {"auth_permission", "django_content_type"}
"""What migrating itself writes."""


def empty(connection):
    """Delete every row but what migrating wrote; keys between tables are looked at when all is deleted."""
    quoted = connection.ops.quote_name
    tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in KEPT]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted(name)})" for name in tables)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(filled)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted(name)}")


@pytest.fixture(autouse=True, scope="session")
def _only_what_was_written_is_emptied():
    def teardown(case):
        for alias in case._databases_names(include_mirrors=False):
            empty(connections[alias])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
