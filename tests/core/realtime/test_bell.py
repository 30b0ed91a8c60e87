"""Bells that say all that earlier ones said: while one is being rung, the newest of those that come is rung after it."""

import asyncio

import pytest
from channels.layers import channel_layers, get_channel_layer

from core.realtime import bell


@pytest.fixture
def layer():
    channel_layers.backends.clear()
    yield get_channel_layer()
    channel_layers.backends.clear()
    bell.serve_from(None)


async def heard(layer, channel):
    """Return the numbers that were rung, in order, until nothing comes."""
    found = []
    try:
        while True:
            async with asyncio.timeout(0.5):
                found += [message["seq"] for message in bell.rung(await layer.receive(channel))]
    except TimeoutError:
        return found


async def test_a_burst_rings_the_first_and_the_newest(layer):
    bell.serve_from(asyncio.get_running_loop())
    channel = await layer.new_channel()
    await layer.group_add("room.7", channel)
    for seq in range(1, 101):
        bell.ring("room.7", {"type": "room.moved", "seq": seq}, newest_of=7)

    rung = await heard(layer, channel)

    assert rung[-1] == 100
    assert rung == sorted(rung)
    assert len(rung) < 10


async def test_others_are_rung_one_by_one(layer):
    bell.serve_from(asyncio.get_running_loop())
    channel = await layer.new_channel()
    await layer.group_add("people", channel)
    for seq in range(1, 6):
        bell.ring("people", {"type": "person.sessions", "seq": seq})

    assert sorted(await heard(layer, channel)) == [1, 2, 3, 4, 5]


async def test_what_comes_after_a_pause_is_rung(layer):
    bell.serve_from(asyncio.get_running_loop())
    channel = await layer.new_channel()
    await layer.group_add("room.7", channel)
    for seq in (1, 2):
        bell.ring("room.7", {"type": "room.moved", "seq": seq}, newest_of=7)
        assert await heard(layer, channel) == [seq]


async def test_what_moves_while_the_engine_is_at_work_is_rung_together(layer, monkeypatch):
    bell.serve_from(asyncio.get_running_loop())
    send, answered, rings = layer.group_send, asyncio.Event(), []

    async def slowly(name, ring):
        rings.append([message["seq"] for message in bell.rung(ring)])
        await answered.wait()
        await send(name, ring)

    monkeypatch.setattr(layer, "group_send", slowly)
    channel = await layer.new_channel()
    await layer.group_add(bell.shared(1), channel)
    bell.ring(bell.shared(1), {"type": "room.moved", "seq": 0}, newest_of=0)
    await asyncio.sleep(0.1)
    # From many threads, as commits are.
    rooms = 2 * bell.RING_MAX
    await asyncio.gather(*(
        asyncio.to_thread(bell.ring, bell.shared(room), {"type": "room.moved", "seq": room}, newest_of=room)
        for room in range(1, rooms + 1)
    ))  # fmt: skip
    answered.set()

    assert sorted(await heard(layer, channel)) == list(range(rooms + 1))
    assert [len(ring) for ring in rings] == [1, bell.RING_MAX, bell.RING_MAX]


async def test_one_bell_that_does_not_ring_holds_up_no_other(layer, monkeypatch):
    bell.serve_from(asyncio.get_running_loop())
    send = layer.group_send

    async def frozen_for_people(name, ring):
        await (asyncio.Event().wait() if name == "people" else send(name, ring))

    monkeypatch.setattr(layer, "group_send", frozen_for_people)
    channel = await layer.new_channel()
    await layer.group_add("page.7", channel)
    bell.ring("people", {"type": "person.sessions", "seq": 1})
    bell.ring("page.7", {"type": "page.moved", "seq": 2}, newest_of=7)

    assert await heard(layer, channel) == [2]


@pytest.mark.parametrize("counted", ["seq", "number"])
async def test_what_was_committed_last_is_rung_though_it_was_handed_over_first(layer, monkeypatch, counted):
    bell.serve_from(asyncio.get_running_loop())
    rung, send = [], layer.group_send

    async def record(name, ring):
        rung.extend(message[counted] for message in bell.rung(ring))
        await send(name, ring)

    monkeypatch.setattr(layer, "group_send", record)
    for place in (6, 5):
        bell.ring(bell.shared(7), {"type": "thing.moved", counted: place}, newest_of=7)
    await bell.settled()

    assert rung == [6]
