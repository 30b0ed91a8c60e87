"""G5. What is lost without a sign is found: by the next event's number, by the heads that every socket is told, by the poll.

A layer that drops everything for a minute and then forgets who listens costs nobody anything: 35 seconds later, with no act
of theirs, all have everything.
"""

import asyncio
import time

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings

from core.realtime import fanout
from core.realtime.hub import HEARTBEAT, Hub
from core.realtime.polling import POLL
from tests.chaos.client import until
from tests.guarantees.conftest import size
from tests.plugins.engines import forget_in_redis, on_services

FOUND = 35.0
SOCKETS = 50
DROPPING = size(1, 60)


async def test_a_layer_that_drops_everything_and_forgets_everybody_costs_nothing(
    joined, lead, room, asay, make_insider, supply_chains, monkeypatch, transactional_db
):
    processes = [Hub(poll=size(0.5, POLL)) for _ in range(2)]
    people = [await sync_to_async(make_insider)(supply_chains) for _ in range(-(-SOCKETS // 8))]
    sockets = [
        await joined(people[place // 8], room, hub=processes[place % 2], since=room.last_seq)
        for place in range(SOCKETS)
    ]
    layer = get_channel_layer()
    lost = []

    async def drop(group, message):
        lost.append(message)

    with monkeypatch.context() as dropping:
        dropping.setattr(layer, "group_send", drop)
        end, acks = time.monotonic() + DROPPING, []
        while time.monotonic() < end or len(acks) < 20:
            acks.append(await asay(lead, room, f"Word {len(acks)}"))
            await asyncio.sleep(size(0.02, 0.5))
    if on_services():
        await sync_to_async(forget_in_redis)(settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] + "*")
    acks.append(await asay(lead, room, "The last"))
    begun = time.monotonic()
    logs = await asyncio.gather(*(socket.events(acks[-1].seq) for socket in sockets))
    assert time.monotonic() - begun <= FOUND
    assert lost
    for log in logs:
        seqs = [event["seq"] for event in log]
        assert seqs == list(range(seqs[0], acks[-1].seq + 1))
        assert {ack.seq for ack in acks} <= set(seqs)


async def test_every_heartbeat_tells_how_far_the_rooms_are(joined, member, lead, room, asay, transactional_db):
    hub = Hub(heartbeat=1, poll=3600)
    socket = await joined(member, room, hub=hub)
    ack = await asay(lead, room)
    frame, before = await socket.until("heads")
    assert frame == {"type": "heads", "rooms": {str(room.pk): ack.seq}}
    assert [event["seq"] for frame in before for event in frame["events"]] == [ack.seq]


async def test_a_client_that_missed_something_asks_for_it_and_gets_it(joined, member, lead, room, asay):
    """By the number that is told it knows what it lacks: `join` with `since` brings exactly that."""
    first = await asay(lead, room, "Lost on the way")
    second = await asay(lead, room, "Also lost")
    socket = await joined(member, room)
    answer = await socket.ask(type="join", room=room.pk, since=first.seq - 1)
    assert answer["head"] == second.seq
    assert [event["seq"] for event in await socket.events(second.seq)] == [first.seq, second.seq]


def test_what_finds_it_comes_often_enough():
    """A lost bell: the poll. A lost frame: the heads, and one more round for the client that asks."""
    assert POLL * 1.2 < FOUND
    assert HEARTBEAT + fanout.PAGE / 100 < FOUND


@pytest.mark.services
@pytest.mark.slow
async def test_a_redis_that_is_emptied_under_a_running_site_is_no_loss(stage):
    async with stage.play(people=5, polling=1) as play:
        await until(lambda: all(client.joined for client in play.clients if client.sockets))
        with play.fault("redis", "flushed"):
            await asyncio.to_thread(stage.redis.ask, "FLUSHALL")
        play.talk(rate=10)
        await asyncio.sleep(size(1, 30))
        took = await play.settle(within=FOUND)
    assert took <= FOUND
    assert play.broken() == []
