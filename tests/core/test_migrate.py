"""Migrations are not cut off by the limits that pages have, and lead on from what there is, or say that they do not."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tests.plugins.migrated import copy_sqlite

SCRIPT = """
from django.core.management import call_command
from django.db import connection
cursor = connection.cursor()
limit = lambda: cursor.execute("SHOW statement_timeout").fetchone()[0]
before = limit()
call_command("migrate", "contenttypes", verbosity=0)
print(before, limit())
"""


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://groups:tide@127.0.0.1:1/groups", "The database (DATABASE_URL) cannot be used: "),
        ("", "/database.sqlite3) cannot be used: unable to open database file"),
    ],
    ids=["a-server-that-is-down", "a-file-that-is-none"],
)
def test_a_database_that_cannot_be_reached_is_one_line(address, reason, tmp_path):
    (tmp_path / "database.sqlite3").mkdir()
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"MODE": "embedded", "DATA_DIR": str(tmp_path), "DATABASE_URL": address},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert reason in done.stderr
    assert "tide" not in done.stderr


def beside(folder, *words):
    """Run a command of the platform on a database of its own, which begins as a copy of one that is migrated."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env=os.environ | {"MODE": "embedded", "DATA_DIR": str(folder), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def older(tmp_path):
    """A database that came here by every migration there was before they were drawn together, and a way to its rows."""
    database = tmp_path / "database.sqlite3"
    if not copy_sqlite(database):
        assert beside(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM django_migrations WHERE name = '0001_first'")
        connection.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-11-01')",
            [names for migration in first_ones() for names in migration.replaces],
        )
        yield connection


def first_ones():
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return [
        migration
        for migration in loader.disk_migrations.values()
        if migration.replaces and migration.name == "0001_first"
    ]


@pytest.mark.embedded
def test_a_database_with_every_earlier_migration_goes_on(older, tmp_path):
    done = beside(tmp_path, "migrate")
    assert done.returncode == 0, done.stderr
    assert older.execute("SELECT count(*) FROM django_migrations WHERE name = '0001_first'").fetchone() == (
        len(first_ones()),
    )


@pytest.mark.embedded
def test_a_database_left_half_way_is_told_so_in_a_line_and_not_touched(older, tmp_path):
    older.execute("DELETE FROM django_migrations WHERE app = 'documents' AND name LIKE '0019%'")
    before = older.execute("SELECT count(*) FROM django_migrations").fetchone()
    done = beside(tmp_path, "prepare")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "half-way to the first release (documents)" in done.stderr
    assert older.execute("SELECT count(*) FROM django_migrations").fetchone() == before


@pytest.mark.services
def test_a_migration_may_take_longer_than_a_page(services, tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", SCRIPT],
        cwd=settings.BASE_DIR,
        env=os.environ | services | {"MODE": "embedded", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.stdout.split() == ["5s", "0"], done.stderr
