"""Two Redis share the rooms: each rings for its own, and the loss of one costs the others nothing."""

import asyncio
import re

import pytest
from channels_redis.utils import _consistent_hash

from tests.chaos.client import until
from tests.processes.servers import Redis

pytestmark = [pytest.mark.services, pytest.mark.slow]
POLLED = 6.0
"""Seconds after which it was the poll, not the bell."""

LOOKED_FOR = 20.0
"""Seconds in which a process that has to look for itself has found everything, on a busy machine too."""


@pytest.fixture
def second(tmp_path):
    redis = Redis(tmp_path / "redis").start()
    yield redis
    redis.close()


def bells(redis, layer):
    """Return which of the bells that rooms share a Redis rings."""
    names = (
        redis.ask("KEYS", "*:group:*.everybody") if layer == "core" else redis.ask("PUBSUB", "CHANNELS", "*.everybody")
    )
    return {int(re.search(rb"(\d+)\.everybody", name)[1]) for name in names}


@pytest.mark.parametrize("layer", ["core", "pubsub"])
async def test_two_redis_share_the_rooms(bare_stage, second, layer):
    both = {"REDIS_URL": f"{bare_stage.redis.url},{second.url}", "CHANNEL_LAYER": layer, "REDIS_PREFIX": layer}
    with bare_stage.serving(**both):
        async with bare_stage.play(people=8, rooms=8, clients=False) as play:
            # In each room somebody speaks on one process and somebody listens on the other.
            doors = [bare_stage.site.door(process) for process in bare_stage.sockets]
            for place, room in enumerate(play.rooms):
                for turn in (0, 1):
                    play.join((place + turn) % 8, room=room, doors=[doors[turn]])
            await until(lambda: all(client.joined for client in play.clients))
            await asyncio.sleep(0.5)
            shares = [bells(redis, layer) for redis in (bare_stage.redis, second)]
            assert all(shares) and not shares[0] & shares[1]
            assert shares[0] | shares[1] == set(range(16))
            assert all(share & {room % 16 for room in play.rooms} for share in shares)
            play.talk(rate=16)
            await asyncio.sleep(2)
            await play.settle(within=POLLED)
            assert play.figures()["late_max"] < POLLED

            with play.fault("redis", "one of two killed", acked_within=3):
                second.kill()
                play.talk(rate=16)
                await asyncio.sleep(3)
                await play.settle(within=15)
            second.start()
    assert play.broken() == []


@pytest.mark.parametrize("layer", ["core", "pubsub"])
async def test_whoever_comes_while_one_is_away_hears_the_rooms_of_the_other(bare_stage, second, layer):
    both = {
        "REDIS_URL": f"{bare_stage.redis.url},{second.url}",
        "CHANNEL_LAYER": layer,
        "REDIS_PREFIX": f"{layer}-one",
    }
    second.kill()
    with bare_stage.serving(**both):
        async with bare_stage.play(people=8, rooms=8, clients=False) as play:
            doors = [bare_stage.site.door(process) for process in bare_stage.sockets]
            rings = {number: _consistent_hash(_kept_as(f"{number}.everybody", both), 2) == 0 for number in range(16)}
            for place, room in enumerate(play.rooms):
                for turn in (0, 1) if rings[room % 16] else ():
                    play.join((place + turn) % 8, room=room, doors=[doors[turn]])
            assert play.clients
            await until(lambda: all(client.joined for client in play.clients))
            # What a process hears by is in one of the two as well: on the core layer it may be the one that is away. Then it
            # tries again every few seconds, and looks each time for what it has missed.
            ours = [_kept_as(f"{number}.everybody", both) for number, here in rings.items() if here]
            await until(lambda: all(_ears(bare_stage.redis, name, layer) == 2 for name in ours), 40)
            play.talk(rate=16)
            await asyncio.sleep(2)
            await play.settle(within=POLLED if layer == "pubsub" else LOOKED_FOR)
            assert layer == "core" or play.figures()["late_max"] < POLLED
    assert play.broken() == []


def _ears(redis, name, layer):
    """Return how many processes hear a bell."""
    if layer == "pubsub":
        return redis.ask("PUBSUB", "NUMSUB", name)[1]
    return redis.ask("ZCARD", f"{layer}-one:group:{name}")


def _kept_as(name, settings):
    """Return what a layer shares a bell out by."""
    return f"{settings['REDIS_PREFIX']}__group__{name}" if settings["CHANNEL_LAYER"] == "pubsub" else name
