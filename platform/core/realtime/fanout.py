"""How what happened in a room reaches the sockets of a process: read once, encoded once, handed to each that may see it."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from core import figures
from core.logs import happening
from core.realtime.outbox import TOO_SLOW, Batch, Stride
from core.realtime.threads import in_thread
from core.realtime.topic import Follow, Topic

if TYPE_CHECKING:
    from core.realtime.hub import Hub

logger = logging.getLogger(__name__)

PAGE = 200
"""Events that are read at once, if they are short."""

CATCH_UP_TOLD = 200
"""A socket that had to read more events than this by itself is told of in the log."""


class Fanout:
    """Reads the logs of the rooms a process has open, and writes them to its sockets."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub

    def rang(self, room: int, seq: int) -> None:
        """Something moved: read on, unless somebody is at it already."""
        topic = self.hub.topics.get(room)
        if topic is None:
            return
        topic.rings += 1
        topic.wanted = max(topic.wanted, seq)
        if topic.ready.is_set() and topic.wanted > topic.head and (topic.pump is None or topic.pump.done()):
            topic.pump = self.hub.spawn(self._read_on(topic))

    async def _read_on(self, topic: Topic) -> None:
        stride = Stride(PAGE)
        while topic.head < topic.wanted:
            rings = topic.rings
            entries = await in_thread(self.hub.rooms.entries, topic.room, topic.head, stride.limit)
            if not entries:
                # A bell told of more than there is. One that rang while we read may tell the truth: look again for it.
                if topic.rings == rings:
                    topic.wanted = topic.head
                continue
            figures.EVENTS_READ.value += len(entries)
            batches = stride.cut(Batch.split(topic.room, entries))
            await self.ask_again(topic, max(batch.acl_version for batch in batches))
            for batch in batches:
                for follow in topic.live():
                    self._hand_over(follow, batch)
                topic.head = batch.last
                figures.HANDOVER_TIMES.note(time.time() - batch.entries[0].at)
                await asyncio.sleep(0)  # those who can write do so before more is queued

    def _hand_over(self, follow: Follow, batch: Batch) -> None:
        """Queue the batch for one socket; one that is slow, or whose right must be asked anew, reads on by itself."""
        if follow.acl_version >= batch.acl_version and follow.socket.outbox.is_roomy:
            follow.deliver(batch)
        else:
            follow.is_live = False
            follow.catching_up = self.hub.spawn(self._catch_up(follow))

    async def ask_again(self, topic: Topic, acl_version: int) -> None:
        """Ask the rights of all who were last asked before this version; who has none is shut out before anything follows."""
        while stale := topic.stale(acl_version):
            head, rights = await in_thread(self.hub.look, topic.room, {follow.socket.user_id for follow in stale})
            for follow in stale:
                right = rights.get(follow.socket.user_id)
                if follow.over:
                    continue
                if head is None or right is None:
                    self.hub.close(follow, "removed")
                else:
                    follow.right, follow.acl_version = right, head.acl_version

    def catch_up_with(self, follow: Follow) -> None:
        if follow.sent >= follow.topic.head:
            follow.is_live = True
        else:
            follow.catching_up = self.hub.spawn(self._catch_up(follow))

    async def _catch_up(self, follow: Follow) -> None:
        """Send what is missing at the socket's own pace, until it is where the process is."""
        topic, stride = follow.topic, Stride(PAGE)
        figures.CATCH_UPS.value += 1
        start = follow.sent
        while follow.sent < topic.head:
            entries = await in_thread(self.hub.rooms.entries, topic.room, follow.sent, stride.limit)
            if not entries:
                break
            figures.CATCH_UP_EVENTS.value += len(entries)
            for batch in stride.cut(Batch.split(topic.room, entries)):
                if not await follow.socket.outbox.roomy():
                    follow.socket.close(TOO_SLOW)
                    return
                # Asked after every wait, in which anything may have happened.
                while not follow.over and follow.acl_version < batch.acl_version:
                    await self.ask_again(topic, batch.acl_version)
                if follow.over:
                    return
                follow.deliver(batch)
        follow.is_live = True
        if follow.sent - start > CATCH_UP_TOLD:
            about = happening("catch_up.long", room=topic.room, events=follow.sent - start)
            logger.info("A socket caught up with a room.", extra=about)
