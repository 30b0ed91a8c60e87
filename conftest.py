"""Loads the plugins that know engines and browser, read all mail, and spare work; the fixtures stand in tests/conftest.py."""

import os

import pytest

pytest_plugins = ["tests.plugins.engines", "tests.plugins.mail", "tests.plugins.spared"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """The test database begins as a copy of one that is migrated already, where there is one."""
    from django.db import connection

    from tests.plugins import migrated

    create = connection.creation._create_test_db

    def create_and_copy(*args, **kwargs):
        name = create(*args, **kwargs)
        if connection.vendor == "postgresql":
            migrated.copy_postgresql(_address(name))
        else:
            migrated.copy_sqlite(name)
        return name

    connection.creation._create_test_db = create_and_copy


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, django_db_keepdb):
    """The test database; at the end, threads that still hold a connection to it lose it, so that it can be dropped."""
    from django.db import connection

    from tests.plugins import migrated
    from tests.processes.servers import postgres_binaries

    name = connection.settings_dict["NAME"]
    if not django_db_keepdb:
        if connection.vendor == "postgresql":
            migrated.keep_postgresql(_address(name), postgres_binaries())
        else:
            migrated.keep_sqlite(name)
    yield
    if connection.vendor == "postgresql":
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        )
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(others, [name])


def _address(name):
    """Return the address of another database on the server of the tests."""
    return f"{os.environ['TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"
