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
    """Return the numbers that were rung, until nothing comes."""
    found = []
    try:
        while True:
            async with asyncio.timeout(0.5):
                found.append((await layer.receive(channel))["seq"])
    except TimeoutError:
        return found


async def test_a_burst_rings_the_first_and_the_newest(layer):
    bell.serve_from(asyncio.get_running_loop())
    channel = await layer.new_channel()
    await layer.group_add("room.7", channel)
    for seq in range(1, 101):
        bell.ring("room.7", {"type": "room.moved", "seq": seq}, newest_only=True)

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
        bell.ring("room.7", {"type": "room.moved", "seq": seq}, newest_only=True)
        assert await heard(layer, channel) == [seq]
