"""The databases that `search.py` asks: invented posts in the index of the search, and the same texts in a table of their own.

The first twenty thousand posts are written as the platform writes them. All others have the same words in another group, at
another moment and by another person, and the database copies them itself: that takes a small part of the time.
"""

import random
import sys
import time
from typing import Any

from core.kept import rows_of

GROUPS, OWN = 200, 40
VOCABULARY = 20_000
WORDS = 40
TEXTS = 20_000
SECOND = 1_000_000
MEMORY = 500_000_000
"""Bytes that an index may take while it is filled."""

READER = "reader@example.org"
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
        self.vendor = vendor

    def ask(self, query: str) -> int:
        """Return how many of the first twenty there are."""
        return len(rows_of(RANKED[self.vendor], [query]))

    def ask_and_count(self, query: str) -> int:
        """Rank as above, and return how many there are in all."""
        self.ask(query)
        return int(rows_of(COUNTED[self.vendor], [query])[0][0])


def groups() -> list[Any]:
    """Make the reader, and the groups: every tenth public, every fifth hidden, one in four of the reader's with a boundary."""
    from django.utils import timezone

    from accounts.models import User
    from groups.models import Group, Membership, Participant
    from partners.models import Affiliation, Organisation

    reader = User.objects.create_user(READER, name="Rita Reader")
    union = Organisation.objects.create(
        name="Readers’ Union", slug="readers", status="active", stakeholder_type="workers"
    )
    tie = Affiliation.objects.create(user=reader, organisation=union, role="focal-point", state="active")
    made = []
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
        made.append(group)
        if number % 5 in {1, 3} and number < OWN * 5 // 2:
            place = Membership.objects.create(
                group=group, organisation=union, state="active", started_at=timezone.now()
            )
            Participant.objects.create(membership=place, affiliation=tie, user=reader)
    return made


