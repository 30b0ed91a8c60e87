"""One process's place in the live protocol: it hears the bells once for all its rooms, reads what happened once, encodes it
once, and hands it to those of its sockets whose people may see it.

The channel layer only tells that something moved. Whatever it loses, the poll finds (`polling.py`).
"""

import asyncio
import logging
import random
import uuid
from collections import Counter
from collections.abc import Collection, Coroutine, Sequence
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import Http404
from django.utils import timezone
from django.utils.module_loading import import_string

from core import figures
from core.realtime import bell, rooms, sessions
from core.realtime.fanout import Fanout
from core.realtime.hearing import Ear
from core.realtime.polling import POLL, Polling
from core.realtime.presence import Presence
from core.realtime.rooms import Head, Right
from core.realtime.sockets import Socket, close_ended
from core.realtime.threads import in_thread
from core.realtime.together import Together
from core.realtime.topic import Follow, Topic
from core.realtime.watching import Watching

logger = logging.getLogger(__name__)

HEARTBEAT = 25
BEHIND_MAX = 1000
"""A client further behind than this loads the newest page anew."""

RESTART_SPREAD = 20


class Hub:
    """Runs while the process has a socket; everything in it happens on the event loop that serves them."""

    def __init__(self, *, heartbeat: int = HEARTBEAT, poll: float = POLL) -> None:
        self.heartbeat, self.beat_every = heartbeat, min(1, heartbeat / 2)
        self.epoch = ""
        self.name = uuid.uuid4().hex
        self.rooms = rooms.owner()
        self.sockets: set[Socket] = set()
        self.topics: dict[int, Topic] = {}
        self.per_user: Counter[int] = Counter()
        self.ear = Ear()
        self.presence = Presence(self)
        self.fanout = Fanout(self)
        self.watching = Watching(self)
        self.polling = Polling(self, every=poll)
        self._services: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._doors = Together(self._ask_for)

    # --- Sockets come and go ------------------------------------------------------------------------------------

    def enter(self, socket: Socket) -> None:
        """Take in a socket; with the first one the process begins to listen."""
        self.sockets.add(socket)
        figures.SOCKETS.value = len(self.sockets)
        self.per_user[socket.user_id] += 1
        if not self._services:
            bell.serve_from(asyncio.get_running_loop())
            self._services = [asyncio.create_task(run()) for run in (self._listen, self.polling.run, self._beat)]

    async def exit(self, socket: Socket) -> None:
        """Let a socket go, and with the last one everything else."""
        for follow in list(socket.follows.values()):
            self.unfollow(follow)
        self.watching.forget(socket)
        self.sockets.discard(socket)
        figures.SOCKETS.value = len(self.sockets)
        self.per_user[socket.user_id] -= 1
        if self.per_user[socket.user_id] <= 0:
            del self.per_user[socket.user_id]
        if not self.sockets:
            services, self._services = self._services, []
            tasks = [*services, *self._tasks]
            ear, self.ear = self.ear, Ear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await ear.close()

    async def take_leave(self) -> None:
        """Tell every socket that the process stops and when to come back, each at its own time."""
        for socket in self.sockets:
            wait = random.randint(1, RESTART_SPREAD)  # noqa: S311 - nothing secret
            socket.say({"type": "restart", "retry_after": wait})
        try:
            async with asyncio.timeout(2):
                await asyncio.gather(*(socket.outbox.empty() for socket in self.sockets))
        except TimeoutError:
            return

    # --- Following rooms ----------------------------------------------------------------------------------------

    async def join(self, socket: Socket, room: int, since: int | None, epoch: str | None) -> None:
        """Have a socket follow a room: ask the door, read the head, then send what is missing, then live."""
        head, right = await self._door(room, socket.user_id)
        topic = self.topics.get(room) or self._begin(room)
        topic.joining += 1
        try:
            if not topic.ready.is_set():
                await topic.ready.wait()
                head, right = await self._door(room, socket.user_id)
            if topic.is_broken:
                raise DatabaseError
            if (old := socket.follows.get(room)) is not None:
                self.unfollow(old)
            sent = head.seq if since is None else max(since, right.floor - 1)
            if (epoch is not None and epoch != self.epoch) or not 0 <= head.seq - sent <= BEHIND_MAX:
                figures.RESETS.value += 1
                socket.say({"type": "reset", "room": room})
                return
            socket.say({"type": "joined", "room": room, "head": head.seq, "floor": right.floor})
            follow = Follow(socket, topic, sent=sent, right=right, acl_version=head.acl_version)
            topic.follows.add(follow)
            socket.follows[room] = follow
            self.fanout.catch_up_with(follow)
            self.fanout.rang(room, head.seq)
            self.presence.changed(topic, to=follow)
        finally:
            topic.joining -= 1
            self._end_if_idle(topic)

    def unfollow(self, follow: Follow) -> None:
        """End one socket's part in a room."""
        follow.over, follow.is_live = True, False
        if follow.catching_up is not None:
            follow.catching_up.cancel()
        follow.topic.follows.discard(follow)
        if follow.socket.follows.get(follow.topic.room) is follow:
            del follow.socket.follows[follow.topic.room]
        self.presence.changed(follow.topic)
        self._end_if_idle(follow.topic)

    def close(self, follow: Follow, reason: str) -> None:
        """End one socket's part in a room, and say why."""
        self.unfollow(follow)
        follow.socket.say({"type": "closed", "room": follow.topic.room, "reason": reason})

    async def _door(self, room: int, user_id: int) -> tuple[Head, Right]:
        return await self._doors.do((room, user_id))

    def _ask_for(self, asked: Sequence[tuple[int, int]], may_wait: bool) -> list[tuple[Head, Right] | Exception]:
        """Find out how far the rooms are and whether the people may be there, a room at a time."""
        users: dict[int, set[int]] = {}
        for room, user in asked:
            users.setdefault(room, set()).add(user)
        found = {room: self.look(room, people) for room, people in users.items()}
        outcomes: list[tuple[Head, Right] | Exception] = []
        for room, user in asked:
            head, rights = found[room]
            outcomes.append((head, rights[user]) if head is not None and user in rights else Http404())
        return outcomes

    def look(self, room: int, users: Collection[int]) -> tuple[Head | None, dict[int, Right]]:
        """Read the version first and the rights after it: found at a version, a right is at least as new."""
        head = self.rooms.heads([room]).get(room)
        return head, self.rooms.rights(room, users) if head else {}

    def _begin(self, room: int) -> Topic:
        topic = self.topics[room] = Topic(room)
        figures.ROOMS.value = len(self.topics)
        self.spawn(self._start(topic))
        return topic

    async def _start(self, topic: Topic) -> None:
        """Hear first and read the head after it, so that nothing falls between."""
        try:
            await self.ear.begun()
            topic.head = (await in_thread(self.rooms.heads, [topic.room]))[topic.room].seq
            topic.is_broken = False
        finally:
            if topic.is_broken and self.topics.get(topic.room) is topic:
                del self.topics[topic.room]
                figures.ROOMS.value = len(self.topics)
            topic.ready.set()
        self.fanout.rang(topic.room, topic.wanted)

    def _end_if_idle(self, topic: Topic) -> None:
        if topic.is_idle and self.topics.get(topic.room) is topic:
            del self.topics[topic.room]
            figures.ROOMS.value = len(self.topics)
            if topic.pump is not None:
                topic.pump.cancel()

    # --- The layer ----------------------------------------------------------------------------------------------

    def bells(self) -> list[str]:
        """Return the names of everything that this process listens to, whichever rooms it has open."""
        return [sessions.PEOPLE, *bell.all_shared()]

    async def _listen(self) -> None:
        """Hear what happens anywhere; after a failure, see what rang meanwhile."""
        await self.ear.listen(self.bells, heard=self._heard, again=lambda: self.spawn(self.polling.look_around()))

    def _heard(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "room.moved", "room": int(room), "seq": int(seq)}:
                self.fanout.rang(room, seq)
            case {"type": "thread.grew", "thread": int(thread), "number": int(number)}:
                self.watching.rang(thread, number)
            case {"type": "room.typing", "room": int(room), "person": int(person)}:
                if (topic := self.topics.get(room)) is not None:
                    self.spawn(self.presence.show_typing(topic, person))
            case {"type": "room.present", "room": int(room), "process": str(process), "people": list(people)}:
                if (topic := self.topics.get(room)) is not None and process != self.name:
                    self.presence.heard(topic, process, frozenset(people))
            case {"type": "person.presence", "user": int(user)}:
                self.spawn(self.presence.ask(user))
            case {"type": "person.sessions", "user": int(user)}:
                self.spawn(close_ended([socket for socket in self.sockets if socket.user_id == user]))
            case {"type": "person.notices", "users": list(users)}:
                for user in users:
                    if self.per_user[user]:
                        self.spawn(self._tell_notices(user))

    async def _tell_notices(self, user: int) -> None:
        """Say to a person's sockets how much waits for them: the numbers of the navigation."""
        waiting = await in_thread(import_string(settings.WAITING_FOR), user)
        for socket in self.sockets:
            if socket.user_id == user:
                socket.say({"type": "notice", **waiting})

    # --- The heartbeat ------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        """Tell each socket at every heartbeat how far its rooms are; that it comes shows that the connection lives."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self.beat_every
            await asyncio.sleep(self.beat_every)
            now = loop.time()
            figures.LOOP_LAG.note(now - due)
            figures.OUTBOX_PEAK.note(max((socket.outbox.fill for socket in self.sockets), default=0.0))
            for socket in self.sockets:
                if socket.heads_due <= now:
                    socket.heads_due = now + self.heartbeat
                    self.tell_heads(socket)
            for topic in self.topics.values():
                self.presence.beat(topic)
            # Nobody rings when a session expires.
            clock = timezone.now()
            if expired := [socket for socket in self.sockets if socket.session.expires <= clock]:
                self.spawn(close_ended(expired))

    def tell_heads(self, socket: Socket) -> None:
        """Say how far the rooms are that the socket follows and is up to date with, as far as this process knows."""
        heads = {str(room): follow.topic.head for room, follow in socket.follows.items() if follow.is_live}
        socket.say({"type": "heads", "rooms": heads})

    # --- Work that runs beside all this ---------------------------------------------------------------------------

    def now(self) -> float:
        """Return the time of the loop that serves the sockets, in seconds."""
        return asyncio.get_running_loop().time()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run work of the hub's until it is done or the last socket goes; a failure is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The poll takes it up again within twelve seconds.
            trace = None if isinstance(error, DatabaseError) else error
            logger.error("Work for a room failed: %s.", type(error).__name__, exc_info=trace)
