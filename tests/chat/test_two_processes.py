"""Two socket processes and a third that writes, on real PostgreSQL and Redis; Redis is behind a wire that can be cut."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

pytestmark = [pytest.mark.services, pytest.mark.slow]

ROOT = Path(settings.BASE_DIR)
SITE = "http://localhost:8000"
POLL = 15
"""Seconds in which everything holds without Redis."""


class Wire:
    """A connection to Redis that can be cut, or freeze with what is on it."""

    def __init__(self, url):
        host, port = url.partition("://")[2].partition("/")[0].partition(":")[::2]
        self.target = (host, int(port or 6379))
        self.path = url.rpartition("/")[2]
        self.is_cut = False
        self.flows = asyncio.Event()
        self.flows.set()
        self.pipes = set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/{self.path}"
        return self

    async def __aexit__(self, *error):
        self.flows.set()
        self.server.close()
        for pipe in list(self.pipes):
            pipe.cancel()
        await asyncio.gather(*self.pipes, return_exceptions=True)

    async def _connected(self, reader, writer):
        if self.is_cut:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        pipes = {asyncio.create_task(self._pump(*ends)) for ends in ((reader, far_writer), (far_reader, writer))}
        self.pipes |= pipes
        await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, far_writer):
            end.close()

    async def _pump(self, reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.flows.wait()
                writer.write(data)
                await writer.drain()

    def cut(self):
        self.is_cut = True
        for pipe in list(self.pipes):
            pipe.cancel()
        self.pipes.clear()

    def mend(self):
        self.is_cut = False


class Site:
    """The processes."""

    def __init__(self, environment, folder):
        self.environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MODE": "embedded",
            "DEMO": "0",
            "PORT": "8000",
            "SITE_URL": SITE,
            "SECRET_KEY": "between the tide and the town " * 2,
            "DATA_DIR": str(folder),
            **environment,
        }
        self.folder = folder
        self.processes = []

    def migrate(self):
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate"], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def start(self, command, **more):
        log = (self.folder / f"{len(self.processes)}.log").open("w")
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True, **more
        )
        log.close()
        self.processes.append(process)
        return process

    def serve(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = self.start([sys.executable, "-m", "config.launcher", "--port", str(port)])
        assert process.stdout.readline().startswith("http://"), "it did not start"
        return process, port

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()

    async def do(self, name, *arguments):
        """Have the third process do something."""

        def ask():
            self.driver.stdin.write(json.dumps([name, *arguments]) + "\n")
            self.driver.stdin.flush()
            return json.loads(self.driver.stdout.readline())

        return await asyncio.to_thread(ask)


class Tab:
    """A client's socket and what came by it."""

    def __init__(self, person, port, room):
        self.person, self.port, self.room = person, port, room
        self.events, self.acks, self.closed, self.code = [], {}, None, None

    async def __aenter__(self):
        cookie = f"ag{self.port}-session={self.person['session']}"
        address = f"ws://127.0.0.1:{self.port}/ws/"
        self.live = await connect(address, origin=SITE, additional_headers={"Cookie": cookie}, open_timeout=20)
        self.reader = asyncio.create_task(self._read())
        await self.say(type="join", room=self.room, since=0)
        return self

    async def __aexit__(self, *error):
        self.reader.cancel()
        await asyncio.gather(self.reader, return_exceptions=True)
        await self.live.close()

    async def say(self, **frame):
        await self.live.send(json.dumps(frame))

    async def send(self, body, key=None):
        """Say something and return its ack and how long it took."""
        key = key or str(uuid.uuid4())
        begun = time.monotonic()
        await self.say(type="send", room=self.room, key=key, body=body)
        await until(lambda: key in self.acks)
        return self.acks[key], time.monotonic() - begun

    async def _read(self):
        try:
            async for text in self.live:
                frame = json.loads(text)
                match frame["type"]:
                    case "events":
                        assert self.closed is None, "something followed after closed"
                        self.events += frame["events"]
                    case "ack" | "error":
                        self.acks[frame.get("key")] = frame
                    case "closed":
                        self.closed = frame
        except ConnectionClosed:
            pass
        self.code = self.live.close_code

    @property
    def seqs(self):
        return [event["seq"] for event in self.events]


async def until(condition, within=30):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < within, "it did not happen in time"
        await asyncio.sleep(0.01)
    return time.monotonic() - begun


@pytest.fixture
async def site(services, tmp_path):
    async with Wire(services["REDIS_URL"]) as wire:
        site = Site({**services, "REDIS_URL": wire.url}, tmp_path)
        site.wire = wire
        try:
            await asyncio.to_thread(site.migrate)
            site.driver = site.start([sys.executable, "tests/chat/driver.py"], stdin=subprocess.PIPE)
            made = await site.do("make", 4)
            site.room, site.people = made["room"], made["people"]
            served = await asyncio.gather(asyncio.to_thread(site.serve), asyncio.to_thread(site.serve))
            (site.first_process, site.first), (_, site.second) = served
            yield site
        finally:
            await asyncio.to_thread(site.stop)


