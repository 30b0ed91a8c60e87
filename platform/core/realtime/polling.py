"""What no bell told of: every ten seconds a process compares what its sockets follow with the database.

Heads of rooms and threads, versions of rights and ended sessions are read; bells that an engine may have forgotten are hung
again. Without the layer, this is all there is.
"""

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError

from core import figures
from core.logs import happening
from core.models import Deployment
from core.realtime.sockets import close_ended
from core.realtime.threads import in_thread

if TYPE_CHECKING:
    from core.realtime.hub import Hub

logger = logging.getLogger(__name__)

POLL = 10.0
"""Seconds between two looks, a fifth more or less."""

ALL_BELLS = 6
"""In each round that this number divides, every bell is hung again, not only those that are known to be missing."""


class Polling:
    """Looks for the sockets of one process."""

    def __init__(self, hub: "Hub", every: float = POLL) -> None:
        self.hub, self.every = hub, every
        self.hearing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Look until the hub's last socket goes; a database that does not answer is asked again in the next round."""
        rounds = 0
        while True:
            await asyncio.sleep(self.every * random.uniform(0.8, 1.2))  # noqa: S311 - nothing secret
            rounds += 1
            try:
                await self.look()
                self.hear_again(everything=rounds % ALL_BELLS == 0)
            except DatabaseError as error:
                figures.POLLS_FAILED.value += 1
                name = type(error).__name__
                logger.warning("Polling failed: %s.", name, extra=happening("poll.failed", error=name))

    async def look(self) -> None:
        """Find what no bell told of: events, changes of rights, ended sessions."""
        await close_ended(list(self.hub.sockets))
        self.hub.epoch = await in_thread(Deployment.current_epoch)
        await self.look_around()

    async def look_around(self) -> None:
        """Compare every room that is followed, and every thread that is watched, with the database."""
        hub = self.hub
        await hub.watching.look_around()
        heads = await in_thread(hub.rooms.heads, list(hub.topics))
        for topic in list(hub.topics.values()):
            head = heads.get(topic.room)
            if head is not None:
                await hub.fanout.ask_again(topic, head.acl_version)
                figures.FOUND_BY_POLL.value += max(0, head.seq - topic.wanted) if topic.ready.is_set() else 0
                hub.fanout.rang(topic.room, head.seq)
            elif topic.ready.is_set():
                for follow in list(topic.follows):
                    hub.close(follow, "removed")

    def hear_again(self, *, everything: bool) -> None:
        """Hang bells again that an engine may have forgotten; beside the look, which no engine that hangs may hold up."""
        if self.hearing is None or self.hearing.done():
            ear = self.hub.ear
            self.hearing = self.hub.spawn(ear.hear_all(self.hub.bells()) if everything else ear.hear_missing())
