"""G20. A reader who is slow costs a fixed amount: at most 256 events or 1 MB wait for one socket.

Who takes nothing is closed (4408) and comes back with what they know; who is slow for a while misses nothing; nobody else
notices.
"""

import asyncio
import gc
import json
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.realtime import outbox
from core.realtime.hub import Hub
from core.realtime.outbox import BYTES_MAX, EVENTS_MAX, TOO_SLOW, Batch, Outbox
from core.realtime.rooms import Entry
from tests.chat.memory import ROOM, Client, Memory
from tests.guarantees.conftest import size

OFFERED = size(40, 300) * 1_000_000
EVENT = json.dumps({"seq": 0, "kind": "message", "text": "x" * 30_000})


async def test_a_reader_who_takes_nothing_is_closed_and_others_are_not(joined, member, lead, room, asay, monkeypatch):
    monkeypatch.setattr(outbox, "STALLED_AFTER", 0.5)
    slow, quick = await joined(member, room), await joined(lead, room)
    slow.stuck = True
    for number in range(200):  # one frame on its way may hold a hundred
        await asay(lead, room, f"Message {number}")
    assert [event["seq"] for event in await quick.events(203)] == list(range(4, 204))
    assert await slow.close_code() == 4408


async def test_a_reader_who_is_slow_for_a_while_misses_nothing(joined, member, lead, room, asay, monkeypatch):
    monkeypatch.setattr(outbox, "STALLED_AFTER", 60)
    slow = await joined(member, room)
    slow.stuck = True
    for number in range(150):
        await asay(lead, room, f"Message {number}")
    slow.stuck = False
    assert [event["seq"] for event in await slow.events(153)] == list(range(4, 154))


@given(
    some.lists(
        some.tuples(some.sampled_from(["events", "events", "frame", "light"]), some.integers(1, 60_000))
        | some.tuples(some.just("take"), some.integers(1, 5)),
        max_size=120,
    )
)
@settings(max_examples=size(200, 2000), deadline=None)
def test_no_more_than_the_bound_ever_waits(steps):
    box, sent, taken = Outbox(), 0, []

    def frames():
        return list(box._items)

    for step, amount in steps:
        if box.code is not None:
            break
        if step == "take":
            for _ in range(amount):
                if frames():
                    taken += [event["seq"] for event in json.loads(box._next()).get("events", [])]
        elif step == "events":
            # Many short ones, or few long ones.
            number, length = (amount % 40 + 1, 20) if amount % 2 else (1, amount)
            texts = []
            for _ in range(number):
                sent += 1
                texts.append(Entry(sent, 1, sent, json.dumps({"seq": sent, "text": "x" * length})))
            box.put_events(Batch(ROOM, texts))
        elif step == "frame":
            box.put(json.dumps({"type": "notice", "unread": amount}))
        else:
            box.offer(json.dumps({"type": "typing", "person": amount}))
        waits = frames()
        events = sum(len(item) for item in waits if isinstance(item, Batch))
        weight = sum(item.size if isinstance(item, Batch) else len(item) for item in waits)
        assert events <= EVENTS_MAX and weight <= BYTES_MAX
    if box.code is None:
        while frames():
            taken += [event["seq"] for event in json.loads(box._next()).get("events", [])]
        assert taken == list(range(1, sent + 1)), "nothing is dropped without a word"
        assert (box._events, box._bytes) == (0, 0)
    else:
        assert box.code == TOO_SLOW and not frames()
        assert taken == list(range(1, len(taken) + 1))


def resident():
    """Return how much memory the process holds, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def offered_to_somebody_who_never_reads():
    """Offer it all to one who reads nothing and one who reads; return how memory grew, and what became of both."""
    memory = Memory()
    hub = Hub(poll=3600)
    hub.rooms = memory
    numbers = count()
    stuck, quick = Client(1, numbers), Client(2, numbers)
    got = []

    async def take(message):
        got.append(len(message["text"]))

    for client in (stuck, quick):
        client.open(hub)
        await client.join()
    quick.socket.outbox.open(take, lambda: None)
    gc.collect()
    begun, most, loop = resident(), 0, asyncio.get_running_loop()
    started, closed_after = loop.time(), None
    for number in range(OFFERED // len(EVENT)):
        seq = len(memory.log) + 1
        memory.log.append(Entry(seq, 1, seq, EVENT))
        hub._heard({"type": "room.moved", "room": ROOM, "seq": seq})
        if number % 5 == 0:
            await asyncio.sleep(0.001)
            most = max(most, resident() - begun)
        if closed_after is None and stuck.socket.outbox.code is not None:
            closed_after = loop.time() - started
    while sum(got) < OFFERED * 0.99 and loop.time() - started < 60:
        await asyncio.sleep(0.01)
    while stuck.socket.outbox.code is None and loop.time() - started < 60:
        await asyncio.sleep(0.05)
    if closed_after is None:
        closed_after = loop.time() - started
    code, lost = stuck.socket.outbox.code, quick.socket.outbox.code
    await quick.socket.outbox.end()
    for client in (stuck, quick):
        await client.close()
    return most, code, closed_after, lost, sum(got)


@pytest.mark.slow
def test_megabytes_offered_to_somebody_who_never_reads_cost_little(monkeypatch):
    monkeypatch.setattr(outbox, "STALLED_AFTER", size(1.0, 10.0))
    grown, code, closed_after, lost, got = asyncio.run(offered_to_somebody_who_never_reads())
    assert grown <= 20_000_000
    assert code == TOO_SLOW and closed_after <= 15
    assert lost is None and got >= OFFERED * 0.99, "who reads gets everything"
