"""Loads the plugins that know engines and browser, and that read all mail; the fixtures stand in tests/conftest.py."""

import pytest

pytest_plugins = ["tests.plugins.engines", "tests.plugins.mail"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database; at the end, threads that still hold a connection to it lose it, so that it can be dropped."""
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        )
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(others, [connection.settings_dict["NAME"]])
