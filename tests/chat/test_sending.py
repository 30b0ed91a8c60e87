"""Messages said together: one transaction for all of them, and each judged as if it were alone."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404

from core.errors import Conflict, RateLimited
from core.realtime import limits
from core.realtime.together import Held
from discussions.chat import services
from discussions.chat.models import Event, Message, Room, RoomReading
from discussions.chat.services import Ack, Draft
from groups.standing import NotAllowed
from notifications.models import Notice


def draft(room, by, body="Good morning", **more):
    return Draft(room=room.pk, by=by.pk, body=body, key=more.pop("key", None) or uuid.uuid4(), **more)


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


def unread(room, *people):
    room.refresh_from_db()
    readings = {reading.user_id: reading for reading in RoomReading.objects.filter(room=room)}
    return [readings[person.pk].unread_in(room) for person in people]


def test_each_of_several_has_its_own_outcome(room, lead, member, observer, stranger):
    key = uuid.uuid4()
    outcomes = services.send_messages(
        [
            draft(room, member, key=key),
            draft(room, observer),
            draft(room, stranger),
            draft(room, lead, " "),
            draft(room, member, key=key),
            draft(room, member, "Other words", key=key),
            draft(room, lead, "And to you", reply_to=4711),
            draft(room, lead, "And to you"),
            Draft(room=4711, by=lead.pk, key=uuid.uuid4(), body="Anybody there?"),
        ]
    )

    assert kinds(outcomes) == [
        Ack, NotAllowed, Http404, services.Malformed, Ack, Conflict, Http404, Ack, Http404,
    ]  # fmt: skip
    assert (outcomes[0].seq, outcomes[4], outcomes[7].seq) == (4, outcomes[0], 5)
    assert list(Message.objects.order_by("seq").values_list("body", "number")) == [
        ("Good morning", 1),
        ("And to you", 2),
    ]


def test_a_key_that_is_known_is_answered_among_new_ones(room, lead, member):
    first = draft(room, member)
    (before,) = services.send_messages([first])
    after = services.send_messages([draft(room, lead), first])
    assert (after[1], after[0].seq) == (before, before.seq + 1)


def test_several_rooms_go_together(room, supply_chains, member, lead):
    other = services.open_room(supply_chains, by=lead, name="Drafting")
    outcomes = services.send_messages([draft(place, member) for place in (room, other, room, other)])
    assert [(outcome.room, outcome.seq) for outcome in outcomes] == [
        (room.pk, 4), (other.pk, 1), (room.pk, 5), (other.pk, 2),
    ]  # fmt: skip
    for place, head in ((room, 5), (other, 2)):
        place.refresh_from_db()
        assert (place.last_seq, place.last_number) == (head, 2)


def test_own_messages_are_not_unread_and_those_of_others_are(room, lead, member, observer):
    services.send_messages([draft(room, member), draft(room, member), draft(room, lead), draft(room, member)])
    assert unread(room, member, lead, observer) == [1, 3, 4]


def test_whoever_has_no_reading_yet_gets_one(room, lead, member):
    RoomReading.objects.filter(room=room).delete()
    services.send_messages([draft(room, member), draft(room, lead), draft(room, lead)])
    assert unread(room, member, lead) == [2, 1]


def test_pace_is_asked_for_each(room, member, lead):
    limits.pace.forget()
    outcomes = services.send_messages([draft(room, member) for _ in range(25)] + [draft(room, lead)])
    assert kinds(outcomes) == [Ack] * 20 + [RateLimited] * 5 + [Ack]
    assert outcomes[-1].seq == 24


def test_each_mention_is_told(room, lead, member):
    services.send_messages([draft(room, lead, f"@{member.name} look"), draft(room, lead, f"@{member.name} again")])
    assert Notice.objects.filter(user=member, kind="chat_mention").count() == 2


@pytest.mark.parametrize("count", [2, 3])
def test_the_number_of_queries_does_not_grow_with_the_messages(room, lead, member, count, django_assert_num_queries):
    people = [lead, member]
    # SQLite keeps the words of the search in a table of their own.
    with django_assert_num_queries(14 if connection.vendor == "postgresql" else 15):
        services.send_messages([draft(room, people[number % 2]) for number in range(count)])


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_told_to_whom_it_concerns_only(room, supply_chains, member, lead):
    other = services.open_room(supply_chains, by=lead, name="Drafting")
    services.send_messages([draft(room, member)])
    Room.objects.filter(pk=room.pk).update(last_number=0)  # the next number is taken

    outcomes = services.send_messages([draft(room, member), draft(other, lead)])

    assert kinds(outcomes) == [IntegrityError, Ack]
    assert list(Message.objects.filter(room=room).values_list("number", flat=True)) == [1]
    with pytest.raises(IntegrityError):
        services.send_message(room.pk, by=member, key=uuid.uuid4(), body="Once more")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestARoomThatSomebodyHolds:
    """On PostgreSQL a row can be held; SQLite has one writer at a time."""

    @pytest.fixture
    def held(self, room):
        """Hold the room in another connection until the test ends."""
        if connection.vendor != "postgresql":
            pytest.skip("one writer at a time; the run on PostgreSQL has it")
        holds, let_go = threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                Room.objects.select_for_update().get(pk=room.pk)
                holds.set()
                let_go.wait(20)
            connection.close()

        thread = threading.Thread(target=hold)
        thread.start()
        assert holds.wait(10)
        yield room
        let_go.set()
        thread.join()

    def test_others_do_not_wait_with_it(self, supply_chains, lead, member, held):
        free = Room.objects.create(group=supply_chains, name="Drafting")
        outcomes = services.send_messages([draft(held, member), draft(free, member)], wait=False)
        assert kinds(outcomes) == [Held, Ack]
        assert outcomes[0].lane == held.pk

    def test_a_known_key_is_answered_all_the_same(self, room, member, request):
        first = draft(room, member)
        (before,) = services.send_messages([first])
        request.getfixturevalue("held")
        assert services.send_messages([first], wait=False) == [before]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_in_two_rooms_is_one_act(room, supply_chains, member, lead):
    """The unique key is what decides; the loser is told what the key carried, and those beside it are said."""
    other = services.open_room(supply_chains, by=lead, name="Drafting")
    key = uuid.uuid4()
    first, second = draft(room, member, key=key), draft(other, member, key=key)
    outcomes = {}

    def say(name, drafts):
        outcomes[name] = services.send_messages(drafts)
        connection.close()

    threads = [
        threading.Thread(target=say, args=("room", [first, draft(room, lead)])),
        threading.Thread(target=say, args=("other", [second, draft(other, lead)])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(outcome[0]).__name__ for outcome in outcomes.values()) == ["Ack", "Conflict"]
    assert [type(outcome[1]) for outcome in outcomes.values()] == [Ack, Ack]
    assert Event.objects.filter(key=key).count() == 1
    for place in (room, other):
        seqs = list(Event.objects.filter(room=place).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))
