"""Another process of the site, without sockets: does what it is told by lines of JSON, as a page process or a command would."""

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
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from core.events import publish  # noqa: E402
from core.realtime.sessions import sessions_ended  # noqa: E402
from discussions.chat.models import Event, Room  # noqa: E402
from groups.events import GroupOpened, MembershipStarted, ParticipantEnded, ParticipantStarted  # noqa: E402
from groups.models import Group, Membership, Participant  # noqa: E402
from partners.models import Affiliation, Organisation  # noqa: E402


@transaction.atomic
def make(people):
    """Make a group of one organisation with so many people; return the room and the people's sessions."""
    now = {"started_at": timezone.now()}
    body = Organisation.objects.create(name="Dockers", slug="dockers", status="active", stakeholder_type="workers")
    group = Group.objects.create(name="Harbours", slug="harbours", state="active", summary="What it is for.")
    publish(GroupOpened(group))
    membership = Membership.objects.create(
        organisation=body, group=group, role="lead", state="active", key=uuid.uuid4(), **now
    )
    publish(MembershipStarted(membership))
    made = []
    for number in range(people):
        person = User.objects.create_user(f"person{number}@example.org", name=f"Person {number}")
        Affiliation.objects.create(user=person, organisation=body, state="active", function="Docker", **now)
        begin(person.pk)
        made.append({"id": person.pk, "session": session_of(person)})
    return {"room": Room.objects.get(group=group).pk, "people": made}


def session_of(person):
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


@transaction.atomic
def begin(person):
    """Have the person take part."""
    affiliation = Affiliation.objects.get(user=person)
    seat = Participant.objects.create(membership=Membership.objects.get(), affiliation=affiliation, user_id=person)
    publish(ParticipantStarted(seat))


@transaction.atomic
def end(person):
    """End the person's part; return the `seq` of it."""
    for seat in Participant.objects.taking_part().filter(user=person):
        seat.ended_at = timezone.now()
        seat.save()
        publish(ParticipantEnded(seat, "removed"))
    return Event.objects.filter(person=person, change="ended").latest("seq").seq


def log():
    """Return the room's log: `seq`, kind, key."""
    return [
        [seq, kind, str(key)] for seq, kind, key in Event.objects.order_by("seq").values_list("seq", "kind", "key")
    ]


def sign_out(session, person):
    """End a session as signing out does."""
    Session.objects.filter(pk=session).delete()
    sessions_ended(person)


if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(globals()[name](*arguments)), flush=True)
