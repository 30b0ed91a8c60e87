"""A room kept in memory and clients that keep to the protocol, for trying thousands of histories with the real hub."""

import asyncio
import json

from core.realtime import hub as hubs
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
