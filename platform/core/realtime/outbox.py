"""What waits to be written to one socket: bounded, so that a reader who has stopped costs a fixed amount of memory."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import Any

from core import figures
from core.realtime.rooms import Entry

EVENTS_MAX = 256
BYTES_MAX = 1_000_000
FRAME_BYTES = 48 * 1024
"""Events are put together into frames up to this size; a single event may be longer."""

STRIDE_FIRST, STRIDE_FRAMES = 16, 4

LIGHT_MAX = 4
"""What is best effort is dropped when more than this waits."""

STALLED_AFTER = 10.0
"""Seconds in which a reader must take something of a queue that is filling."""

TOO_SLOW = 4408

Send = Callable[[dict[str, Any]], Awaitable[None]]
WriteNow = Callable[[str | bytes], bool]
"""Writes a frame of text or bytes at once and returns True, or False if the reader has no room for it now."""


class Batch:
    """Events of one room as one part of a frame, encoded once however many sockets it goes to."""

    def __init__(self, room: int, entries: Sequence[Entry]) -> None:
        self.room = room
        self.entries = entries
        self.first, self.last = entries[0].seq, entries[-1].seq
        self.acl_version = max(entry.acl_version for entry in entries)
        self.lowest = min(entry.origin for entry in entries)

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def text(self) -> str:
        """The events, without the frame around them."""
        return ",".join(entry.text for entry in self.entries)

    @cached_property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self.text.encode())

    @cached_property
    def frame(self) -> str:
        """The frame that holds them alone."""
        return frame_of(self.room, self.text)

    def after(self, seq: int) -> "Batch | None":
        """Return the part after a `seq`, if there is any."""
        if seq < self.first:
            return self
        rest = [entry for entry in self.entries if entry.seq > seq]
        return Batch(self.room, rest) if rest else None

    def above(self, floor: int) -> "Batch":
        """Return the batch as somebody sees it whose history begins at `floor`."""
        if self.lowest >= floor:
            return self
        return Batch(
            self.room,
            [
                entry if entry.origin >= floor else Entry(entry.seq, entry.acl_version, floor, entry.hidden)
                for entry in self.entries
            ],
        )

    @classmethod
    def split(cls, room: int, entries: Sequence[Entry]) -> "list[Batch]":
        """Return the events in batches that each fit a frame."""
        batches: list[Batch] = []
        part: list[Entry] = []
        size = 0
        for entry in entries:
            length = len(entry.text.encode())
            if part and size + length > FRAME_BYTES:
                batches.append(cls(room, part))
                part, size = [], 0
            part.append(entry)
            size += length
        if part:
            batches.append(cls(room, part))
        return batches


class Stride:
    """How many events are read at once: what is read waits in memory, and one event may be as long as a hundred.

    It begins with few, and doubles while they fit four frames.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = min(most, STRIDE_FIRST)

    def cut(self, batches: "list[Batch]") -> "list[Batch]":
        """Return the first of the batches that were read, four at most; the rest is to be read again in its turn."""
        first = batches[:STRIDE_FRAMES]
        events = sum(map(len, first))
        if len(batches) >= STRIDE_FRAMES:
            self.limit = min(self.most, events)
        elif events >= self.limit:
            self.limit = min(self.most, events * 2)
        return first


def frame_of(room: int, events: str) -> str:
    """Return the frame around encoded events."""
    return f'{{"type":"events","room":{room},"events":[{events}]}}'


