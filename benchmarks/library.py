"""What a page of a library costs with a hundred documents and with a hundred thousand, all in one folder.

    script/bench library [documents]          (100000 unless said otherwise)

For each engine a site in which a member opens the top of a library, a folder of a hundred documents by name and by change, a
later page of it, a list narrowed to what few documents are, and searches for a word that a hundred documents have, here and
among documents alone, and for one that all of them have. Then a second library comes to be, with as many documents in one
folder as are asked for, and the same is done there. Each page is asked for thirty times through the whole site, without a
server. The processor's time counts, at the median: that of this process and, where PostgreSQL answers on this machine, of the
process there that serves it. What passed by the clock stands beside it. The exit status is 1 where a page costs more than twice
as much with many.
"""

import contextlib
import os
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

FEW, MANY = 100, 100_000
ROUNDS = 30
LIMIT = 2.0
PORTION = 2_000


def fill(documents: int, group: Any, capacity: Any, word: str) -> Any:
    """Put so many documents into one folder of the group, `FEW` of them called by the word; return the folder.

    Each document and its version have one number, so that both are written once and none is gone over again.
    """
    import uuid
    from datetime import timedelta

    from django.db import connection, transaction
    from django.utils import timezone

    from groups.documents.models import Document, Folder, Version
    from search.engines import engine

    folder = Folder(group=group, name="All", key=uuid.uuid4())
    folder.speak_as(capacity)
    folder.save()
    now, every = timezone.now(), max(documents // FEW, 1)
    before = Document.objects.count()
    begun = time.monotonic()
    for start in range(0, documents, PORTION):
        papers, versions = [], []
        for number in range(start, min(start + PORTION, documents)):
            rare = number % every == 0
            paper = Document(
                pk=before + number + 1,
                latest_id=before + number + 1,
                group=group,
                folder=folder,
                title=f"Paper {number * 7919 % documents:06}{f' {word}' if rare else ''}",
                type="minutes" if rare else "report",
                changed_at=now - timedelta(seconds=number),
            )
            version = Version(
                pk=before + number + 1, document_id=paper.pk, number=1, file_name="paper.pdf", kind="pdf",
                content_type="application/pdf", size=1000, sha256="0" * 64, path="versions/none", key=uuid.uuid4(),
            )  # fmt: skip
            paper.speak_as(capacity)
            version.speak_as(capacity)
            papers.append(paper)
            versions.append(version)
        with transaction.atomic():
            Document.objects.bulk_create(papers)
            Version.objects.bulk_create(versions)
            for paper, version in zip(papers, versions, strict=True):
                paper.latest = version
            engine().write([card for paper in papers for card in paper.cards()])
        print(f"  {connection.vendor}: {start + len(papers):,} in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return folder


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Write without waiting for the disk and without the index of words, which is made at the end; then look at all of it."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = OFF")
            yield
            cursor.execute("INSERT INTO search_words (search_words) VALUES ('optimize')")
            cursor.execute("ANALYZE")
            return
        cursor.execute("SET statement_timeout = 0; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_entry_words'")
        (made,) = cursor.fetchone()
        cursor.execute("DROP INDEX search_entry_words")
        yield
        cursor.execute(made)
        cursor.execute("VACUUM ANALYZE")


class Work:
    """The processor's time that this process and the one that serves its database have used."""

    def __init__(self) -> None:
        from django.db import connection

        self.server: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                server = Path(f"/proc/{cursor.fetchone()[0]}")
            if (server / "comm").exists() and (server / "comm").read_text().startswith("postgres"):
                self.server = server / "schedstat"

    def now(self) -> float:
        """Return milliseconds."""
        served = int(self.server.read_text().split()[0]) / 1e6 if self.server else 0.0
        return time.process_time() * 1000 + served


def measure(documents: int) -> None:
    """Fill one library with few and one with many; print of each page how many milliseconds it took in both."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from accounts.models import User
    from groups.models import Group, Membership, Participant
    from groups.standing import Standing
    from partners.models import Affiliation, Organisation

    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous = OFF")
    call_command("migrate", verbosity=0, interactive=False)
    person = User.objects.create_user("reader@example.org", name="Rita Reader")
    union = Organisation.objects.create(name="Union", slug="union", status="active", stakeholder_type="workers")
    tie = Affiliation.objects.create(user=person, organisation=union, role="focal-point", state="active")
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    taken = []
    for size, word in ((FEW, "quarry"), (documents, "granite")):
        group = Group.objects.create(name=f"Group {word}", slug=word, summary="Invented.", state="active")
        place = Membership.objects.create(group=group, organisation=union, state="active", role="lead")
        Participant.objects.create(membership=place, affiliation=tie, user=person)
        with quickly():
            folder = fill(size, group, Standing.of(person, group).capacities[0], word)
        taken.append(asked(client, folder, word))
    for page, few in taken[0].items():
        print("\t".join([page, *(f"{one:.2f}" for one in (*few, *taken[1][page]))]), flush=True)


Taken = tuple[float, float]
"""Milliseconds of the processor, and by the clock."""


def asked(client: Any, folder: Any, word: str) -> dict[str, Taken]:
    """Ask for each page of the folder's library, over and over; return what it took at the median."""
    from django.core.cache import caches

    here = folder.get_absolute_url()
    after = re.search(r"[?;]after=(\d+)", client.get(here).content.decode())
    assert after
    pages = {
        "top": f"/groups/{folder.group.slug}/documents/",
        "folder": here,
        "newest first": f"{here}?sort=changed",
        "a later page": f"{here}?after={after[1]}",
        "narrowed": f"{here}?type=minutes",
        "search": f"/search/?q={word}",
        "search of documents": f"/search/?q={word}&kind=document",
        "search for what all have": "/search/?q=paper",
    }
    work, found = Work(), {}
    for name, address in pages.items():
        # On a quick machine the searches would come faster than anybody may ask.
        for kept in caches.all():
            kept.clear()
        client.get(address)
        taken = []
        for _round in range(ROUNDS):
            begun, worked = time.perf_counter(), work.now()
            answer = client.get(address)
            taken.append((work.now() - worked, (time.perf_counter() - begun) * 1000))
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
        worked, passed = zip(*taken, strict=True)
        found[name] = (statistics.median(worked), statistics.median(passed))
    return found


def main() -> None:
    """Measure on both engines, each in a process of its own."""
    many = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else MANY
    reached = True
    print(
        f"| | page | {FEW} documents | {many:,} documents | ratio | by the clock |\n| --- | --- | --- | --- | --- | --- |"
    )
    database = _database_of_search()
    for engine, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with tempfile.TemporaryDirectory() as folder, database(engine, Path(folder), many, kept=False) as environment:
            for page, (few, few_clock, more, more_clock) in _measured(many, environment):
                reached = reached and more / few <= LIMIT
                print(
                    f"| {name} | {page} | {few:.1f} ms | {more:.1f} ms | {more / few:.2f}"
                    f" | {few_clock:.0f} and {more_clock:.0f} ms |",
                    flush=True,
                )
    sys.exit(0 if reached else 1)


def _measured(documents: int, environment: dict[str, str]) -> Iterator[tuple[str, list[float]]]:
    wanted = {
        **os.environ, **environment, "DOCUMENTS": str(documents), "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    if not wanted["DATABASE_URL"]:
        del wanted["DATABASE_URL"]
    done = subprocess.run([sys.executable, __file__], env=wanted, check=True, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        if "\t" in line:
            page, *taken = line.split("\t")
            yield page, list(map(float, taken))


def _database_of_search() -> Any:
    """Return what gives an empty database of an engine: the search's measurement has it."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("benchmark_of_search", ROOT / "benchmarks" / "search.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.database


if __name__ == "__main__":
    if size := os.environ.pop("DOCUMENTS", ""):
        measure(int(size))
    else:
        main()
