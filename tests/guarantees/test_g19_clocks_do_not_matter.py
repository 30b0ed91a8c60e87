"""G19. Clocks do not matter: the order of a room is that of its numbers, and times in a room never run back.

No time that a client sends is used for anything. A server whose clock is hours off, or jumps, writes in the same order as the
others; sessions bear a few minutes.
"""

import uuid

import pytest
from asgiref.sync import sync_to_async
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Event, Message
from tests.guarantees.conftest import size

HOUR = 3600
# Who does what, and by how much the clock of the process it comes to is wrong.
ACTS = some.lists(
    some.tuples(
        some.sampled_from(["say", "say", "edit", "delete", "leave"]),
        some.integers(-2 * HOUR, 2 * HOUR) | some.sampled_from([-2 * HOUR, 0, 2 * HOUR]),
    ),
    min_size=2,
    max_size=15,
)


@given(ACTS)
@example([("say", 0), ("delete", -2 * HOUR)])
@settings(
    max_examples=size(40, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_times_in_a_room_never_run_back_whatever_the_clocks_say(
    room, supply_chains, member, make_insider, end, clock, acts
):
    begun = room.last_seq
    for kind, seconds in acts:
        clock(seconds=seconds)
        limits.pace.forget()
        own = Message.objects.filter(room=room, deleted_at=None).last()
        if kind == "leave":
            end(make_insider(supply_chains), supply_chains)
        elif kind == "say" or own is None:
            services.send_message(room.pk, by=member, key=uuid.uuid4(), body="Word")
        elif kind == "edit":
            services.edit_message(room.pk, own.pk, by=member, key=uuid.uuid4(), base=own.version, body="Other")
        else:
            services.delete_message(room.pk, own.pk, by=member, key=uuid.uuid4())
    events = list(Event.objects.filter(room=room).select_related("message").order_by("seq"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(events) > begun
    times = [event.created_at for event in events]
    assert times == sorted(times)
    messages = list(Message.objects.filter(room=room).order_by("number"))
    assert [message.seq for message in messages] == sorted(message.seq for message in messages)
    said = [message.created_at for message in messages]
    assert said == sorted(said)
    for message in messages:
        assert message.created_at <= (message.edited_at or message.created_at)
        assert message.created_at <= (message.deleted_at or message.created_at)


async def test_what_a_client_says_about_time_and_place_is_not_heard(joined, member, lead, room, asay):
    watcher, author = await joined(lead, room), await joined(member, room)
    first = await asay(lead, room, "First")
    lies = {"at": "2001-01-01T00:00:00Z", "created_at": 1, "seq": 1, "number": 1, "id": 1, "version": 9, "time": 0}
    await author.say(type="send", room=room.pk, key=str(uuid.uuid4()), body="Second", **lies)
    (await author.until("ack"))
    events = await watcher.events(first.seq + 1)
    told = [event["message"] for event in events]
    assert [message["number"] for message in told] == [1, 2]
    assert told[0]["at"] <= told[1]["at"]
    stored = await Message.objects.aget(body="Second")
    assert (stored.seq, stored.version) == (first.seq + 1, 1)
    assert stored.pk == told[1]["id"] != lies["id"]


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_session_bears_a_clock_that_is_a_few_minutes_off(
    minutes, joined, member, lead, room, asay, hub, clock
):
    socket = await joined(member, room)
    clock(minutes=minutes)
    await hub.polling.look()
    ack = await asay(lead, room, "Still here")
    assert [event["seq"] for event in await socket.events(ack.seq)] == [ack.seq]
    again = await joined(member, room)
    assert again.session_key


@pytest.mark.parametrize("hours", [-2, 2])
async def test_two_processes_with_clocks_apart_make_one_order(hours, joined, member, lead, room, asay, clock):
    watcher = await joined(lead, room)
    acks = []
    for number in range(6):
        clock(hours=hours * (number % 2))
        acks.append(await asay(member, room, f"Word {number}"))
    events = await watcher.events(acks[-1].seq)
    assert [event["message"]["body"] for event in events] == [f"Word {number}" for number in range(6)]
    times = [event["message"]["at"] for event in events]
    assert times == sorted(times)
    read = sync_to_async(services.mark_read)
    await sync_to_async(room.refresh_from_db)()
    clock(hours=-hours)
    assert (await read(room, by=lead, seq=acks[2].seq)).last_number == 3
