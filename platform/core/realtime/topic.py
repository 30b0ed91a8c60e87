"""One room as one process follows it: how far it has read, and which of its sockets follow."""

import asyncio
import time
from typing import TYPE_CHECKING

from core.realtime.outbox import Batch
from core.realtime.rooms import Right

if TYPE_CHECKING:
    from core.realtime.sockets import Socket

PRESENCE_LIFE = 8.5
"""Seconds after which the people of a process that says nothing more are forgotten: not shown after ten (G14)."""


class Follow:
    """One socket in one room: what it has been sent, and the right it was last found to have."""

    __slots__ = ("acl_version", "catching_up", "is_live", "over", "right", "sent", "socket", "topic")

    def __init__(self, socket: "Socket", topic: "Topic", *, sent: int, right: Right, acl_version: int) -> None:
        self.socket, self.topic = socket, topic
        self.sent, self.right, self.acl_version = sent, right, acl_version
        # Live follows get what the process reads; others read the log for themselves until they are there.
        self.is_live = False
        self.over = False
        self.catching_up: asyncio.Task[None] | None = None

    def deliver(self, batch: Batch) -> None:
        """Queue what of the batch the socket has not been sent, as its person may see it."""
        rest = batch.after(self.sent)
        if rest is not None:
            self.socket.outbox.put_events(rest.above(self.right.floor))
            self.sent = batch.last


class Topic:
    """One room in this process."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.head = 0
        # The highest `seq` that any bell or poll told of.
        self.wanted = 0
        # How often any of them told.
        self.rings = 0
        self.follows: set[Follow] = set()
        # Joins under way keep the topic alive.
        self.joining = 0
        self.ready = asyncio.Event()
        self.is_broken = True
        self.pump: asyncio.Task[None] | None = None
        self._present: dict[str, tuple[frozenset[int], float]] = {}
        # The people of this process, whether other processes have been told of any, and whom the clients were shown.
        self.here: frozenset[int] = frozenset()
        self.told = False
        self.renewal_due = 0.0
        self.shown: frozenset[int] = frozenset()
        self.names: dict[int, tuple[dict[str, object], float]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nobody in this process needs it."""
        return not self.follows and not self.joining

    def stale(self, acl_version: int) -> list[Follow]:
        """Return the follows whose right was last asked before this version of the rights."""
        return [follow for follow in self.follows if follow.acl_version < acl_version]

    def live(self) -> list[Follow]:
        """Return the follows that get what the process reads."""
        return [follow for follow in self.follows if follow.is_live]

    def present_here(self) -> frozenset[int]:
        """Return the people of this process's sockets in the room who let others see it."""
        return frozenset(follow.socket.user_id for follow in self.follows if follow.right.shows)

    def note_present(self, process: str, people: frozenset[int]) -> None:
        """Note who is in the room in a process; it is forgotten unless it is said again."""
        self._present[process] = (people, time.monotonic() + PRESENCE_LIFE)

    def present(self) -> frozenset[int]:
        """Return who is in the room in any process."""
        now = time.monotonic()
        self._present = {name: said for name, said in self._present.items() if said[1] > now}
        return frozenset().union(*(people for people, _ in self._present.values()))
