"""G13. Unread is what others said after the last that was read: exactly, always, on every device.

It is kept as arithmetic; here it equals a count of the rows after every act. The mark only rises, and of several devices the
furthest counts.
"""

import uuid

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.events import publish
from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Message, RoomReading
from discussions.chat.unread import room_badges
from groups.events import ParticipantStarted
from groups.models import Participant
from tests.guarantees.conftest import size

NAMES = ("lead", "member", "observer")
WHO = some.sampled_from(NAMES)
ACTS = some.lists(
    some.tuples(some.sampled_from(["say", "say", "edit", "delete"]), some.sampled_from(["lead", "member"]))
    # Two devices that know different heads: each says how far it is, in any order.
    | some.tuples(some.just("read"), WHO, some.integers(-2, 20))
    | some.tuples(some.just("read all"), WHO)
    # What several say at the same moment goes into the room in one transaction.
    | some.tuples(some.just("say together"), WHO, some.lists(some.sampled_from(["lead", "member"]), max_size=6))
    | some.tuples(some.sampled_from(["remove", "return"]), some.sampled_from(["member", "observer"])),
    max_size=25,
)


def recount(room, person):
    """Count the rows: what others said after the last that the person has read."""
    reading = RoomReading.objects.filter(room=room, user=person).first()
    after = Message.objects.filter(room=room, seq__gt=reading.last_seq if reading else 0)
    return after.exclude(author=person).count()


@transaction.atomic
def came_back(person, group):
    old = Participant.objects.filter(user=person, membership__group=group).latest("pk")
    seat = Participant.objects.create(membership=old.membership, affiliation=old.affiliation, user=person)
    publish(ParticipantStarted(seat))


@given(ACTS)
@settings(max_examples=size(40, 1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_unread_equals_a_recount_after_every_act(supply_chains, room, lead, member, observer, end, acts):
    """One history goes on from where the one before it ended, in the same room."""
    people = {"lead": lead, "member": member, "observer": observer}
    inside, marks = set(NAMES), dict.fromkeys(NAMES, 0)
    for kind, who, *rest in acts:
        person = people[who]
        own = Message.objects.filter(room=room, author=person, deleted_at=None).last()
        limits.pace.forget()
        match kind:
            case "say" if who in inside:
                services.send_message(room.pk, by=person, key=uuid.uuid4(), body="Word")
            case "say together":
                drafts = [
                    services.Draft(room=room.pk, by=people[name].pk, key=uuid.uuid4(), body="Word")
                    for name in rest[0]
                    if name in inside
                ]
                assert len(services.send_messages(drafts)) == len(drafts)
            case "edit" if own and who in inside:
                services.edit_message(room.pk, own.pk, by=person, key=uuid.uuid4(), base=own.version, body="Other")
            case "delete" if own and who in inside:
                services.delete_message(room.pk, own.pk, by=person, key=uuid.uuid4())
            case "read" if who in inside:
                room.refresh_from_db()
                services.mark_read(room, by=person, seq=room.last_seq - rest[0])
            case "read all" if who in inside:
                room.refresh_from_db()
                services.mark_read(room, by=person, seq=room.last_seq)
                assert recount(room, person) == 0
            case "remove" if who in inside:
                end(person, supply_chains)
                inside.discard(who)
            case "return" if who not in inside:
                came_back(person, supply_chains)
                inside.add(who)
        for name in inside:
            (badge,) = room_badges(people[name], [supply_chains])[supply_chains.pk]
            assert badge.unread == recount(room, people[name]), name
            if reading := RoomReading.objects.filter(room=room, user=people[name]).first():
                assert reading.last_seq >= marks[name], "the mark only rises"
                marks[name] = reading.last_seq
    # The next history begins with everybody inside.
    for name in NAMES:
        if name not in inside:
            came_back(people[name], supply_chains)


def test_nothing_from_before_joining_is_unread_and_no_mark_goes_past_the_end(room, say, member, lead, supply_chains):
    def unread(person):
        (badge,) = room_badges(person, [supply_chains])[supply_chains.pk]
        assert badge.unread == recount(room, person)
        return badge.unread

    assert unread(member) == 0
    for _ in range(3):
        say(lead, room)
    room.refresh_from_db()
    services.mark_read(room, by=member, seq=10_000)
    assert unread(member) == 0
    say(lead, room)
    assert unread(member) == 1, "what comes after the end of then is not read"
