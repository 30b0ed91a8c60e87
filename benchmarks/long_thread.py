"""What a page of twenty posts costs in a thread of 10,000, beside one in a thread of twenty: `script/bench pages long`.

100,000 posts stand in the database, which is SQLite in a folder of its own, or the empty one that DATABASE_URL names. The pages
are asked in turn, signed in, through every middleware, in one process; what counts is the median processor time of this
process, with what the machine does besides left out, and the number of queries. The exit status is 1 where a page of the
long thread costs more than a tenth more, or any asks more than twelve queries.
"""

import itertools
import os
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
POSTS, LONG, SHORT = 100_000, 10_000, 20
ROUNDS, MOST_QUERIES, MOST_RATIO = 30, 12, 1.10


def fill() -> tuple[Any, Any, Any]:
    """Make a group, a member, a thread of 10,000 posts, one of twenty, and others up to 100,000; return member and the two."""
    from django.utils import timezone

    from accounts.models import User
    from core import markdown
    from discussions.models import Post, Reading, Thread
    from groups.models import Group, Membership, Participant
    from partners.models import Affiliation, Organisation

    group = Group.objects.create(name="Long talks", slug="long-talks", state="active", summary="It is long.")
    people = []
    for number in range(5):
        person = User.objects.create_user(f"person{number}@example.org", None, name=f"Person {number}")
        organisation = Organisation.objects.create(
            name=f"Organisation {number}", slug=f"organisation-{number}", status="active", stakeholder_type="workers"
        )
        tie = Affiliation.objects.create(
            user=person, organisation=organisation, role="focal-point", state="active", function="Officer",
            started_at=timezone.now(),
        )  # fmt: skip
        place = Membership.objects.create(
            organisation=organisation, group=group, state="active", started_at=timezone.now(), key=uuid.uuid4()
        )
        Participant.objects.create(membership=place, affiliation=tie, user=person)
        people.append((person, organisation))
    body = "Some words about fees, and who pays them.\n\n* one\n* two\n\n**And more.**"
    html = markdown.render(body)
    sizes = [LONG, SHORT, *[450] * 199]
    sizes.append(POSTS - sum(sizes))
    threads = []
    for size in sizes:
        by, organisation = people[1]
        thread = Thread(group=group, title=f"A thread of {size}", key=uuid.uuid4(), last_number=size)
        thread.author, thread.organisation, thread.function = by, organisation, "Officer"
        thread.save()
        threads.append(thread)
        voices = itertools.cycle(people[1:])
        rows = (
            Post(
                thread=thread, number=number, body=body, html=html, key=uuid.uuid4(), digest="", author=by,
                organisation=of, function="Officer",
            )
            for number, (by, of) in zip(range(1, size + 1), voices, strict=False)
        )  # fmt: skip
        while batch := list(itertools.islice(rows, 2_000)):
            Post.objects.bulk_create(batch)
    reader = people[0][0]
    # Both have read half of it, so that each opens in its middle.
    for thread in threads[:2]:
        Reading.objects.create(user=reader, thread=thread, last_read=thread.last_number // 2)
    return reader, threads[0], threads[1]


def measure() -> int:
    """Fill, ask in turn, print; return the exit status."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from discussions.models import Post

    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    reader, long, short = fill()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {Post.objects.count():,} posts in {time.monotonic() - begun:.0f} s", flush=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(reader)
    pages = {
        "thread of 20": short.get_absolute_url(),
        "of 10,000, first page": f"{long.get_absolute_url()}?page=1",
        "of 10,000, middle": f"{long.get_absolute_url()}?page=250",
        "of 10,000, last page": f"{long.get_absolute_url()}?page=500",
        "of 20, to the first unread": f"{short.get_absolute_url()}?unread=1",
        "of 10,000, to the first unread": f"{long.get_absolute_url()}?unread=1",
    }
    costs: dict[str, list[float]] = {name: [] for name in pages}
    queries: dict[str, int] = {}
    for name, address in pages.items():
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        assert answer.status_code in (200, 302), f"{name} answered {answer.status_code}"
        assert answer.status_code == 302 or answer.content.count(b"<article") == SHORT, name
        queries[name] = len(asked)
    for _ in range(ROUNDS):
        for name, address in pages.items():
            before = time.process_time()
            client.get(address)
            costs[name].append(time.process_time() - before)
    medians = {name: statistics.median(each) * 1000 for name, each in costs.items()}
    worst = 0.0
    for name, cost in medians.items():
        beside = medians["of 20, to the first unread" if "unread" in name else "thread of 20"]
        worst = max(worst, cost / beside)
        print(f"  {name:<32} {cost:6.2f} ms   {cost / beside:5.2f}   {queries[name]:2d} queries")
    return int(worst > MOST_RATIO or max(queries.values()) > MOST_QUERIES)


def main() -> int:
    """Measure with a data folder of its own."""
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    folder = Path(tempfile.mkdtemp(prefix="long-thread-"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(folder),
        "MODE": "embedded",
        "DEMO": "0",
    }
    try:
        return measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
