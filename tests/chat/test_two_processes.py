"""Two socket processes and a third that writes, on real PostgreSQL and Redis; Redis is behind a wire that can be cut."""

import asyncio
import contextlib
import json
import time
import uuid

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.processes.site import Site
from tests.processes.wire import Wire

pytestmark = [pytest.mark.services, pytest.mark.slow]

POLL = 15
"""Seconds in which everything holds without Redis."""


class Tab:
    """A client's socket and what came by it."""

    def __init__(self, person, door, room):
        self.person, self.door, self.room = person, door, room
        self.events, self.acks, self.closed, self.code = [], {}, None, None

    async def __aenter__(self):
        headers = {"Cookie": f"{self.door.cookies}session={self.person['session']}", **self.door.headers()}
        self.live = await connect(
            f"ws://127.0.0.1:{self.door.port}/ws/",
            origin=self.door.origin,
            additional_headers=headers,
            open_timeout=20,
        )
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
        with Site(tmp_path, **services | {"REDIS_URL": wire.url}) as site:
            site.wire = wire
            await asyncio.to_thread(site.migrate)
            made = await asyncio.to_thread(site.ask, "make", 4)
            site.room, site.people = made["room"], made["people"]
            starting = (asyncio.to_thread(site.start, "sockets") for _ in range(2))
            site.first_process, second = await asyncio.gather(*starting)
            site.first, site.second = site.door(site.first_process), site.door(second)
            site.do = lambda *acts: asyncio.to_thread(site.ask, *acts)
            yield site


async def test_two_processes_are_one_room(site):
    """One order for all, each act once whatever the process, removal exact in races, sign-out at once."""
    async with contextlib.AsyncExitStack() as stack:
        tabs = [
            await stack.enter_async_context(Tab(person, door, site.room))
            for person in site.people
            for door in (site.first, site.second)
        ]
        one = str(uuid.uuid4())
        twins = await asyncio.gather(*(tab.send("Once", key=one) for tab in tabs[:2] for _ in range(1)))
        assert twins[0][0] == twins[1][0]
        await asyncio.gather(*(tab.send(f"{number}") for tab in tabs for number in range(8)))
        log = await site.do("log", site.room)
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

        site.wire.freeze()
        acks = await asyncio.gather(*(here.send(f"Frozen {number}") for number in range(5)))
        assert all(ack["type"] == "ack" and took < 3 for ack, took in acks)
        await heard("Frozen 4", POLL)
        site.wire.thaw()

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
    keys = [key for _, kind, key in await site.do("log", site.room) if kind == "message"]
    assert sorted(keys) == sorted(waiting)
