"""G4. Who comes back gets every event once and in order, whatever was lost, doubled, delayed or reordered meanwhile.

Sockets drop, processes die, people are removed and named again, the size of a page changes: every client ends with exactly
the log it may see. The hub is the real one; the room is kept in memory, so that thousands of histories can be tried. The same
against the tables, with clients that poll by HTTP among them, is G22.
"""

import asyncio
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from core.realtime import fanout
from core.realtime.hub import Hub
from core.realtime.topic import Topic
from tests.chat.memory import PEOPLE, ROOM, Client, Memory, settle
from tests.guarantees.conftest import size


class Story:
    """Three people on two processes, and a layer that does what the steps say."""

    def __init__(self):
        self.memory, self.numbers = Memory(), count()
        self.processes = [self.process(), self.process()]
        self.clients = [Client(person, self.numbers) for person in PEOPLE]
        self.late = []

    def process(self):
        hub = Hub(poll=3600)
        hub.rooms = self.memory
        return hub

    async def come(self, client, process):
        """Have a client open a socket and ask for what it misses."""
        client.open(self.processes[process])
        await client.join()

    def ring(self, seq, fate):
        """What the layer makes of a bell: it is heard, heard twice, lost by one or by all, or comes later."""
        bell = {"type": "room.moved", "room": ROOM, "seq": seq}
        if fate == "late":
            self.late.append(bell)
        for hub in {"all": self.processes * 2, "one": self.processes[:1], "none": [], "late": []}[fate]:
            hub._heard(bell)

    async def step(self, step):
        memory, clients = self.memory, self.clients
        match step:
            case ("say", fate):
                self.ring(memory.say(), fate)
            case ("edit", which, fate) if memory.log:
                self.ring(memory.say("edited", about=which % len(memory.log) + 1), fate)
            case ("remove", person, fate) if person in memory.inside:
                self.ring(memory.change_rights(person, inside=False), fate)
            case ("return", person, fate) if person not in memory.inside:
                self.ring(memory.change_rights(person, inside=True), fate)
                # It is a new beginning; the client opens the room anew, as after a reload.
                client = clients[person - 1]
                client.log, client.last = [], 0
                await client.close()
                await self.come(client, person % 2)
            case ("drop", person, process):
                await clients[person - 1].close()
                await self.come(clients[person - 1], process)
            case ("kill", process):
                killed = self.processes[process]
                self.processes[process] = self.process()
                lost = [client for client in clients if client.hub is killed]
                for client in lost:
                    await client.close()
                for client in lost:
                    await self.come(client, process)
            case ("late", which) if self.late:
                for hub in self.processes:
                    hub._heard(self.late.pop(which % len(self.late)) if len(self.late) > 1 else self.late[0])
            case ("read", person):
                await clients[person - 1].read()
            case ("poll", process):
                await self.processes[process].polling.look_around()
            case ("page", events):
                fanout.PAGE = events
            case ("wait",):
                await asyncio.sleep(0.001)

    async def rest(self):
        """Now the network is well again: the poll, then heads, as they come every 10 and every 25 seconds."""
        for _ in range(2):
            for hub in self.processes:
                await hub.polling.look_around()
            await settle(self.clients)
            for client in self.clients:
                client.hub.tell_heads(client.socket)
            await settle(self.clients)

    def check(self):
        """Every client has the log of its person, and who is outside nothing from their removal on."""
        memory = self.memory
        for client in self.clients:
            if client.person in memory.inside:
                assert not client.out
                assert client.log == memory.seen_by(client.floor, 0), f"person {client.person}"
                assert client.floor == memory.inside[client.person]
            else:
                assert client.out
                assert all(seq < memory.removed_at[client.person] for seq, _ in client.log)


async def told(steps):
    """Play the steps, let everything come to rest and look at what each client has."""
    story = Story()
    try:
        for client in story.clients:
            await story.come(client, client.person % 2)
        for step in steps:
            await story.step(step)
        await story.rest()
        story.check()
    finally:
        for client in story.clients:
            await client.close()


FATES = some.sampled_from(["all", "one", "none", "late"])
PERSON = some.sampled_from(PEOPLE)
PROCESS = some.sampled_from([0, 1])
STEPS = some.lists(
    some.tuples(some.just("say"), FATES)
    | some.tuples(some.just("edit"), some.integers(0, 50), FATES)
    | some.tuples(some.just("remove"), PERSON, FATES)
    | some.tuples(some.just("return"), PERSON, FATES)
    | some.tuples(some.just("drop"), PERSON, PROCESS)
    | some.tuples(some.just("kill"), PROCESS)
    | some.tuples(some.just("read"), PERSON)
    | some.tuples(some.just("poll"), PROCESS)
    | some.tuples(some.just("late"), some.integers(0, 9))
    | some.tuples(some.just("page"), some.integers(1, 5))
    | some.just(("wait",)),
    max_size=40,
)


@pytest.fixture(autouse=True)
def _page():
    before = fanout.PAGE
    yield
    fanout.PAGE = before


@given(STEPS)
@example([("say", "none")] * 3 + [("kill", 1), ("say", "late"), ("drop", 1, 0), ("late", 0), ("say", "one")])
@settings(max_examples=size(200, 2000), deadline=None)
def test_every_client_ends_with_the_log_it_may_see(steps):
    fanout.PAGE = 2
    asyncio.run(told(steps))


def test_rights_that_are_not_asked_again_would_be_caught(monkeypatch):
    """Without the versions of rights somebody reads on after their removal: it must fail, or the test above shows nothing."""
    monkeypatch.setattr(Topic, "stale", lambda topic, acl_version: [])
    monkeypatch.setattr(fanout.Fanout, "_hand_over", lambda one, follow, batch: follow.deliver(batch))
    with pytest.raises(AssertionError):
        asyncio.run(told([("say", "all"), ("wait",), ("remove", 1, "all"), ("say", "all"), ("wait",), ("wait",)]))


def test_a_server_that_sends_from_its_head_on_would_be_caught(monkeypatch):
    """Joining without asking for what is missing loses what came while the socket was away: it must fail as well."""
    join = Hub.join

    async def from_now_on(hub, socket, room, since, epoch):
        await join(hub, socket, room, None, epoch)

    monkeypatch.setattr(Hub, "join", from_now_on)
    monkeypatch.setattr(Hub, "tell_heads", lambda hub, socket: None)
    with pytest.raises(AssertionError):
        asyncio.run(told([("say", "all"), ("wait",), ("drop", 1, 0)]))
