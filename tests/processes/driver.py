"""Another process of the site, without sockets: does what it is told by lines of JSON, as a page process or a command would.

Each function here may be asked for by its name: `Site.ask("end", 12)`.
"""

import json
import os
import sys
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import close_old_connections, connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from accounts.models import User  # noqa: E402
from core.events import publish  # noqa: E402
from core.realtime.limits import pace  # noqa: E402
from core.realtime.sessions import sessions_ended  # noqa: E402
from discussions.chat.models import Event, Room  # noqa: E402
from discussions.chat.services import send_message  # noqa: E402
from groups.events import GroupOpened, MembershipStarted, ParticipantEnded, ParticipantStarted  # noqa: E402
from groups.models import Group, Membership, Participant  # noqa: E402
from groups.pages.content.from_markdown import parsed  # noqa: E402
from groups.pages.services import create_page, text_of  # noqa: E402
from groups.standing import Standing  # noqa: E402
from partners.models import Affiliation, Organisation  # noqa: E402
from tests.processes import chores, later, letters  # noqa: E402


@transaction.atomic
def make(people, rooms=1, history="all"):
    """Make a group of one organisation with so many people and rooms; return them, with a session for each person."""
    now = {"started_at": timezone.now()}
    slug = f"harbours-{Group.objects.count() + 1}"
    body = Organisation.objects.create(name=slug, slug=slug, status="active", stakeholder_type="workers")
    group = Group.objects.create(name=slug, slug=slug, state="active", summary="What it is for.", history=history)
    publish(GroupOpened(group))
    for number in range(1, rooms):
        Room.objects.create(group=group, name=f"Room {number}")
    membership = Membership.objects.create(
        organisation=body, group=group, role="lead", state="active", key=uuid.uuid4(), **now
    )
    publish(MembershipStarted(membership))
    made = []
    for number in range(people):
        person = User.objects.create_user(f"person{number}@{slug}.example.org", name=f"Person {number}")
        Affiliation.objects.create(user=person, organisation=body, state="active", function="Docker", **now)
        begin(person.pk)
        made.append({"id": person.pk, "session": session_of(person)})
    rooms = list(Room.objects.filter(group=group).order_by("pk").values_list("pk", flat=True))
    return {"slug": group.slug, "room": rooms[0], "rooms": rooms, "people": made}


def session_of(person):
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def sessions(people):
    """Sign people in anew; return their sessions."""
    return [session_of(User.objects.get(pk=person)) for person in people]


@transaction.atomic
def begin(person):
    """Have the person take part; return the `seq` of it in the first room."""
    affiliation = Affiliation.objects.get(user=person)
    membership = Membership.objects.get(organisation=affiliation.organisation)
    seat = Participant.objects.create(membership=membership, affiliation=affiliation, user_id=person)
    publish(ParticipantStarted(seat))
    return Event.objects.filter(person=person, change="started").order_by("room", "-seq").first().seq


@transaction.atomic
def end(person):
    """End the person's part; return the `seq` of it."""
    for seat in Participant.objects.taking_part().filter(user=person):
        seat.ended_at = timezone.now()
        seat.save()
        publish(ParticipantEnded(seat, "removed"))
    return Event.objects.filter(person=person, change="ended").latest("seq").seq


def log(room):
    """Return the room's log: `seq`, kind, key."""
    events = Event.objects.filter(room=room).order_by("seq").values_list("seq", "kind", "key")
    return [[seq, kind, str(key)] for seq, kind, key in events]


def head(room):
    """Return how far the room is."""
    return Room.objects.get(pk=room).last_seq


def sign_out(session, person):
    """End a session as signing out does."""
    Session.objects.filter(pk=session).delete()
    sessions_ended(person)


@transaction.atomic
def burst(room, count, people, size=0):
    """Have these people say `count` things of `size` bytes in one transaction: the bells of all ring at the same moment."""
    speakers = [User.objects.get(pk=person) for person in people]
    keys = []
    for number in range(count):
        pace.forget()
        keys.append(str(uuid.uuid4()))
        send_message(room, by=speakers[number % len(speakers)], key=keys[-1], body=f"Burst {number}".ljust(size, "."))
    return keys


def begin_page(slug, person, text):
    """Begin a page in the person's name."""
    by = Standing.of(User.objects.get(pk=person), group := Group.objects.get(slug=slug)).speak()
    return create_page(group, by=by, key=uuid.uuid4(), title="Draft", blocks=parsed(text)).pk


def page_says(page):
    """Return what the page says, in Markdown."""
    return text_of(page)


def make_letters(people):
    """Make a group of people for whom a digest is due; return their addresses."""
    return letters.make(people)


def begin_letters():
    """Have workers begin with what is due."""
    letters.begin()


def letters_state():
    """Return how the digests stand."""
    return letters.state()


def invite(people):
    """Have the lead of the group of `make_letters` invite so many people who have no account; return their addresses."""
    return letters.invite(people)


def make_thread():
    """Make a group of one person with a thread; return the ids of both."""
    return later.make()


def schedule_posts(thread, person, words, seconds):
    """Have the person write these words for later, each to appear within so many seconds."""
    later.schedule_posts(thread, person, words, seconds)


def later_state(thread):
    """Return what stands in the thread, and how what was written for later stands."""
    return later.state(thread)


def publish_overdue():
    """Have a worker look for what is overdue, as the clock does every ten minutes."""
    later.look()


def prepare_chores():
    """Make the tables of tests/processes/chores.py."""
    with connection.cursor() as cursor:
        for table in chores.TABLES:
            cursor.execute(table)


def enqueue(name, *arguments):
    """Have a chore done in the background."""
    getattr(chores, name).enqueue(*arguments)


def chores_state():
    """Return how chores stand: by status, what was done, what was begun how often, and what was written by halves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM chore_once ORDER BY number")
        done = [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT number, count(*) FROM chore_begun GROUP BY number")
        begun = dict(cursor.fetchall())
        cursor.execute("SELECT number, count(*) FROM chore_whole GROUP BY number HAVING count(*) <> 2")
        halves = cursor.fetchall()
    chore = DBTaskResult.objects.filter(task_path__startswith="tests.processes.chores.")
    by_status = dict(chore.order_by("status").values_list("status").annotate(Count("id")))
    errors = sorted(set(chore.exclude(exception_class_path="").values_list("exception_class_path", flat=True)))
    return {"status": by_status, "done": done, "begun": begun, "halves": halves, "errors": errors}


if __name__ == "__main__":
    for line in sys.stdin:
        name, arguments, named = json.loads(line)
        close_old_connections()
        try:
            answer = {"result": globals()[name](*arguments, **named)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
