"""Faults of the database: restarted at once, a row locked for long, put back to before."""

import asyncio
import contextlib
import time

import psycopg

from tests.chaos.client import until
from tests.chaos.rows.row import BACK, judge, row


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
