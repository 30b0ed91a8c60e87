"""Migrations are not cut off by the limits that pages have."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

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
