"""Whatever the layer loses, doubles, delays or reorders, whatever happens to sockets: every client ends with the log it may see.

The hub is the real one; the room is kept in memory, so that Hypothesis can try hundreds of histories.
"""

import asyncio
import json
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as some

from core.realtime import hub as hubs
from core.realtime.hub import Hub
from core.realtime.rooms import Entry, Head, Right
from core.realtime.sessions import SignedIn
from core.realtime.sockets import Socket

ROOM = 7
PEOPLE = (1, 2, 3)


class Memory:
    """The owner of one room, as the hub asks it. It remembers for everybody since when they may (not) be there."""

    def __init__(self):
        self.log = []
        self.acl_version = 1
        self.inside = dict.fromkeys(PEOPLE, 1)
        self.removed_at = {}

    def say(self, kind="message", about=None):
        seq = len(self.log) + 1
        text = json.dumps({"seq": seq, "kind": kind, "about": about})
        self.log.append(Entry(seq, self.acl_version, about or seq, text))
        return seq

    def change_rights(self, person, *, inside):
        self.acl_version += 1
        seq = self.say("membership")
        if inside:
            self.inside[person] = seq
        else:
            self.inside.pop(person, None)
            self.removed_at[person] = seq
        return seq

    def heads(self, rooms):
        return {ROOM: Head(len(self.log), self.acl_version)}

    def rights(self, room, users):
        return {user: Right(self.inside[user], False) for user in users if user in self.inside}

    def entries(self, room, after, limit):
        return self.log[after : after + limit]

    def people(self, room, users):
        return []

    def seen_by(self, floor, since):
        """The log as somebody sees it whose history begins at `floor`, from after `since` on."""
        return [
            (entry.seq, "hidden" if entry.origin < floor else json.loads(entry.text)["kind"])
            for entry in self.log
            if entry.seq > max(since, floor - 1)
        ]


class Client:
    """A client that keeps to docs/live-protocol.md and to nothing else."""

    def __init__(self, person, numbers):
        self.person, self.numbers = person, numbers
        self.log, self.last, self.floor = [], 0, 1
        self.socket = None
        self.out = False

    def open(self, hub):
        self.hub = hub
        self.socket = Socket(SignedIn(str(next(self.numbers)), self.person, "", ""), 10**9)
        hub.enter(self.socket)

    async def close(self):
        if self.socket is not None:
            socket, self.socket = self.socket, None
            await self.hub.exit(socket)

    async def join(self):
        try:
            await self.hub.join(self.socket, ROOM, self.last, None)
        except hubs.Http404:
            self.out = True

    async def read(self):
        """Take everything that waits; ask again when something is missing. Returns whether there was anything."""
        box = self.socket.outbox
        busy = False
        while self.socket and box._items:
            busy = True
            await self.take(json.loads(box._next()))
        return busy

    async def take(self, frame):
        if frame["type"] == "closed":
            self.out = True
        assert not (self.out and frame["type"] == "events"), "something followed after closed"
        if frame["type"] == "joined":
            self.out = False
            self.floor = frame["floor"]
            self.last = max(self.last, min(self.floor - 1, frame["head"]))
        elif frame["type"] == "heads" and frame["rooms"].get(str(ROOM), 0) > self.last:
            await self.join()
        elif frame["type"] == "events":
            for event in frame["events"]:
                if event["seq"] == self.last + 1:
                    self.last = event["seq"]
                    self.log.append((event["seq"], event["kind"]))
                elif event["seq"] > self.last:
                    await self.join()
                    return


async def settle(clients):
    """Let everything under way come to rest."""
    for _ in range(200):
        await asyncio.sleep(0.001)
        if not any([await client.read() for client in clients if client.socket]):
            tasks = {task for hub in {client.hub for client in clients} for task in hub._tasks}
            if not tasks:
                return
            await asyncio.wait(tasks, timeout=0.05)


async def story(steps):
    memory, numbers = Memory(), count()
    processes = [Hub(poll=3600), Hub(poll=3600)]
    for hub in processes:
        hub.rooms = memory
    clients = [Client(person, numbers) for person in PEOPLE]
    for client in clients:
        client.open(processes[client.person % 2])
        await client.join()
    late = []

    def ring(seq, fate):
        """What the layer makes of a bell: it is heard, heard twice, lost by one or by all, or comes later."""
        bell = {"type": "room.moved", "room": ROOM, "seq": seq}
        heard = {"all": processes * 2, "one": processes[:1], "none": [], "late": []}[fate]
        if fate == "late":
            late.append(bell)
        for hub in heard:
            hub._heard(bell)

    for step in steps:
        match step:
            case ("say", fate):
                ring(memory.say(), fate)
            case ("edit", which, fate) if memory.log:
                ring(memory.say("edited", about=which % len(memory.log) + 1), fate)
            case ("remove", person, fate) if person in memory.inside:
                ring(memory.change_rights(person, inside=False), fate)
            case ("return", person, fate) if person not in memory.inside:
                ring(memory.change_rights(person, inside=True), fate)
                # It is a new beginning; the client opens the room anew, as after a reload.
                client = clients[person - 1]
                client.log, client.last = [], 0
                await client.close()
                client.open(processes[person % 2])
                await client.join()
            case ("drop", person, other):
                client = clients[person - 1]
                await client.close()
                client.open(processes[other])
                await client.join()
            case ("late",) if late:
                for hub in processes:
                    hub._heard(late.pop() if len(late) > 1 else late[0])
            case ("read", person):
                await clients[person - 1].read()
            case ("poll", which):
                await processes[which].look_around()
            case ("wait",):
                await asyncio.sleep(0.001)
    # Now the network is well again: the poll, then heads, as they come every 10 and every 25 seconds.
    for _ in range(2):
        for hub in processes:
            await hub.look_around()
        await settle(clients)
        for client in clients:
            client.hub.tell_heads(client.socket)
        await settle(clients)
    for client in clients:
        if client.person in memory.inside:
            assert not client.out
            assert client.log == memory.seen_by(client.floor, 0), f"person {client.person}"
            assert client.floor == memory.inside[client.person]
        else:
            assert client.out
            assert all(seq < memory.removed_at[client.person] for seq, _ in client.log)
        await client.close()


FATES = some.sampled_from(["all", "one", "none", "late"])
PERSON = some.sampled_from(PEOPLE)
STEPS = some.lists(
    some.tuples(some.just("say"), FATES)
    | some.tuples(some.just("edit"), some.integers(0, 50), FATES)
    | some.tuples(some.just("remove"), PERSON, FATES)
    | some.tuples(some.just("return"), PERSON, FATES)
    | some.tuples(some.just("drop"), PERSON, some.sampled_from([0, 1]))
    | some.tuples(some.just("read"), PERSON)
    | some.tuples(some.just("poll"), some.sampled_from([0, 1]))
    | some.sampled_from([("late",), ("wait",)]),
    max_size=40,
)


@given(STEPS, some.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_every_client_ends_with_the_log_it_may_see(steps, page):
    before, hubs.PAGE = hubs.PAGE, page
    try:
        asyncio.run(story(steps))
    finally:
        hubs.PAGE = before
