"""The site that `digest.py` measures, one act a process: `make PEOPLE GROUPS`, `more`, `send`, `release`.

Each prints one line of JSON.
"""

import json
import os
import random
import resource
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from core import markdown  # noqa: E402
from discussions.models import Post, Reading, Thread  # noqa: E402
from groups.models import Group, Membership, Participant  # noqa: E402
from notifications import digests, outbox  # noqa: E402
from notifications.models import Letter, Rhythm  # noqa: E402
from partners.models import Affiliation, Organisation  # noqa: E402

IN_GROUPS = 5
"""In how many groups an organisation, and so each of its people, takes part."""

COLLEAGUES = 5
THREADS = 10
POSTS = 5
LANGUAGES = ("en", "fr", "es", "ar")
BODY = (
    "We have compared the fees that recruiters asked for in the three corridors, **before and after** the agreement. The "
    "figures of the second quarter are still missing; whoever has them, please add them to the sheet by Friday.\n\n"
    "* Corridor one: lower by a third\n* Corridor two: unchanged\n* Corridor three: no data\n"
)


@transaction.atomic
def make(people: int, groups: int) -> dict[str, int]:
    """Make people, each for an organisation, in groups with threads of the last days; a third of all threads is read."""
    chance, now = random.Random(8), timezone.now()
    bodies = Organisation.objects.bulk_create(
        Organisation(name=f"Body {n}", slug=f"body-{n}", status="active", stakeholder_type="workers")
        for n in range(people // COLLEAGUES)
    )
    persons = User.objects.bulk_create(
        User(
            email=f"person{n}@example.org",
            name=f"Person {n}",
            password="!",
            language=LANGUAGES[n % 4],
            time_zone="UTC",
        )
        for n in range(people)
    )
    ties = Affiliation.objects.bulk_create(
        Affiliation(
            user=person,
            organisation=bodies[n // COLLEAGUES],
            state="active",
            role="staff",
            function="Officer",
            started_at=now,
        )
        for n, person in enumerate(persons)
    )
    made = Group.objects.bulk_create(
        Group(name=f"Group {n}", slug=f"group-{n}", state="active", summary="A group.", mail_content=True)
        for n in range(groups)
    )
    places = Membership.objects.bulk_create(
        Membership(
            group=group,
            organisation=body,
            state="active",
            role="member",
            key=uuid.uuid4(),
            started_at=now,
        )
        for body in bodies
        for group in chance.sample(made, min(IN_GROUPS, groups))
    )
    by_body: dict[int, list[Affiliation]] = {}
    for tie in ties:
        by_body.setdefault(tie.organisation_id, []).append(tie)
    Participant.objects.bulk_create(
        (
            Participant(membership=place, affiliation=tie, user_id=tie.user_id)
            for place in places
            for tie in by_body[place.organisation_id]
        ),
        batch_size=2000,
    )
    speakers: dict[int, list[Affiliation]] = {}
    for place in places:
        speakers.setdefault(place.group_id, []).extend(by_body[place.organisation_id])
    for group in made:
        _threads(group, speakers.get(group.pk) or [ties[0]], THREADS)
    Rhythm.objects.bulk_create((Rhythm(user=person, due_at=now) for person in persons), batch_size=2000)
    _read_some(chance)
    return {"people": people, "groups": groups, "posts": Post.objects.count()}


def _threads(group: Group, speakers: list[Affiliation], count: int) -> None:
    now, html = timezone.now(), markdown.render(BODY)
    threads = Thread.objects.bulk_create(
        Thread(
            group=group,
            title=f"What changed in corridor {n} of {group.name}",
            author_id=speakers[0].user_id,
            organisation_id=speakers[0].organisation_id,
            function="Officer",
            last_number=POSTS,
            last_post_at=now,
            key=uuid.uuid4(),
        )
        for n in range(count)
    )
    Post.objects.bulk_create(
        Post(
            thread=thread,
            number=number,
            author_id=(speaker := speakers[(thread.pk + number) % len(speakers)]).user_id,
            organisation_id=speaker.organisation_id,
            function="Officer",
            body=BODY,
            html=html,
            key=uuid.uuid4(),
            digest="",
            created_at=now - timedelta(hours=POSTS - number),
        )
        for thread in threads
        for number in range(1, POSTS + 1)
    )


def _read_some(chance: random.Random) -> None:
    of_group: dict[int, list[int]] = {}
    for pk, group in Thread.objects.values_list("pk", "group_id"):
        of_group.setdefault(group, []).append(pk)
    seats = Participant.objects.values_list("user_id", "membership__group_id").distinct()
    marks = (
        Reading(user_id=user, thread_id=thread, last_read=POSTS)
        for user, group in seats.iterator()
        for thread in of_group[group]
        if chance.random() < 1 / 3
    )
    Reading.objects.bulk_create(marks, batch_size=5000)


@transaction.atomic
def more() -> dict[str, int]:
    """Add two threads to each group and let everybody's next hour come, of another day."""
    for group in Group.objects.all():
        # Of two speakers, so that there is news for each of them too.
        _threads(
            group, list(Affiliation.objects.filter(participations__membership__group=group).order_by("pk")[:2]), 2
        )
    Letter.objects.all().delete()
    Rhythm.objects.update(due_at=timezone.now())
    return {"posts": Post.objects.count()}


def send() -> dict[str, float]:
    """Do what the task does that the clock brings, and say what it took."""
    asked = 0

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        return execute(sql, params, many, context)

    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with connection.execute_wrapper(count):
        digests.begin_due()
        sent = outbox.send_due(patience=float("inf"))
    return {
        "sent": sent,
        "seconds": time.perf_counter() - begun,
        "queries": asked,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "idle": before / 1024,
    }


def release() -> dict[str, int]:
    """Let the leases of a killed worker end now, as they do by themselves after five minutes; return what still waits."""
    Letter.objects.waiting().update(leased_until=timezone.now() - timedelta(seconds=1))
    due = Rhythm.objects.filter(due_at__lte=timezone.now()).count()
    return {"waiting": Letter.objects.waiting().count() + due}


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    acts = {"make": make, "more": more, "send": send, "release": release}
    print(json.dumps(acts[name](*map(int, arguments))), flush=True)
