"""How long a search takes, with the reader's rights in it, beside the bare full-text query of the same engine.

    script/bench search [posts ...] [sqlite | postgresql]          (100000 and 1000000 on both unless said otherwise)

For each engine and size: invented posts in two hundred groups, of which the reader takes part in forty; some are hidden, some
show their past only from the day one joined, most are read by their members alone. *Ours* is `search.services.find`: the match
with the doors inside, our order, the first twenty with what each of them is, and how many there are of each kind.

*Bare* is what somebody would write who asks the engine for the same page without any rights, over the same texts in a table of
their own: the match in the engine's own rank, the first twenty with what they are and when they were said, and, because a page
says it, how many match in all. It counts all kinds as one and knows no titles, names, filters or other languages, so it is the
smaller question. *Uncounted* is its first statement alone, which is printed beside it and holds nothing.

All are asked in turn, each the first as often as the others, the same words, rare and frequent ones and pairs, after all were
asked once. What counts is the median, and the exit status is 1 above twice the cost of *bare*. On SQLite, where everything
happens in this process, the processor's time is compared too, which other work on the machine disturbs less. With EACH=1, every
query is listed.
"""

import contextlib
import os
import random
import re
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

from core.kept import rows_of  # noqa: E402 - the path comes first

SIZES = (100_000, 1_000_000)
GROUPS, OWN = 200, 40
VOCABULARY = 20_000
WORDS = 40
TEXTS = 20_000
PORTION = 5_000
ROUNDS = 15
LIMIT = 2.0
SYLLABLES = "ba co di fu ga le mi no pa ru se ti vo xa za bre cla dro fli gra".split()


class Corpus:
    """Invented words, of which a few make up most of every text, as in every language."""

    def __init__(self, seed: int = 8) -> None:
        self.random = random.Random(seed)
        made: dict[str, None] = {}
        while len(made) < VOCABULARY:
            made["".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 5)))] = None
        self.words = list(made)
        self.weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
        self.cumulated = [0.0]
        for weight in self.weights:
            self.cumulated.append(self.cumulated[-1] + weight)

    def texts(self) -> list[str]:
        """Return the texts of which the posts are made: each is that of several, which are told apart by nothing else."""
        weights = self.cumulated[1:]
        return [
            " ".join(self.random.choices(self.words, cum_weights=weights, k=self.random.randint(8, 2 * WORDS)))
            for _number in range(TEXTS)
        ]

    def queries(self) -> list[str]:
        """Return what is looked for: single words from the hundredth to the ten-thousandth in frequency, and pairs of them."""
        ranks = [100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800, 6400, 9600]
        single = [self.words[rank] for rank in ranks]
        pairs = [
            f"{self.words[one]} {self.words[other]}"
            for one, other in zip(ranks[:-2], [20, 30, *ranks[:-4]], strict=True)
        ]
        return single + pairs


RANKED = {
    "sqlite": "SELECT rowid, kind, at FROM bare WHERE bare MATCH %s ORDER BY rank LIMIT 20",
    "postgresql": (
        "SELECT id, kind, at FROM bare, plainto_tsquery('simple', %s) AS q WHERE words @@ q"
        " ORDER BY ts_rank(words, q) DESC LIMIT 20"
    ),
}
COUNTED = {
    "sqlite": "SELECT count(*) FROM bare WHERE bare MATCH %s",
    "postgresql": "SELECT count(*) FROM bare WHERE words @@ plainto_tsquery('simple', %s)",
}


