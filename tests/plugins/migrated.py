"""Databases that are migrated already: what the first of a run brought to the newest migration, the others begin with a copy of.

The migrations from the first to the last take longer than most tests. A copy is good for as long as no migration and no locked
package changes; it lies beside what pytest keeps.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("platform", "groups", "discussions")


@cache
def _kept(ending):
    """Return where the copy lies, named after all it was made by."""
    files = [
        ROOT / "requirements" / "dev.lock",
        *(path for room in ROOMS for path in (ROOT / room).rglob("migrations/*.py")),
    ]
    made_by = hashlib.sha256(sys.version.encode())
    for path in sorted(files):
        made_by.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    folder = ROOT / ".pytest_cache" / "migrated"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{made_by.hexdigest()[:20]}.{ending}"


@contextmanager
def _written(kept):
    """Give a name to write to; what is there at the end takes its place whole, whoever else writes the same."""
    path = kept.with_name(f"{os.getpid()}-{kept.name}")
    path.unlink(missing_ok=True)
    yield path
    path.replace(kept)


def copy_sqlite(target):
    """Put the copy where there is no database yet; return whether there is a copy."""
    kept, target = _kept("sqlite3"), Path(target)
    if target.exists() or not kept.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, target)
    return True


def keep_sqlite(source):
    """Keep a copy of a database that has just been migrated."""
    kept = _kept("sqlite3")
    if not kept.exists():
        with _written(kept) as path, closing(sqlite3.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", [str(path)])


def copy_postgresql(url):
    """Fill the empty database with the copy; return whether there is one."""
    kept = _kept("sql")
    if not kept.exists():
        return False
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone():
            return False
        connection.execute(kept.read_bytes())
    return True


def keep_postgresql(url, binaries):
    """Keep a dump of a database that has just been migrated, if the tools here are good for its server."""
    kept = _kept("sql")
    if kept.exists():
        return
    dump = [binaries / "pg_dump", "--inserts", "--no-owner", "--no-privileges", url]
    done = subprocess.run(list(map(str, dump)), capture_output=True)
    if done.returncode == 0:
        # The dump empties the path by which names are found, for the connection that reads it; words for psql are for psql.
        lines = [
            line for line in done.stdout.splitlines() if not line.startswith((b"\\", b"SELECT pg_catalog.set_config"))
        ]
        with _written(kept) as path:
            path.write_bytes(b"\n".join(lines))
