"""Faults of the layer: Redis killed, emptied, frozen, slow, and more bells than it holds."""

import asyncio
import contextlib
import time

from tests.chaos.client import until
from tests.chaos.rows.row import ACKED, HEARD, judge, row


@row(
    "F1",
    "Redis killed, back after a while",
    "every send acknowledged within 3 s, heard within 15 s, no 5xx",
    lasts=(5, 25),
)
async def redis_killed(stage, size):
    async with stage.play(people=10 + 2 * size, polling=2) as play:
        play.talk(rate=20)
        for turn in range(size):
            await asyncio.sleep(2)
            with play.fault("redis", "killed", acked_within=ACKED):
                play.kill(stage.redis)
                await play.end(2 * turn)
                await play.sign_out(2 * turn + 1)
                await asyncio.sleep(5 if size == 1 else 15)
            await asyncio.to_thread(stage.redis.start)
        await asyncio.sleep(2 * size)
        await until(lambda: all(client.ended for client in play.clients[: 2 * size]), HEARD)
        judge(play, await play.settle())
        if play.figures()["late_max"] > HEARD:
            play.failures.append(f"heard after {play.figures()['late_max']:.1f} s, {HEARD:.0f} s allowed")
    return play


@row(
    "F2",
    "Redis emptied (FLUSHALL), and back empty after a restart",
    "complete within 35 s",
    lasts=(10, 10),
    short=False,
)
async def redis_emptied(stage, size):
    async with stage.play(people=10, polling=1) as play:
        play.talk(rate=20)
        for _ in range(size):
            await asyncio.sleep(1.5)
            with play.fault("redis", "flushed", acked_within=ACKED):
                stage.redis.ask("FLUSHALL")
                await asyncio.sleep(2 * size)
            with play.fault("redis", "restarted", acked_within=ACKED):
                play.kill(stage.redis)
                await asyncio.to_thread(stage.redis.start)
            await asyncio.sleep(1.5)
        judge(play, await play.settle())
    return play


@row(
    "F3",
    "Redis frozen (SIGSTOP)",
    "every send acknowledged within 3 s; connections are not used up",
    lasts=(10, 30),
)
async def redis_frozen(stage, size):
    async with stage.play(people=10, polling=2) as play:
        play.talk(rate=20)
        await asyncio.sleep(1)
        with play.fault("redis", "frozen", acked_within=ACKED):
            stage.redis.freeze()
            await asyncio.sleep(4 if size == 1 else 60)
        stage.redis.thaw()
        await asyncio.sleep(2)
        judge(play, await play.settle())
        clients = int(stage.redis.ask("INFO", "clients").get("connected_clients", 0))
        if clients > 200:
            play.failures.append(f"{clients} connections to Redis")
    return play


@row("F4", "Redis slow, without memory, without connections", "as F1", lasts=(60, 0), short=False)
async def redis_in_need(stage, size):
    async with stage.play(people=10, polling=2) as play:
        play.talk(rate=20)
        ask = stage.redis.ask
        for how, begin, end in (
            ("slow", lambda: ask("CLIENT", "PAUSE", "10000", "ALL"), lambda: None),
            (
                "out of memory",
                lambda: ask("CONFIG", "SET", "maxmemory", "1mb"),
                lambda: ask("CONFIG", "SET", "maxmemory", "0"),
            ),
            (
                "out of connections",
                lambda: _crowd_out(stage.redis),
                lambda: ask("CONFIG", "SET", "maxclients", "10000"),
            ),
            ("read-only", lambda: ask("REPLICAOF", "127.0.0.1", "9"), lambda: ask("REPLICAOF", "NO", "ONE")),
        ):
            await asyncio.sleep(1)
            with play.fault("redis", how, acked_within=ACKED):
                held = begin()
                await asyncio.sleep(10)
            if isinstance(held, contextlib.ExitStack):
                held.close()
            end()
        judge(play, await play.settle())
    return play


def _crowd_out(redis):
    """Leave no connection free: others hold what there are, and those of the site are thrown out."""
    stack = contextlib.ExitStack()
    redis.ask("CONFIG", "SET", "maxclients", "20")
    redis.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    for _ in range(20):
        with contextlib.suppress(OSError):
            stack.enter_context(redis.line())
    return stack


@row("F17", "more bells at one moment than the layer holds", "20 clients have all of them within 10 s", lasts=(5, 20))
async def burst(stage, size):
    async with stage.play(people=20, polling=0) as play:
        await until(lambda: all(client.joined for client in play.clients), 20)
        people = [person["id"] for person in play.people]
        count = 300 if size == 1 else 1000
        for _ in range(size):
            before = (await play.heads())[play.room]
            # One process writes them in one transaction, and rings for all of them when it is committed.
            begun = time.monotonic()
            play.note("burst", count=count)
            play.burst += count
            await play.do("burst", play.room, count, people)
            committed = time.monotonic()
            with contextlib.suppress(AssertionError):
                await until(lambda before=before: all(client.last >= before + count for client in play.clients), 30)
            took = time.monotonic() - committed
            play.extra = f"written in {committed - begun:.1f} s, with everybody {took:.1f} s later"
            if took > 10:
                play.failures.append(f"the burst took {took:.1f} s, 10 s allowed")
        judge(play, await play.settle())
    return play