class Bare:
    """The engine alone: the same texts in a table of its own."""

    def __init__(self, vendor: str) -> None:
        from django.db import connection

        self.connection, self.vendor = connection, vendor
        with connection.cursor() as cursor:
            if vendor == "sqlite":
                cursor.execute("PRAGMA synchronous = OFF")
                cursor.execute("CREATE VIRTUAL TABLE bare USING fts5(body, kind UNINDEXED, at UNINDEXED)")
            else:
                # Both indexes are made at the end, which is quicker.
                cursor.execute("DROP INDEX search_entry_words")
                cursor.execute(
                    "CREATE TABLE bare (id bigserial PRIMARY KEY, kind text, at bigint, body text, words tsvector"
                    " GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED)"
                )

    def write(self, texts: list[tuple[str, int]]) -> None:
        """Keep the texts, each with its moment."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bare (kind, at, body) VALUES ('post', %s, %s)", [(at, text) for text, at in texts]
            )

    def settle(self) -> None:
        """Leave both indexes as they are some time after the last writing."""
        with self.connection.cursor() as cursor:
            if self.vendor == "sqlite":
                cursor.execute("INSERT INTO bare (bare) VALUES ('optimize')")
                cursor.execute("INSERT INTO search_words (search_words) VALUES ('optimize')")
                cursor.execute("ANALYZE")
            else:
                cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '400MB'")
                cursor.execute("CREATE INDEX ON bare USING gin (words)")
                cursor.execute("CREATE INDEX search_entry_words ON search_entry USING gin (words)")
                cursor.execute("VACUUM ANALYZE")

    def ask(self, query: str) -> int:
        """Return how many of the first twenty there are."""
        return len(rows_of(RANKED[self.vendor], [query]))

    def ask_and_count(self, query: str) -> int:
        """Rank as above, and return how many there are in all."""
        self.ask(query)
        return int(rows_of(COUNTED[self.vendor], [query])[0][0])


def people_and_groups() -> tuple[Any, list[Any]]:
    """Make the reader, and the groups: every tenth public, every fifth hidden, one in four of the reader's with a boundary."""
    from django.utils import timezone

    from accounts.models import User
    from groups.models import Group, Membership, Participant
    from partners.models import Affiliation, Organisation

    reader = User.objects.create_user("reader@example.org", name="Rita Reader")
    union = Organisation.objects.create(
        name="Readers’ Union", slug="readers", status="active", stakeholder_type="workers"
    )
    tie = Affiliation.objects.create(user=reader, organisation=union, role="focal-point", state="active")
    groups = []
    for number in range(GROUPS):
        switches = {"find": "public", "read": "members"}
        if number % 10 == 0:
            switches = {"find": "public", "read": "public"}
        elif number % 5 == 1:
            switches = {"find": "members", "read": "members", "join": "invitation"}
        if number % 16 == 3:
            switches["history"] = "from-joining"
        group = Group.objects.create(
            name=f"Group {number}", slug=f"group-{number}", summary="Invented.", state="active", **switches
        )
        groups.append(group)
        if number % 5 in {1, 3} and number < OWN * 5 // 2:
            place = Membership.objects.create(
                group=group, organisation=union, state="active", started_at=timezone.now()
            )
            Participant.objects.create(membership=place, affiliation=tie, user=reader)
    return reader, groups


