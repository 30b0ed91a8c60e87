"""How long a search takes, with the reader's rights in it, beside the bare full-text query of the same engine.

    script/bench search [posts ...] [sqlite | postgresql] [kept=FOLDER]

100000 and 1000000 on both unless said otherwise. Filled databases are kept where a folder for them is named, and asked again
the next time; that of PostgreSQL stays on its server (`dropdb`).

For each engine and size: invented posts in two hundred groups, of which the reader takes part in forty; some are hidden, some
show their past only from the day one joined, most are read by their members alone. *Ours* is `search.services.find`: the match
with the doors inside, our order, the first twenty with what each of them is, and how many there are of each kind.

*Bare* is what somebody would write who asks the engine for the same page without any rights, over the same texts in a table of
their own: the match in the engine's own rank, the first twenty with what they are and when they were said, and, because a page
says it, how many match in all. It counts all kinds as one and knows no titles, names, filters or other languages, so it is the
smaller question. *Uncounted* is its first statement alone, which is printed beside it and holds nothing.

All are asked in turn, each the first as often as the others, the same words, rare and frequent ones and pairs, after all were
asked once. What counts is the median, and the exit status is 1 above twice the cost of *bare*. The processor's time is compared
too, that of the database's process with it where it runs on this machine: other work disturbs it less. With EACH=1, every query
is listed, by the clock and (of the processor).
"""

import contextlib
import itertools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from search_site import FILLINGS, RANKED, READER, Bare, Corpus, groups  # noqa: E402 - the path comes first

SIZES = (100_000, 1_000_000)
ROUNDS = 15
LIMIT = 2.0
KEPT = "kept="
FILLED = "filled"
"""The file beside a database that was filled to its end."""


Taken = tuple[float, float]
"""Milliseconds, of which those of the processor in this process and in the one that serves it."""


def served_by() -> Path | None:
    """Return where the system keeps the processor's time of the database's own process for us, where there is one here."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        # All the work is done in that process.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return path if path.exists() else None


def timed(ask: Any, query: str, server: Path | None) -> Taken:
    """Return how long it took."""
    served = worked_there(server)
    begun, worked = time.perf_counter(), time.process_time()
    ask(query)
    taken, worked = time.perf_counter() - begun, time.process_time() - worked
    return taken * 1000, worked * 1000 + worked_there(server) - served


def worked_there(server: Path | None) -> float:
    """Return the milliseconds of the processor so far."""
    return int(server.read_text().split()[0]) / 1_000_000 if server else 0.0


def measure(posts: int, filled: Path | None) -> bool:
    """Ask a database, filled first where it was not before; print a row of the table, and tell whether the goal was reached."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import User
    from search.asking import read
    from search.services import find

    if filled is None or not filled.exists():
        call_command("migrate", verbosity=0, interactive=False)
        FILLINGS[connection.vendor](posts).fill(groups())
        if filled:
            filled.touch()
    reader = User.objects.get(email=READER)
    bare, server = Bare(connection.vendor), served_by()
    sides = {"ours": lambda query: find(read(query), reader), "bare": bare.ask_and_count, "uncounted": bare.ask}
    each = in_turn(sides, Corpus().queries(), server)
    if os.environ.get("EACH"):
        for query, taken in each.items():
            middle = ", ".join(f"{side} {median(one, 0):.2f} ({median(one, 1):.2f})" for side, one in taken.items())
            readable = sum(find(read(query), reader).counts.values())
            print(f"  {query:30} {middle}, {readable} readable", file=sys.stderr)
    times = {side: [one for taken in each.values() for one in taken[side]] for side in sides}
    p95 = {side: statistics.quantiles((wall for wall, _cpu in taken), n=20)[-1] for side, taken in times.items()}
    shown = [f"p50 {median(times[side], 0):.2f} ms, p95 {p95[side]:.1f} ms" for side in sides]
    by_clock, by_processor = (median(times["ours"], at) / median(times["bare"], at) for at in (0, 1))
    engine = {"sqlite": "SQLite, FTS5", "postgresql": "PostgreSQL, GIN"}[connection.vendor]
    of_processor = f"{by_processor:.2f}" if server or connection.vendor == "sqlite" else "–"
    print(f"| {engine}, {posts:,} posts | {' | '.join(shown)} | {by_clock:.2f} | {of_processor} |", flush=True)
    return by_clock <= LIMIT


def median(taken: list[Taken], at: int) -> float:
    """Return the middle of what was taken by the clock (0) or of the processor (1)."""
    return statistics.median(one[at] for one in taken)


def in_turn(sides: dict[str, Any], queries: list[str], server: Path | None) -> dict[str, dict[str, list[Taken]]]:
    """Ask every side everything, and return what each took."""
    names = list(sides)
    for query in queries:  # to warm up
        for side in names:
            sides[side](query)
    each: dict[str, dict[str, list[Taken]]] = {query: {side: [] for side in names} for query in queries}
    for number in range(ROUNDS):
        first = number % len(names)
        for query in queries:
            for side in names[first:] + names[:first]:
                each[query][side].append(timed(sides[side], query, server))
    return each


@contextlib.contextmanager
def folder_of(kept: Path | None, engine: str, posts: int) -> Iterator[Path]:
    """Give the folder of a database, one that stays where `kept` names a place for it."""
    if kept is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    folder = kept.resolve() / f"{engine}-{posts}"
    if not (folder / FILLED).exists():
        shutil.rmtree(folder, ignore_errors=True)  # What was filled in part is filled anew.
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


@contextlib.contextmanager
def database(engine: str, folder: Path, posts: int, *, kept: bool) -> Iterator[dict[str, str]]:
    """Give the environment of a database, an empty one unless it was filled and kept before."""
    if engine == "sqlite":
        yield {"DATA_DIR": str(folder), "DATABASE_URL": ""}
        return
    import psycopg
    from psycopg import sql

    from tests.plugins import services

    with services.running() as found:
        url = found["TEST_DATABASE_URL"]
        name = f"{re.sub(r'.*/', '', url)}_bench" + (f"_{posts}" if kept else "")
        with psycopg.connect(services.administrative(url), autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            if not (folder / FILLED).exists():
                connection.execute(drop)
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield {**found, "DATA_DIR": str(folder), "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
            finally:
                if not kept:
                    connection.execute(drop)


def main() -> None:
    """Measure every size on both engines, each in a process of its own."""
    kept = [Path(word.removeprefix(KEPT)) for word in sys.argv[1:] if word.startswith(KEPT)]
    words = [word for word in sys.argv[1:] if not word.startswith(KEPT)]
    engines = [word for word in words if word in RANKED] or list(RANKED)
    sizes = [int(word.replace("_", "")) for word in words if word not in RANKED] or list(SIZES)
    print(
        "| | ours | bare | uncounted | ratio | of the processor |\n| --- | --- | --- | --- | --- | --- |", flush=True
    )
    reached = True
    for posts, engine in itertools.product(sizes, engines):
        with (
            folder_of(kept[0] if kept else None, engine, posts) as folder,
            database(engine, folder, posts, kept=bool(kept)) as found,
        ):
            given = {"DJANGO_SETTINGS_MODULE": "config.settings", "POSTS": str(posts)}
            if kept:
                given["FILLED"] = str(folder / FILLED)
            environment = {name: value for name, value in (os.environ | found | given).items() if value}
            done = subprocess.run([sys.executable, __file__], env=environment, check=False)
            reached = reached and done.returncode == 0
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    if size := os.environ.pop("POSTS", ""):
        named = os.environ.pop("FILLED", "")
        sys.exit(0 if measure(int(size), Path(named) if named else None) else 1)
    main()
