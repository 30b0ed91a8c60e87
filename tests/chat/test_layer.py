"""The channel layer is a bell: whatever becomes of it, what must hold without it goes on at its own pace."""

import asyncio
import logging

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings

from core.realtime import bell
from discussions.chat.services import open_room
from tests.plugins.engines import forget_in_redis, on_services

pytestmark = pytest.mark.django_db(transaction=True)


async def never(*args):
    """Answer as a frozen engine does."""
    await asyncio.Event().wait()


@pytest.fixture
def open_rooms(supply_chains, lead):
    """Open further rooms of the group."""

    def make(count):
        return [open_room(supply_chains, by=lead, name=f"Room {number}") for number in range(count)]

    return sync_to_async(make)


async def test_a_frozen_layer_holds_up_no_poll(
    joined, member, lead, room, supply_chains, aend, asay, open_rooms, hub, monkeypatch
):
    lead.shows_presence = True
    await lead.asave()
    out, watcher = await joined(member, room), await joined(lead, room)
    for further in await open_rooms(3):
        await watcher.say(type="join", room=further.pk)
        await watcher.until("joined")
    monkeypatch.setattr(bell, "PATIENCE", 3600)
    for name in ("group_send", "group_add"):
        monkeypatch.setattr(get_channel_layer(), name, never)
    await aend(member, supply_chains)
    ack = await asay(lead, room, "After")

    for _ in range(2):
        await hub.polling.look()
        hub.polling.hear_again(everything=True)

    assert (await out.until("closed"))[0]["reason"] == "removed"
    assert [event["seq"] for event in await watcher.events(ack.seq)][-1] == ack.seq


async def test_a_bell_that_could_not_be_hung_is_tried_again(joined, member, lead, room, asay, hub, monkeypatch):
    layer = get_channel_layer()
    add = layer.group_add

    async def refused(*args):
        raise ConnectionError

    monkeypatch.setattr(layer, "group_add", refused)
    listener = await joined(member, room)
    monkeypatch.setattr(layer, "group_add", add)
    hub.polling.hear_again(everything=False)
    await hub.polling.hearing

    ack = await asay(lead, room, "With a bell again")
    assert [event["seq"] for event in await listener.events(ack.seq)] == [ack.seq]


async def test_nobody_rings_for_a_process_whose_last_socket_has_gone(joined, member, room, hub, monkeypatch):
    layer = get_channel_layer()
    heard = set()
    add, discard = layer.group_add, layer.group_discard

    async def added(name, channel):
        await add(name, channel)
        heard.add((name, channel))

    async def discarded(name, channel):
        await discard(name, channel)
        heard.discard((name, channel))

    monkeypatch.setattr(layer, "group_add", added)
    monkeypatch.setattr(layer, "group_discard", discarded)
    for _ in range(2):
        socket = await joined(member, room)
        assert {name for name, _ in heard} == {"people", *bell.all_shared()}
        await socket.disconnect()
        assert heard == set()


async def test_who_comes_while_nobody_hears_yet_misses_nothing(joined, member, lead, room, asay, monkeypatch):
    layer = get_channel_layer()
    add, may_hear = layer.group_add, asyncio.Event()

    async def slowly(name, channel):
        await may_hear.wait()
        await add(name, channel)

    monkeypatch.setattr(layer, "group_add", slowly)
    joining = asyncio.create_task(joined(member, room))
    await asyncio.sleep(0.3)
    assert not joining.done()
    may_hear.set()
    socket = await joining

    ack = await asay(lead, room, "Heard")
    assert [event["seq"] for event in await socket.events(ack.seq)] == [ack.seq]


@pytest.fixture
def redis_names():
    """What every name of this run begins with in Redis."""
    if not on_services():
        pytest.skip("this run is on the in-memory layer; the one on PostgreSQL and Redis has it")
    return settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] + "*"


@pytest.mark.services
async def test_a_redis_that_comes_back_empty_is_told_again(joined, member, lead, room, asay, hub, redis_names):
    """FLUSHALL, eviction, failover: nothing says that the bells are gone, if the layer keeps them there."""
    listener = await joined(member, room)
    await sync_to_async(forget_in_redis)(redis_names)
    ack = await asay(lead, room, "Without a bell")

    await hub.polling.look()
    assert [event["seq"] for event in await listener.events(ack.seq)] == [ack.seq]

    hub.polling.hear_again(everything=True)
    await hub.polling.hearing
    ack = await asay(lead, room, "With a bell again")
    assert [event["seq"] for event in await listener.events(ack.seq)] == [ack.seq]


@pytest.mark.services
@pytest.mark.slow
async def test_silence_is_no_failure_of_the_layer(joined, member, lead, room, asay, caplog, redis_names):
    """redis-py gives up after five seconds unless told otherwise, and with it every process that nobody writes to."""
    listener = await joined(member, room)
    with caplog.at_level(logging.WARNING):
        assert await listener.silent(6.5)
    assert caplog.messages == []
    ack = await asay(lead, room, "After a silence")
    assert [event["seq"] for event in await listener.events(ack.seq)] == [ack.seq]