async def test_two_processes_are_one_room(site):
    """One order for all, each act once whatever the process, removal exact in races, sign-out at once."""
    async with contextlib.AsyncExitStack() as stack:
        tabs = [
            await stack.enter_async_context(Tab(person, port, site.room))
            for person in site.people
            for port in (site.first, site.second)
        ]
        one = str(uuid.uuid4())
        twins = await asyncio.gather(*(tab.send("Once", key=one) for tab in tabs[:2] for _ in range(1)))
        assert twins[0][0] == twins[1][0]
        await asyncio.gather(*(tab.send(f"{number}") for tab in tabs for number in range(8)))
        log = await site.do("log")
        assert [seq for seq, _, _ in log] == list(range(1, len(log) + 1))
        assert sum(key == one for _, _, key in log) == 1
        for tab in tabs:
            await until(lambda tab=tab: len(tab.seqs) >= len(log))
            assert tab.seqs == list(range(1, len(log) + 1))

        # Somebody is removed while four others talk, again and again.
        victim, others = site.people[0], tabs[2:]
        for turn in range(5):
            if turn:
                await site.do("begin", victim["id"])
                for tab in tabs[:2]:
                    tab.closed, tab.events = None, []
                    await tab.say(type="join", room=site.room)
                # Both are in the room again by then: who is removed earlier hears "not_found" instead.
                await asyncio.sleep(2)
            talk = [asyncio.create_task(tab.send(f"turn {turn}")) for tab in others for _ in range(2)]
            await asyncio.sleep(0.01 * turn)
            removal = await site.do("end", victim["id"])
            await asyncio.gather(*talk)
            for tab in tabs[:2]:
                assert await until(lambda tab=tab: tab.closed) < 5
                assert all(seq < removal for seq in tab.seqs)
            await asyncio.sleep(1.1)  # the pace of the speakers
        await asyncio.sleep(0.5)
        for tab in tabs[:2]:
            assert tab.closed == {"type": "closed", "room": site.room, "reason": "removed"}

        leaver = site.people[1]
        await site.do("sign_out", leaver["session"], leaver["id"])
        for tab in tabs[2:4]:
            assert await until(lambda tab=tab: tab.code) < 5
            assert tab.code == 4401


async def test_redis_is_only_a_bell(site):
    """Cut, frozen or back empty: every send is acknowledged, everybody gets everything, removal and sign-out hold."""
    writer, reader, removed, leaver = site.people
    async with contextlib.AsyncExitStack() as stack:
        here = await stack.enter_async_context(Tab(writer, site.first, site.room))
        there, gone, out = [
            await stack.enter_async_context(Tab(person, site.second, site.room))
            for person in (reader, removed, leaver)
        ]
        await until(lambda: there.seqs)

        async def heard(body, within):
            await until(lambda: any(event.get("message", {}).get("body") == body for event in there.events), within)

        await here.send("With a bell")
        await heard("With a bell", 5)

        site.wire.cut()
        ack, took = await here.send("Cut")
        assert ack["type"] == "ack" and took < 3
        removal = await site.do("end", removed["id"])
        await site.do("sign_out", leaver["session"], leaver["id"])
        await heard("Cut", POLL)
        await until(lambda: gone.closed, POLL)
        assert all(seq < removal for seq in gone.seqs)
        await until(lambda: out.code == 4401, POLL)

        site.wire.mend()
        await asyncio.sleep(4)
        await here.send("Mended")
        await heard("Mended", POLL)

        site.wire.flows.clear()
        acks = await asyncio.gather(*(here.send(f"Frozen {number}") for number in range(5)))
        assert all(ack["type"] == "ack" and took < 3 for ack, took in acks)
        await heard("Frozen 4", POLL)
        site.wire.flows.set()

        assert there.code is None and here.code is None, "no socket was lost"
        seqs = sorted(set(there.seqs))
        assert seqs == list(range(1, seqs[-1] + 1))


async def test_a_killed_process_loses_and_doubles_nothing(site):
    """The client sends again what was not acknowledged, with the same keys, to the other process."""
    person = site.people[0]
    waiting = {str(uuid.uuid4()): f"Message {number}" for number in range(15)}
    async with Tab(person, site.first, site.room) as tab:
        for key, body in waiting.items():
            await tab.say(type="send", room=site.room, key=key, body=body)
        await until(lambda: len(tab.acks) >= 4)
        site.first_process.kill()
        await until(lambda: tab.code)
        acked = dict(tab.acks)
    async with Tab(person, site.second, site.room) as tab:
        for key, body in waiting.items():
            ack, _ = await tab.send(body, key=key)
            assert ack["type"] == "ack"
            assert key not in acked or ack == acked[key]
        await until(lambda: tab.seqs and tab.seqs[-1] == len(tab.seqs))
    keys = [key for _, kind, key in await site.do("log") if kind == "message"]
    assert sorted(keys) == sorted(waiting)