class Outbox:
    """One socket's queue. Over 256 events or 1 MB the socket is closed as too slow.

    Every idle socket has one, so it holds as little as it can: no queue with room set aside, no task while nothing waits, no
    event before it is waited for.
    """

    __slots__ = ("_bytes", "_crowded", "_events", "_items", "_on_close", "_send", "_writing", "code", "write_now")

    def __init__(self, write_now: WriteNow | None = None) -> None:
        self.write_now = write_now
        self.code: int | None = None
        self._items: list[str | Batch] = []
        self._events = 0
        self._bytes = 0
        self._send: Send | None = None
        self._on_close: Callable[[], object] | None = None
        # There while something waits and may be written.
        self._writing: asyncio.Task[None] | None = None
        # There while it is more than a quarter full, set when it no longer is.
        self._crowded: asyncio.Event | None = None

    def open(self, send: Send, on_close: Callable[[], object]) -> None:
        """From now on write what is queued by `send`, which waits for a slow reader; `on_close` is called when it is over."""
        self._send, self._on_close = send, on_close
        if self.code is None:
            self._begin()
        else:
            on_close()

    async def end(self) -> None:
        """Write nothing more, not even what is on its way."""
        self._send = self._on_close = None
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    def put(self, text: str) -> None:
        """Queue one frame, unless it is written at once."""
        if self.code is None and not self._written(text):
            self._items.append(text)
            self._bytes += len(text)
            self._grown()

    def put_events(self, batch: Batch) -> None:
        """Queue events, unless they are written at once."""
        if self.code is not None:
            return
        if self._written(batch.frame):
            figures.DELIVERIES.value += len(batch)
        else:
            self._items.append(batch)
            self._events += len(batch)
            self._bytes += batch.size
            self._grown()

    def _written(self, text: str) -> bool:
        """Write a frame at once, where the server can, nothing waits before it and the reader has room."""
        if self._items or self._writing is not None or self.write_now is None or not self.write_now(text):
            return False
        figures.FRAMES_WRITTEN.value += 1
        return True

    def offer(self, text: str) -> None:
        """Queue what may be lost, unless more important things wait."""
        if len(self._items) <= LIGHT_MAX:
            self.put(text)

    def close(self, code: int) -> None:
        """Write nothing more; the socket is closed with the code."""
        if self.code is None:
            self.code = code
            self._items.clear()
            self._relieve()
            self._over()

    @property
    def fill(self) -> float:
        """How full it is, of what it may hold; above 1 it is closed."""
        return max(self._events / EVENTS_MAX, self._bytes / BYTES_MAX)

    @property
    def is_roomy(self) -> bool:
        """Whether it is at most a quarter full."""
        return self._crowded is None

    async def roomy(self) -> bool:
        """Wait until it is at most a quarter full: what is fetched for one socket goes at its pace. False after 10 seconds."""
        if self._crowded is not None:
            try:
                async with asyncio.timeout(STALLED_AFTER):
                    await self._crowded.wait()
            except TimeoutError:
                return False
        return True

    def _begin(self) -> None:
        if self._items and self._send is not None and self._writing is None:
            self._writing = asyncio.create_task(self._drain(self._send))

    async def _drain(self, send: Send) -> None:
        """Write what is queued, several events to a frame; a socket that cannot be written to any more ends."""
        try:
            while self._items:
                await send({"type": "websocket.send", "text": self._next()})
                figures.FRAMES_WRITTEN.value += 1
        except Exception:
            self._send = None
            self._over()
        finally:
            self._writing = None

    def _over(self) -> None:
        if self._on_close is not None:
            self._on_close()

    async def empty(self) -> None:
        """Wait until everything queued has been handed on."""
        while self._items and self.code is None:  # noqa: ASYNC110 - asked once in the life of a process
            await asyncio.sleep(0.02)

    def _next(self) -> str:
        item = self._items.pop(0)
        if isinstance(item, str):
            self._bytes -= len(item)
            self._shrunk()
            return item
        text, size, batches = item.frame, item.size, [item]
        while self._items and isinstance(following := self._items[0], Batch) and following.room == item.room:
            if size + following.size > FRAME_BYTES:
                break
            size += following.size
            batches.append(following)
            self._items.pop(0)
        if len(batches) > 1:
            text = frame_of(item.room, ",".join(batch.text for batch in batches))
        events = sum(map(len, batches))
        figures.DELIVERIES.value += events
        self._events -= events
        self._bytes -= size
        self._shrunk()
        return text

    def _grown(self) -> None:
        if self._events > EVENTS_MAX or self._bytes > BYTES_MAX:
            figures.OUTBOX_PEAK.note(1.0)
            self.close(TOO_SLOW)
            return
        if self._events > EVENTS_MAX // 4 or self._bytes > BYTES_MAX // 4:
            figures.OUTBOX_PEAK.note(self.fill)
            if self._crowded is None:
                self._crowded = asyncio.Event()
        self._begin()

    def _shrunk(self) -> None:
        if self._events <= EVENTS_MAX // 4 and self._bytes <= BYTES_MAX // 4:
            self._relieve()

    def _relieve(self) -> None:
        if self._crowded is not None:
            self._crowded.set()
            self._crowded = None
