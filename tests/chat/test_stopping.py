"""A process that is asked to stop while it is busy: everybody is told when to come back, and nothing acknowledged is lost."""

import asyncio
import json
import time
import uuid

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.processes.site import Site

pytestmark = pytest.mark.slow

PEOPLE, TABS = 25, 8
"""Two hundred sockets; eight is what one person may have."""

STOP_TIMEOUT = 10


class Tab:
    """One socket that reads until it is closed."""

    def __init__(self, door, person, room):
        self.door, self.person, self.room = door, person, room
        self.said, self.acks, self.restarts, self.code = 0, [], [], None

    async def open(self):
        self.socket = await connect(
            f"ws://localhost:{self.door.port}/ws/",
            origin=self.door.origin,
            additional_headers={"Cookie": f"{self.door.cookies}session={self.person['session']}"},
            open_timeout=60,
            ping_interval=None,
            compression=None,
        )
        await self.say(type="join", room=self.room)
        while json.loads(await self.socket.recv())["type"] != "joined":
            pass

    async def say(self, **frame):
        await self.socket.send(json.dumps(frame))

    async def read(self):
        """Read until the server closes."""
        try:
            async for text in self.socket:
                frame = json.loads(text)
                if frame["type"] == "ack":
                    self.acks.append(frame["key"])
                elif frame["type"] == "restart":
                    self.restarts.append(frame["retry_after"])
        except ConnectionClosed:
            pass
        self.code = self.socket.close_code

    async def talk(self):
        """Say something now and then, until the server closes."""
        try:
            while True:
                await self.say(type="send", room=self.room, key=str(uuid.uuid4()), body="A word")
                self.said += 1
                await asyncio.sleep(0.5)
        except ConnectionClosed:
            return


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_two_hundred_sockets_in_the_middle_of_a_talk_are_told_and_closed(tmp_path, server):
    with Site(tmp_path, MODE="embedded", STOP_TIMEOUT=str(STOP_TIMEOUT), SERVER=server) as site:
        await asyncio.to_thread(site.migrate)
        process = await asyncio.to_thread(site.start, "sockets")
        made = await asyncio.to_thread(site.ask, "make", PEOPLE)
        door = site.door(process)
        tabs = [Tab(door, person, made["room"]) for person in made["people"] for _ in range(TABS)]
        for start in range(0, len(tabs), 20):
            await asyncio.gather(*(tab.open() for tab in tabs[start : start + 20]))
        reading = [asyncio.create_task(tab.read()) for tab in tabs]
        talking = [asyncio.create_task(tab.talk()) for tab in tabs[::TABS]]
        await asyncio.sleep(3)

        begun = time.monotonic()
        process.popen.terminate()
        status = await asyncio.to_thread(process.popen.wait, STOP_TIMEOUT + 5)
        took = time.monotonic() - begun
        await asyncio.gather(*reading, *talking)
        log = await asyncio.to_thread(site.ask, "log", made["room"])

    assert status == 0, process.said()
    assert took < STOP_TIMEOUT + 2
    assert [tab.code for tab in tabs] == [1012] * len(tabs)
    assert [len(tab.restarts) for tab in tabs] == [1] * len(tabs)
    waits = [tab.restarts[0] for tab in tabs]
    assert (min(waits), max(waits)) == (1, 20)
    # Spread evenly: no second brings back more than a few times its share of two hundred over twenty.
    assert max(waits.count(wait) for wait in range(1, 21)) < 30
    acked = {key for tab in tabs for key in tab.acks}
    assert acked
    assert acked <= {key for _seq, _kind, key, *_ in log}
    assert "Traceback" not in process.said()
