"""The faults, each played for real: what is done, what is expected, how long it may take.

A row is a coroutine that gets a stage and a size, 1 in the short run and more in the long one, and returns its play; what it
finds itself, besides the checker, it puts into `play.failures`. docs/chaos.md is the table of them.
"""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tests.chaos.client import until
from tests.processes.site import ROOT

BACK = 35
"""Seconds in which every client has everything after a fault, whatever it was."""

ACKED = 3.0
HEARD = 15.0


@dataclass(frozen=True)
class Row:
    """One fault."""

    name: str
    fault: str
    expected: str
    play: Callable
    lasts: tuple[int, int]
    """How many seconds it takes, and how many more for each size, on two cores with nothing else to do."""
    short: bool = True
    embedded: bool = False
    """Whether it can happen to one process on SQLite."""


ROWS = {}


class NotHere(Exception):
    """A row cannot be played here, for a reason that is no fault of what is tested."""


def row(name, fault, expected, **more):
    def take(play):
        ROWS[name] = Row(name, fault, expected, play, **more)
        return play

    return take


def judge(play, took, *, within=BACK):
    """Note what a row asks for besides the guarantees."""
    if took > within:
        play.failures.append(f"complete after {took:.1f} s, {within} s allowed")
    figures = play.figures()
    if figures["faults"]:
        play.failures.append(f"{figures['faults']} answers were 500")
    if figures["refused"] and not play.may_refuse:
        play.failures.append(f"{figures['refused']} answers were 502 or 503")
    return play


# --- The layer ----------------------------------------------------------------------------------------------------------


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


# --- The database -------------------------------------------------------------------------------------------------------


@row(
    "F5",
    "PostgreSQL restarted at once (immediate), under load",
    "recovered within 5 s of its return; one row an act",
    lasts=(10, 10),
)
async def database_restarted(stage, size):
    async with stage.play(people=10, polling=2) as play:
        play.may_refuse = True
        play.talk(rate=20)
        for _ in range(min(2 * size, 10)):
            await asyncio.sleep(2.5)
            with play.fault("postgres", "restarted"):
                play.kills += 1
                await asyncio.to_thread(stage.postgres.restart_immediately)
            begun, acks = time.time(), play.acks()
            with contextlib.suppress(AssertionError):
                await until(lambda acks=acks: play.acks() > acks, 10)
            if time.time() - begun > 5:
                play.failures.append(f"the first acknowledgement came {time.time() - begun:.1f} s after the return")
        judge(play, await play.settle())
        for process in (*stage.sockets, stage.pages):
            if "connection already closed" in process.said():
                play.failures.append(f"{process.name}: connection already closed")
    return play


@row(
    "F6",
    "a room's row is locked for long",
    "that room answers `busy` within 3 s, others notice nothing",
    lasts=(20, 20),
)
async def row_locked(stage, size):
    held = 5 if size == 1 else 30
    async with stage.play(people=20, polling=0, rooms=2, clients=False) as play:
        locked, free = play.rooms
        # More of them on one process than it has threads.
        door = [stage.site.door(stage.sockets[0])] if not stage.with_proxy else None
        stuck = [play.join(one, room=locked, name=f"stuck-{one}", sockets=one > 1, doors=door) for one in range(14)]
        others = [play.join(one, room=free, name=f"free-{one}", sockets=one < 19, doors=door) for one in range(14, 20)]
        play.may_refuse = True
        await until(lambda: all(client.is_ready for client in play.clients), 20)
        play.talk(rate=14, clients=stuck)
        play.talk(rate=9, clients=others)
        await asyncio.sleep(1)
        with psycopg.connect(stage.database) as connection:
            connection.execute("SELECT 1 FROM chat_room WHERE id = %s FOR UPDATE", [locked])
            since = time.time()
            await asyncio.sleep(held)
            over = time.time()
        waits = [took for client in others for at, took in client.answers if since <= at < over]
        busy = [took for client in stuck for at, took in client.refusals if since <= at <= over]
        play.extra = (
            f"held {held} s, {len(busy)} times busy after at most {max(busy, default=0):.1f} s;"
            f" {len(waits)} acknowledged in the other room after at most {max(waits, default=0):.1f} s"
        )
        if not busy or max(busy) > 3:
            play.failures.append(f"busy within 3 s is due: {play.extra}")
        if not waits or max(waits) > 1:
            play.failures.append(f"the other room was held up: {play.extra}")
        judge(play, await play.settle())
    return play


