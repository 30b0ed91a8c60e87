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