class Filling:
    """Both indexes on their way; each database has its own way of being filled quickly."""

    before: tuple[str, ...] = ()
    beside = ""
    copied: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def __init__(self, posts: int) -> None:
        self.posts, self.begun = posts, time.monotonic()

    def fill(self, groups: list[Any]) -> None:
        """Write the posts, and leave both indexes as they are some time after the last writing."""
        from django.db import transaction

        first = groups[0].pk
        assert [group.pk for group in groups] == list(range(first, first + GROUPS))
        self._do(self.before)
        with transaction.atomic():
            self._write(groups)
        for start in range(TEXTS, self.posts, TEXTS):
            numbers = {"start": start, "end": start + min(TEXTS, self.posts - start), "first": first, "groups": GROUPS}
            numbers |= {"turn": start // TEXTS, "later": start * SECOND}
            with transaction.atomic():
                self._do(statement.format(**numbers) for statement in self.copied)
            self._say(f"{min(start + TEXTS, self.posts):,} of {self.posts:,} posts")
        for statement in self.after:
            self._do([statement])
            self._say(statement.partition(" WITH")[0])

    def _say(self, words: str) -> None:
        print(f"  {time.monotonic() - self.begun:5.0f} s  {words}", file=sys.stderr, flush=True)

    def _do(self, statements: Any) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _write(self, groups: list[Any]) -> None:
        """Write the first posts; two thirds of all lie before the day on which the reader joined."""
        from datetime import timedelta

        from django.db import connection
        from django.utils import timezone

        from search.cards import Card, microseconds
        from search.engines import engine
        from search.models import Kind

        began = timezone.now() - timedelta(seconds=self.posts * 2 // 3)
        moments = [began + timedelta(seconds=number) for number in range(min(TEXTS, self.posts))]
        texts = Corpus().texts()[: len(moments)]
        engine().write(
            [
                Card(
                    kind=Kind.POST, object_id=number + 1, place=(group := groups[number * 7919 % GROUPS].pk),
                    depth=microseconds(at), moment=at, group_id=group, author_id=number % 5000,
                    organisation_id=number % 300, body=text,
                )
                for number, (at, text) in enumerate(zip(moments, texts, strict=True))
            ]
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bare (kind, at, body) VALUES ('post', %s, %s)",
                [(microseconds(at), text) for at, text in zip(moments, texts, strict=True)],
            )
        self._do([self.beside])
        self._say(f"{len(moments):,} of {self.posts:,} posts")


# Of a post that is copied: another group, a later moment, another person.
COPIED = """
    INSERT INTO search_entry
        (kind, object_id, part, place, depth, moment, group_id, author_id, organisation_id, veil{words})
    SELECT kind, object_id + {{start}}, part, {{first}} + (place - {{first}} + {{turn}}) % {{groups}},
        depth + {{later}}, moment + {{later}},
        {{first}} + (place - {{first}} + {{turn}}) % {{groups}}, (author_id + {{turn}}) % 5000, organisation_id, veil{words}
    FROM search_entry WHERE kind = 'post' AND object_id <= {{end}} - {{start}} ORDER BY object_id
"""


class OfSQLite(Filling):
    """Words are gathered in memory and not merged before the end."""

    before = (
        "PRAGMA synchronous = OFF",
        "PRAGMA cache_size = -500000",
        "CREATE VIRTUAL TABLE bare USING fts5(body, kind UNINDEXED, at UNINDEXED)",
        *(
            f"INSERT INTO {table} ({table}, rank) VALUES ('{setting}', {value})"
            for table in ("bare", "search_words")
            for setting, value in (("hashsize", MEMORY), ("automerge", 0), ("crisismerge", 1000))
        ),
    )
    beside = (
        "CREATE TEMP TABLE sample AS SELECT b.rowid AS n, w.words, b.body, b.at FROM bare AS b"
        " JOIN search_entry AS e ON e.kind = 'post' AND e.object_id = b.rowid JOIN search_words AS w ON w.rowid = e.id"
        " ORDER BY b.rowid"
    )
    copied = (
        COPIED.format(words=""),
        "INSERT INTO search_words (rowid, words) SELECT e.id, s.words FROM search_entry AS e CROSS JOIN sample AS s"
        " ON s.rowid = e.object_id - {start} WHERE e.kind = 'post' AND e.object_id > {start} AND e.object_id <= {end}"
        " ORDER BY e.object_id",
        "INSERT INTO bare (rowid, kind, at, body) SELECT n + {start}, 'post', at + {later}, body"
        " FROM sample WHERE n <= {end} - {start} ORDER BY n",
    )
    after = (
        "INSERT INTO bare (bare) VALUES ('optimize')",
        "INSERT INTO search_words (search_words) VALUES ('optimize')",
        *(
            f"INSERT INTO {table} ({table}, rank) VALUES ('{setting}', {value})"
            for table in ("bare", "search_words")
            for setting, value in (("hashsize", 1 << 20), ("automerge", 4), ("crisismerge", 16))
        ),
        "ANALYZE",
    )


class OfPostgreSQL(Filling):
    """Both indexes are made at the end."""

    before = (
        "SET statement_timeout = 0",
        "SET synchronous_commit = off",
        f"SET maintenance_work_mem = '{MEMORY // 1_000_000}MB'",
        "DROP INDEX search_entry_words",
        "CREATE TABLE bare (id bigserial PRIMARY KEY, kind text, at bigint, body text, words tsvector"
        " GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED)",
    )
    beside = "CREATE TEMP TABLE sample AS SELECT id AS n, body, at FROM bare"
    copied = (
        COPIED.format(words=", words"),
        "INSERT INTO bare (kind, at, body) SELECT 'post', at + {later}, body"
        " FROM sample WHERE n <= {end} - {start} ORDER BY n",
    )
    after = (
        "CREATE INDEX ON bare USING gin (words)",
        "CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (gin_pending_list_limit = 512)",
        "VACUUM ANALYZE",
    )


FILLINGS = {"sqlite": OfSQLite, "postgresql": OfPostgreSQL}
