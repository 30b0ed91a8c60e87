"""Words for later that wait for real workers, and how they stand."""

import random
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from discussions.models import Post, Scheduled, Thread
from discussions.services import schedule, start_thread
from discussions.tasks import publish_due, publish_overdue
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from partners.models import Affiliation, Organisation


def make():
    """Make a group of one person with a thread; return the ids of the thread and of the person."""
    now = timezone.now()
    body = Organisation.objects.create(name="Quays", slug="quays", status="active", stakeholder_type="workers")
    group = Group.objects.create(name="Quays", slug="quays", state="active", summary="What it is for.")
    place = Membership.objects.create(
        group=group, organisation=body, role="lead", state="active", key=uuid.uuid4(), started_at=now
    )
    person = User.objects.create_user("pilot@example.org", name="Pilot")
    tie = Affiliation.objects.create(user=person, organisation=body, state="active", function="Docker", started_at=now)
    Participant.objects.create(membership=place, affiliation=tie, user=person)
    by = Standing.of(person, group).speak()
    thread = start_thread(group, by=by, title="Tides", body="High water at six.", key=uuid.uuid4())
    return {"thread": thread.pk, "person": person.pk}


def schedule_posts(thread, person, words, seconds):
    """Write each of the words for a moment within so many seconds from now.

    They are written for later, and then both moments, of the row and of its task, are drawn near: a busy machine may take
    longer to write them than they should wait.
    """
    chance = random.Random(words[0])
    place = Thread.objects.select_related("group").get(pk=thread)
    by = Standing.of(User.objects.get(pk=person), place.group).speak()
    for one in words:
        waiting = schedule(
            place.group,
            by=by,
            thread=place,
            body=one,
            due_at=timezone.now() + timedelta(hours=1),
            key=uuid.uuid4(),
        )
        moment = timezone.now() + timedelta(seconds=chance.uniform(0, seconds))
        with transaction.atomic():
            Scheduled.objects.filter(pk=waiting.pk).update(due_at=moment)
            ours = DBTaskResult.objects.filter(task_path=publish_due.module_path, args_kwargs__args=[waiting.pk])
            assert ours.update(run_after=moment) == 1


def look():
    """Look for what is overdue, in the background."""
    publish_overdue.enqueue()


def state(thread):
    """Return what was said in the thread, what waits, what was refused, and how the tasks of it stand."""
    tasks = DBTaskResult.objects.filter(task_path=publish_due.module_path).order_by("status")
    return {
        "said": list(
            Post.objects.filter(thread=thread, number__gt=1).order_by("number").values_list("body", flat=True)
        ),
        "numbers": list(Post.objects.filter(thread=thread).order_by("number").values_list("number", flat=True)),
        "due": Scheduled.objects.waiting().filter(due_at__lte=timezone.now()).count(),
        "waits": Scheduled.objects.waiting().count(),
        "refused": Scheduled.objects.exclude(refused_at=None).count(),
        "tasks": dict(tasks.values_list("status").annotate(Count("id"))),
    }
