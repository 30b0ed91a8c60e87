"""A channel layer that doubles, holds back, reorders, loses and invents what it carries: every client has the log in the end.

G4 says the same of bells that reach the hub directly; here they come through the layer's own doors, with whatever else a layer
may bring. The room is kept in memory, the hub is the real one.
"""

import asyncio
import logging
import random
from itertools import count

import pytest
from channels.layers import channel_layers
from hypothesis import given, settings
from hypothesis import strategies as some

from core.realtime import bell
from core.realtime.hub import Hub
from core.realtime.polling import Polling
from tests.chat.memory import PEOPLE, ROOM, Client, Memory, settle
from tests.guarantees.conftest import size

pytestmark = pytest.mark.usefixtures("counted")
EXAMPLES = size(200, 2000)
FIGURE = (
    "F15",
    f"{EXAMPLES} histories over a layer that doubles, reorders, loses, invents",
    "each client has exactly the log",
)


class Faulty:
    """A layer as channels asks for one; what becomes of a message is drawn from the fates it was given."""

    def __init__(self, fates, dice):
        self.fates, self.dice = fates, dice
        self.groups, self.queues, self.held = {}, {}, []

    async def new_channel(self, prefix):
        name = f"{prefix}.{len(self.queues)}"
        self.queues[name] = asyncio.Queue()
        return name

    async def receive(self, channel):
        return await self.queues[channel].get()

    async def group_add(self, group, channel):
        if self.fate() == "deaf":
            raise ConnectionError("the layer took it and lost it")
        self.groups.setdefault(group, set()).add(channel)

    async def group_discard(self, group, channel):
        self.groups.get(group, set()).discard(channel)

    async def group_send(self, group, message):
        for channel in sorted(self.groups.get(group, ())):
            match self.fate():
                case "lost" | "deaf":
                    continue
                case "twice":
                    self.bring(channel, message)
                    self.bring(channel, message)
                case "late":
                    self.held.append((channel, message))
                case "strange":
                    self.bring(channel, self.dice.choice(STRANGE))
                    self.bring(channel, message)
                case _:
                    self.bring(channel, message)

    def fate(self):
        return self.dice.choice(self.fates)

    def bring(self, channel, message):
        self.queues[channel].put_nowait(message)

    def release(self):
        """Bring what was held back, in no order at all."""
        self.dice.shuffle(self.held)
        while self.held:
            self.bring(*self.held.pop())


STRANGE = [
    {},
    {"type": "room.moved"},
    {"type": "room.moved", "room": ROOM, "seq": "12"},
    {"type": "room.moved", "room": ROOM, "seq": None},
    {"type": "room.moved", "room": ROOM, "seq": 10**9},
    {"type": "room.moved", "room": ROOM, "seq": -5},
    {"type": "room.moved", "room": ROOM + 1, "seq": 3},
    {"type": "room.moved", "room": -1, "seq": 1},
    {"type": "room.typing", "room": ROOM, "person": 99},
    {"type": "room.present", "room": ROOM, "process": "x", "people": [10**9]},
    {"type": "person.sessions", "user": 10**9},
    {"type": "person.notices", "users": [10**9, -1]},
    {"type": "no such thing", "room": ROOM},
]
STRANGE = [
    *({"type": "rung", "rung": [message]} for message in STRANGE),
    {},
    {"type": "rung"},
    {"type": "rung", "rung": ROOM},
    {"type": "rung", "rung": [None, [], {"type": "room.moved", "room": ROOM, "seq": 10**9}]},
]


class Story:
    """Three people on two processes behind the layer."""

    def __init__(self, fates, seed):
        self.dice = random.Random(seed)
        self.layer = Faulty(fates, self.dice)
        channel_layers.set("default", self.layer)
        self.memory, numbers = Memory(), count()
        self.hubs = [Hub(poll=3600), Hub(poll=3600)]
        for hub in self.hubs:
            hub.rooms = self.memory
        self.clients = [Client(person, numbers) for person in PEOPLE]

    async def begin(self):
        for client in self.clients:
            client.open(self.hubs[client.person % 2])
            await asyncio.sleep(0)
            await client.join()

    async def step(self, step):
        match step:
            case "say":
                message = {"type": "room.moved", "room": ROOM, "seq": self.memory.say()}
                await bell.send(bell.shared(ROOM), [message])
            case "release":
                self.layer.release()
            case "read":
                await self.dice.choice(self.clients).read()
            case "wait":
                await asyncio.sleep(0.001)
            case "drop":
                client = self.dice.choice(self.clients)
                await client.close()
                client.open(self.dice.choice(self.hubs))
                await client.join()

    async def rest(self):
        self.layer.fates = ["brought"]
        for _ in range(2):
            for hub in self.hubs:
                if hub.sockets:
                    await hub.polling.look_around()
            await settle(self.clients)
            for client in self.clients:
                client.hub.tell_heads(client.socket)
            await settle(self.clients)


async def told(steps, fates, seed):
    story = Story(fates, seed)
    try:
        await story.begin()
        for step in steps:
            await story.step(step)
        await story.rest()
        for client in story.clients:
            assert client.log == story.memory.seen_by(1, 0), f"person {client.person}"
    finally:
        for client in story.clients:
            await client.close()


@pytest.fixture(autouse=True)
def _layer(caplog):
    """Nothing that a layer brings is an error of ours."""
    before = channel_layers.backends.get("default")
    caplog.set_level(logging.ERROR)
    yield
    assert caplog.records == []
    bell.serve_from(None)
    channel_layers.backends.clear()
    if before is not None:
        channel_layers.set("default", before)


@given(
    some.lists(some.sampled_from(["say", "say", "say", "release", "read", "wait", "drop"]), max_size=40),
    some.lists(some.sampled_from(["brought", "twice", "late", "lost", "strange", "deaf"]), min_size=1, max_size=6),
    some.integers(0, 2**32),
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_client_has_exactly_the_log(steps, fates, seed):
    asyncio.run(told(steps, fates, seed))


def test_a_client_that_believed_the_layer_would_be_caught(monkeypatch):
    """One that takes whatever comes, twice if it comes twice, and asks for nothing that is missing."""

    async def credulous(client, frame):
        if frame["type"] == "events":
            client.log += [(event["seq"], event["kind"]) for event in frame["events"]]

    monkeypatch.setattr(Client, "take", credulous)
    monkeypatch.setattr(Polling, "look_around", lambda polling: asyncio.sleep(0))
    with pytest.raises(AssertionError):
        asyncio.run(told(["say"] * 5 + ["wait"], ["lost"], 0))
