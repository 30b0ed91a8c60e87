"""What a page of a library costs with a hundred documents and with a hundred thousand, all in one folder.

    script/bench library [documents]          (100000 unless said otherwise)

For each engine, the same site twice: once with a hundred documents, once with as many as are asked for. A member opens the
library's top, the folder by name and by change, a later page of it, a list narrowed to what few documents are, and searches for
a word that a hundred documents have. The median of thirty requests through the whole site counts, in its own process and without
a server. The exit status is 1 where a page costs more than twice as much with many.
"""

import contextlib
import os
import statistics
import subprocess
import sys
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


def fill(documents: int, group: Any, capacity: Any) -> Any:
    """Put so many documents into one folder of the group; return the folder."""
    import uuid
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from groups.documents.models import Document, Folder, Version
    from search.engines import engine

    folder = Folder(group=group, name="All", key=uuid.uuid4())
    folder.speak_as(capacity)
    folder.save()
    now = timezone.now()
    for start in range(0, documents, PORTION):
        numbers = range(start, min(start + PORTION, documents))
        with transaction.atomic():
            papers = []
            for number in numbers:
                rare = number % max(documents // FEW, 1) == 0
                paper = Document(
                    group=group,
                    folder=folder,
                    title=f"Paper {number * 7919 % documents:06}{' quarry' if rare else ''}",
                    type="minutes" if rare else "report",
                    changed_at=now - timedelta(seconds=number),
                )
                paper.speak_as(capacity)
                papers.append(paper)
            Document.objects.bulk_create(papers)
            versions = []
            for paper in papers:
                version = Version(
                    document=paper, number=1, file_name="paper.pdf", kind="pdf", content_type="application/pdf",
                    size=1000, sha256="0" * 64, path="versions/none", key=uuid.uuid4(),
                )  # fmt: skip
                version.speak_as(capacity)
                versions.append(version)
            Version.objects.bulk_create(versions)
            for paper, version in zip(papers, versions, strict=True):
                paper.latest = version
            Document.objects.bulk_update(papers, ["latest"], batch_size=200)
            engine().write([card for paper in papers for card in paper.cards()])
    return folder


def measure(documents: int) -> None:
    """Fill a database and ask for the pages; print how many milliseconds each took, at the median."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import User
    from groups.models import Group, Membership, Participant
    from groups.standing import Standing
    from partners.models import Affiliation, Organisation

    setup_test_environment()
    call_command("migrate", verbosity=0, interactive=False)
    person = User.objects.create_user("reader@example.org", name="Rita Reader")
    union = Organisation.objects.create(name="Union", slug="union", status="active", stakeholder_type="workers")
    tie = Affiliation.objects.create(user=person, organisation=union, role="focal-point", state="active")
    group = Group.objects.create(name="Group", slug="group", summary="Invented.", state="active")
    place = Membership.objects.create(group=group, organisation=union, state="active", role="lead")
    Participant.objects.create(membership=place, affiliation=tie, user=person)
    folder = fill(documents, group, Standing.of(person, group).capacities[0])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(person)
    here = folder.get_absolute_url()
    first = client.get(here)
    pages = {
        "top": f"/groups/{group.slug}/documents/",
        "folder": here,
        "newest first": f"{here}?sort=changed",
        "a later page": f"{here}?after={first.context['stretch'].next}",
        "narrowed": f"{here}?type=minutes",
        "search": "/search/?q=quarry",
    }
    for name, address in pages.items():
        times = []
        for _round in range(ROUNDS):
            begun = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - begun) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
        print(f"{name}\t{statistics.median(times):.2f}", flush=True)


def asked(documents: int, environment: dict[str, str]) -> dict[str, float]:
    """Measure in a process of its own."""
    wanted = {
        **os.environ, **environment, "DOCUMENTS": str(documents), "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    if not wanted["DATABASE_URL"]:
        del wanted["DATABASE_URL"]
    done = subprocess.run([sys.executable, __file__], env=wanted, check=True, stdout=subprocess.PIPE, text=True)
    return {
        name: float(taken) for name, taken in (line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    }


def main() -> None:
    """Measure both sizes on both engines."""
    many = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else MANY
    few = _each(FEW)
    more = _each(many)
    reached = True
    print(f"| | page | {FEW} documents | {many:,} documents | ratio |\n| --- | --- | --- | --- | --- |")
    for engine, pages in few.items():
        for page, taken in pages.items():
            ratio = more[engine][page] / taken
            reached = reached and ratio <= LIMIT
            print(f"| {engine} | {page} | {taken:.1f} ms | {more[engine][page]:.1f} ms | {ratio:.2f} |")
    sys.exit(0 if reached else 1)


def _each(documents: int) -> dict[str, dict[str, float]]:
    with _databases() as found:
        return {
            "PostgreSQL" if environment["DATABASE_URL"] else "SQLite": asked(documents, environment)
            for environment in found
        }


@contextlib.contextmanager
def _databases() -> Iterator[Iterator[dict[str, str]]]:
    """Give an empty SQLite and an empty PostgreSQL database, one after the other."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("benchmark_of_search", ROOT / "benchmarks" / "search.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.databases(("sqlite", "postgresql")) as found:
        yield found


if __name__ == "__main__":
    if size := os.environ.pop("DOCUMENTS", ""):
        measure(int(size))
    else:
        main()