@row(
    "F18",
    "the database put back to before the last acknowledgements",
    "clients are told, load anew, mix nothing",
    lasts=(45, 0),
)
async def restored(stage, size):
    async with stage.play(people=6, polling=1) as play:
        play.may_refuse = True
        backup = stage.folder / "backup"
        play.talk(rate=12)
        await asyncio.sleep(2)
        as_of = time.time()
        await asyncio.to_thread(stage.postgres.backup, backup)
        await asyncio.sleep(3)
        await play.hush()
        await until(lambda: all(client.is_done for client in play.clients), 20)
        for process in (*stage.sockets, stage.pages):
            process.stop()
        await asyncio.to_thread(stage.postgres.restore, backup)
        await asyncio.to_thread(stage.site.run, ["python", "manage.py", "after_restore"])
        play.note("restored", as_of=as_of)
        # Everybody was signed out, and signs in again before the pages come back.
        sessions = await play.do("sessions", [person["id"] for person in play.people])
        for person, session in zip(play.people, sessions, strict=True):
            person["session"] = session
        await asyncio.to_thread(stage.again_all)
        for client in play.clients:
            client.wake()
        await until(lambda: len(play.epochs()) == 1 and all(client.is_ready for client in play.clients), BACK)
        play.talk(rate=12)
        await asyncio.sleep(2)
        judge(play, await play.settle())
    return play


# --- The processes ------------------------------------------------------------------------------------------------------


@row("F7", "a socket process killed (SIGKILL) in mid-send", "no act lost, none doubled", lasts=(10, 40), embedded=True)
async def process_killed(stage, size):
    async with stage.play(people=10, polling=0 if stage.embedded else 1) as play:
        play.may_refuse = stage.embedded
        play.talk(rate=20)
        for number in range(3 if size == 1 else 10 * size):
            await asyncio.sleep(0.5 + play.random.random())
            number %= len(stage.sockets)
            with play.fault("process", "killed"):
                play.kill(stage.sockets[number])
                await asyncio.to_thread(stage.again, number)
        judge(play, await play.settle())
    return play


@row(
    "F8",
    "a socket process hangs (SIGSTOP)",
    "its clients are served elsewhere within 45 s",
    lasts=(75, 0),
    short=False,
)
async def process_hangs(stage, size):
    async with stage.play(people=10, polling=0) as play:
        await until(lambda: all(client.joined for client in play.clients), 20)
        talkers, listeners = play.clients[:5], play.clients[5:]
        play.talk(rate=5, clients=talkers)
        await asyncio.sleep(3)
        with play.fault("process", "frozen"):
            stage.sockets[0].freeze()
            since = time.time()
            await asyncio.sleep(60)
        gaps = [client.longest_silence(since, since + 60) for client in talkers + listeners]
        play.extra = f"the longest silence was {max(gaps):.1f} s"
        if max(gaps) > 45:
            play.failures.append(f"{play.extra}, 45 s allowed")
        stage.sockets[0].thaw()
        judge(play, await play.settle())
    return play


@row(
    "G21",
    "rolling restart of all socket processes",
    "announced, closed with 1012, back within 25 s",
    lasts=(20, 20),
    embedded=True,
)
async def rolling_restart(stage, size):
    async with stage.play(people=10, polling=0) as play:
        play.may_refuse = stage.embedded
        await until(lambda: all(client.joined for client in play.clients), 20)
        play.talk(rate=20)
        await asyncio.sleep(1)
        for number in range(1 if size == 1 else len(stage.sockets)):
            with play.fault("rolling restart", f"process {number}"):
                play.kills += 1
                await asyncio.to_thread(stage.sockets[number].stop)
                await asyncio.to_thread(stage.again, number)
                with contextlib.suppress(AssertionError):
                    await until(lambda: all(client.joined for client in play.clients), 26)
        judge(play, await play.settle())
    return play


@row(
    "F16",
    "the code before the newest migration runs beside the new one",
    "no 5xx, nothing lost",
    lasts=(30, 15),
    short=False,
)
async def old_code_beside(stage, size):
    old = await asyncio.to_thread(older_code, stage.folder / "older")
    async with stage.play(people=10, clients=False) as play:
        await asyncio.to_thread(stage.sockets[0].stop)
        try:
            await asyncio.to_thread(stage.again, 0, root=old)
            for number in range(9):
                play.join(number, doors=[stage.site.door(stage.sockets[number % 2])])
            play.join(9, sockets=False)
            await until(lambda: all(client.is_ready for client in play.clients))
            play.talk(rate=20)
            await asyncio.sleep(15 * size)
            judge(play, await play.settle())
            play.extra = f"{old.name} beside what is here"
        finally:
            stage.sockets[0].kill()
            await asyncio.to_thread(stage.again, 0)
    return play


def older_code(folder):
    """Unpack the code as it was before the newest migration, from the history of this repository; return where it is."""

    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout

    try:
        newest = git("log", "--format=%H", "--diff-filter=A", "-1", "--", "*/migrations/0*.py").decode().strip()
        commit = git("rev-parse", "--verify", "--short", f"{newest}^").decode().strip()
        archive = git("archive", commit)
    except (OSError, subprocess.CalledProcessError):
        raise NotHere("the code before the newest migration is not here; `git fetch --unshallow` brings it") from None
    root = folder / commit
    root.mkdir(parents=True)
    subprocess.run(["tar", "-x"], cwd=root, check=True, input=archive)
    return root
