"""The bell: after a commit, other processes hear that something moved. It carries identifiers only, never content.

A bell may be lost, doubled or late, and nothing is lost with it: the hub reads what happened from the database, and asks
the database again every ten seconds without any bell. What is to be rung while a ring is on its way goes together in the next
one, so that a busy site rings no more often than the engine answers.
"""

import asyncio
import atexit
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from functools import cache, partial
from itertools import batched
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.db import transaction

from core import figures
from core.logs import happening

logger = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds one ring may take; a dead or frozen Redis costs nobody more."""

RING_MAX = 500
"""Messages that one ring carries at most."""

NOBODY = "nobody"
"""A name under which no process hears a bell."""

Message = Mapping[str, Any]


def shared(number: int) -> str:
    """Return the bell of everything that has this number, which every process hears: of a room, of a thread.

    There are few of them (`settings.SHARED_BELLS`), so that nobody subscribes when a room is opened, and rooms that move at the
    same time are rung together. Their number comes first in their names: engines share by a sum that the last signs hardly move.
    """
    return f"{number % settings.SHARED_BELLS}.everybody"


def all_shared() -> list[str]:
    """Return the names of all of them."""
    return [shared(number) for number in range(settings.SHARED_BELLS)]


def send_on_commit(name: str, message: Message, *, newest_of: Hashable | None = None) -> None:
    """Ring a bell once the transaction is committed, from any thread; a failure is logged and never fails the act.

    Outside a transaction it rings at once. The caller does not wait for the layer. With `newest_of` a message says all that
    earlier ones of its type for the same thing said: those that still wait for the layer are left out. Which is later is told by
    `seq` or `number`, where messages have one, and else by when they come.
    """
    transaction.on_commit(partial(ring, name, message, newest_of=newest_of), robust=True)


def ring(name: str, message: Message, *, newest_of: Hashable | None = None) -> None:
    """Ring as `send_on_commit` does, but now; where nobody in this process could hear it, do nothing."""
    ringer = _server
    if ringer is None or ringer.loop.is_closed():
        if isinstance(get_channel_layer(), InMemoryChannelLayer | None):
            return
        ringer = _own()
    ringer.ring(name, message, newest_of)


class Ringer:
    """Rings from one event loop, each bell one ring after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._handed: deque[tuple[str, Hashable, Message]] = deque()
        self._called = False
        self._waiting: dict[str, dict[Hashable, Message]] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}

    def ring(self, name: str, message: Message, newest_of: Hashable | None) -> None:
        """Have a bell rung, from any thread."""
        self._handed.append((name, object() if newest_of is None else (message["type"], newest_of), message))
        # Set before it is asked and taken back before all is taken: what is handed over meanwhile is seen by one of the two.
        if not self._called:
            self._called = True
            self.loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        self._called = False
        while self._handed:
            name, key, message = self._handed.popleft()
            waiting = self._waiting.setdefault(name, {})
            # Who committed first may come here last.
            if key not in waiting or _place(waiting[key]) <= _place(message):
                waiting[key] = message
            if name not in self._busy:
                self._busy[name] = self.loop.create_task(self._go_on(name))

    async def _go_on(self, name: str) -> None:
        try:
            while waiting := self._waiting.pop(name, None):
                for together in batched(waiting.values(), RING_MAX):
                    await send(name, together)
        finally:
            del self._busy[name]

    async def settled(self) -> None:
        """Wait until everything that was handed over has been rung."""
        self._take()
        while self._busy:
            await asyncio.wait(self._busy.values())


def _place(message: Message) -> int:
    place: int = message.get("seq", message.get("number", 0))
    return place


async def settled() -> None:
    """Wait until what is being rung from the loop that serves sockets has been rung, for as long as one ring may take."""
    if _server is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await _server.settled()


async def send(name: str, messages: Sequence[Message]) -> None:
    """Ring once for all of these messages, within two seconds, or give up."""
    error = await _tried(name, messages)
    if error is None:
        figures.BELLS_RUNG.value += len(messages)
        return
    figures.BELLS_FAILED.value += len(messages)
    kind = type(error).__name__
    logger.warning("A bell for %s did not ring: %s.", name, kind, extra=happening("bell.failed", error=kind))


def answers() -> bool:
    """Whether the layer takes a bell that nobody hears, within two seconds; not to be asked from an event loop."""
    ringer = _server
    if ringer is None or ringer.loop.is_closed():
        if isinstance(get_channel_layer(), InMemoryChannelLayer):
            return True
        ringer = _own()
    tried = asyncio.run_coroutine_threadsafe(_tried(NOBODY, []), ringer.loop)
    return tried.result(PATIENCE + 0.2) is None


async def _tried(name: str, messages: Sequence[Message]) -> Exception | None:
    """Ring, and return what the layer's engine raised, whatever that is: the bell is best effort."""
    layer = get_channel_layer()
    if layer is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(name, {"type": "rung", "rung": [dict(message) for message in messages]})
    except Exception as error:
        return error
    return None


def rung(ring: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages that a ring carries; of what else a layer may bring, none."""
    messages = ring.get("rung")
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


_server: Ringer | None = None


def serve_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the event loop on which this process serves sockets: the in-memory layer is heard on it only."""
    global _server
    if loop is None:
        _server = None
    elif _server is None or _server.loop is not loop:
        _server = Ringer(loop)


@cache
def _own() -> Ringer:
    """Return a ringer with a loop of its own, for commands and servers of pages that have none; its last rings may finish."""
    ringer = Ringer(asyncio.new_event_loop())
    threading.Thread(target=ringer.loop.run_forever, name="bell", daemon=True).start()
    atexit.register(_finish, ringer)
    return ringer


def _finish(ringer: Ringer) -> None:
    with contextlib.suppress(TimeoutError):
        asyncio.run_coroutine_threadsafe(ringer.settled(), ringer.loop).result(PATIENCE)