def fill(bare: Bare, groups: list[Any], corpus: Corpus, posts: int) -> None:
    """Write the posts into both indexes."""
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from search.cards import Card, microseconds
    from search.engines import engine
    from search.models import Kind
    from search.words import tokens_of

    # Two thirds of them lie before the day on which the reader joined.
    began = timezone.now() - timedelta(seconds=posts * 2 // 3)
    texts = corpus.texts()
    tokens = [tokens_of("", text) for text in texts]
    for start in range(0, posts, PORTION):
        numbers = range(start, min(start + PORTION, posts))
        cards, bodies = [], []
        for number in numbers:
            bodies.append((texts[number * 31 % TEXTS], microseconds(began) + number * 1_000_000))
            group, at = groups[number * 7919 % GROUPS].pk, began + timedelta(seconds=number)
            cards.append(
                Card(
                    kind=Kind.POST, object_id=number + 1, place=group, depth=microseconds(at), moment=at, group_id=group,
                    author_id=number % 5000, organisation_id=number % 300, made=tokens[number * 31 % TEXTS],
                )
            )  # fmt: skip
        with transaction.atomic():
            engine().write(cards)
            bare.write(bodies)


Taken = tuple[float, float]
"""Milliseconds, of which those of the processor in this process."""


def timed(ask: Any, query: str) -> Taken:
    """Return how long it took."""
    begun, worked = time.perf_counter(), time.process_time()
    ask(query)
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def measure(posts: int) -> bool:
    """Fill a database and ask it; print a row of the table, and tell whether the goal was reached."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from search.asking import read
    from search.services import find

    call_command("migrate", verbosity=0, interactive=False)
    corpus = Corpus()
    bare = Bare(connection.vendor)
    reader, groups = people_and_groups()
    begun = time.monotonic()
    fill(bare, groups, corpus, posts)
    bare.settle()
    print(f"  filled in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    sides = {"ours": lambda query: find(read(query), reader), "bare": bare.ask_and_count, "uncounted": bare.ask}
    each = in_turn(sides, corpus.queries())
    if os.environ.get("EACH"):
        for query, taken in each.items():
            middle = ", ".join(
                f"{side} {statistics.median(wall for wall, _cpu in one):.2f}" for side, one in taken.items()
            )
            readable = sum(find(read(query), reader).counts.values())
            print(f"  {query:30} {middle}, {readable} readable", file=sys.stderr)
    times = {side: [one for taken in each.values() for one in taken[side]] for side in sides}
    p50 = {side: statistics.median(wall for wall, _cpu in taken) for side, taken in times.items()}
    p95 = {side: statistics.quantiles((wall for wall, _cpu in taken), n=20)[-1] for side, taken in times.items()}
    worked = {side: statistics.median(cpu for _wall, cpu in taken) for side, taken in times.items()}
    ratio = p50["ours"] / p50["bare"]
    engine = {"sqlite": "SQLite, FTS5", "postgresql": "PostgreSQL, GIN"}[connection.vendor]
    of_processor = f"{worked['ours'] / worked['bare']:.2f}" if connection.vendor == "sqlite" else "–"
    shown = " | ".join(f"p50 {p50[side]:.2f} ms, p95 {p95[side]:.1f} ms" for side in sides)
    print(f"| {engine}, {posts:,} posts | {shown} | {ratio:.2f} | {of_processor} |", flush=True)
    return ratio <= LIMIT


def in_turn(sides: dict[str, Any], queries: list[str]) -> dict[str, dict[str, list[Taken]]]:
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
                each[query][side].append(timed(sides[side], query))
    return each


@contextlib.contextmanager
def databases(engines: list[str]) -> Iterator[Iterator[dict[str, str]]]:
    """Give the environments, one after the other, of an empty SQLite and an empty PostgreSQL database."""
    import psycopg
    from psycopg import sql

    from tests.plugins import services

    def one_by_one() -> Iterator[dict[str, str]]:
        if "sqlite" in engines:
            with tempfile.TemporaryDirectory() as folder:
                yield {"DATA_DIR": folder, "DATABASE_URL": ""}
        if "postgresql" not in engines:
            return
        with services.running() as found, tempfile.TemporaryDirectory() as folder:
            url = found["TEST_DATABASE_URL"]
            name = f"{re.sub(r'.*/', '', url)}_bench"
            with psycopg.connect(services.administrative(url), autocommit=True) as connection:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                connection.execute(drop)
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                try:
                    yield {**found, "DATA_DIR": folder, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
                finally:
                    connection.execute(drop)

    yield one_by_one()


def main() -> None:
    """Measure every size on both engines, each in a process of its own."""
    engines = [word for word in sys.argv[1:] if word in RANKED] or list(RANKED)
    sizes = [int(word.replace("_", "")) for word in sys.argv[1:] if word not in RANKED] or list(SIZES)
    print(
        "| | ours | bare | uncounted | ratio | of the processor |\n| --- | --- | --- | --- | --- | --- |", flush=True
    )
    reached = True
    for posts in sizes:
        with databases(engines) as found:
            for environment in found:
                environment = {
                    **os.environ,
                    **environment,
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "POSTS": str(posts),
                }
                if not environment["DATABASE_URL"]:
                    del environment["DATABASE_URL"]
                done = subprocess.run([sys.executable, __file__], env=environment, check=False)
                reached = reached and done.returncode == 0
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    if size := os.environ.pop("POSTS", ""):
        sys.exit(0 if measure(int(size)) else 1)
    main()
