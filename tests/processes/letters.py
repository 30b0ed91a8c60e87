"""Digests that wait for real workers, and how they stand."""

import uuid

from django.utils import timezone

from accounts.models import User
from discussions.services import start_thread
from groups import services as groups
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from notifications.models import Letter, Rhythm
from notifications.tasks import send_letters
from partners import services as partners
from partners.models import Affiliation, Organisation


def make(people):
    """Make a group with so many people, something new in it, and the hour of everybody's digest; return their addresses."""
    now = timezone.now()
    body = Organisation.objects.create(name="Quays", slug="quays", status="active", stakeholder_type="workers")
    group = Group.objects.create(
        name="Quays", slug="quays", state="active", summary="What it is for.", mail_content=True
    )
    place = Membership.objects.create(
        group=group, organisation=body, role="lead", state="active", key=uuid.uuid4(), started_at=now
    )
    persons = User.objects.bulk_create(
        User(email=f"reader{number}@example.org", name=f"Reader {number}", password="!")
        for number in range(people + 1)
    )
    ties = Affiliation.objects.bulk_create(
        Affiliation(user=one, organisation=body, state="active", function="Docker", started_at=now) for one in persons
    )
    Affiliation.objects.filter(user=persons[0]).update(role="focal-point")
    Participant.objects.bulk_create(Participant(membership=place, affiliation=tie, user=tie.user) for tie in ties)
    speaker, *readers = persons
    by = Standing.of(speaker, group).speak()
    start_thread(group, by=by, title="Tides", body="High water at six.", key=uuid.uuid4())
    Rhythm.objects.bulk_create(Rhythm(user=reader, due_at=now) for reader in readers)
    return [reader.email for reader in readers]


def invite(people):
    """Have somebody invite so many people into that group, and each as a colleague too; return the addresses."""
    group, body = Group.objects.get(slug="quays"), Organisation.objects.get(slug="quays")
    by = Standing.of(Affiliation.objects.get(role="focal-point").user, group).act()
    addresses = [f"guest{number}@elsewhere.example" for number in range(people)]
    for address in addresses:
        groups.invite(group, by=by, email=address, key=uuid.uuid4())
    for address in addresses[:40]:  # a person invites fifty colleagues a day
        partners.invite_colleague(body, by=by, email=address, key=uuid.uuid4())
    return [*addresses, *addresses[:40]]


def begin():
    """Have workers begin with what is due, as the clock does every minute."""
    send_letters.enqueue()


def state():
    """Return how many letters there are in each state, and for how many people one is yet to be made."""
    return {
        "due": Rhythm.objects.filter(due_at__lte=timezone.now()).count(),
        "waiting": Letter.objects.waiting().count(),
        "sent": Letter.objects.filter(state=Letter.State.SENT).count(),
        "failed": Letter.objects.failed().count(),
    }
