"""Work that every test would do again, done once or only where there is any.

* After a test that commits, Django empties every table and makes rights and kinds of content anew: more than such a test takes.
* Each test's client has a handler of its own, which looks through all static files: a tenth of what tests of pages take.
"""

import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

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


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_found_once():
    find, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def find_once(middleware):
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", find_once)
        yield
