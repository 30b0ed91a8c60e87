"""Back-pressure: the gate a writer waits at while its reader has not taken what was written before."""

import asyncio
import time

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Gate:
    """Shut by the transport when its buffer is full (64 KB), opened when it has been read, or when nobody will read.

    Twisted tells a registered push producer to pause and to resume. Daphne registers none and its `send` returns at
    once, so everything an application sends to a reader that never reads stays in memory. The gate is the producer
    we register; the server awaits it before an application's `send` returns.
    """

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._ended = False
        self._shut_at = 0.0

    async def passed(self) -> None:
        """Return when the reader has room, at once if it has."""
        while not self._open.is_set():  # another writer that woke first may have filled the buffer again
            await self._open.wait()

    @property
    def shut_for(self) -> float:
        """Seconds since the reader last had room; 0 while it has."""
        return 0.0 if self._open.is_set() else time.monotonic() - self._shut_at

    def end(self) -> None:
        """Open for good: the connection is over and its writers must not wait for it."""
        self._ended = True
        self._open.set()

    def pauseProducing(self) -> None:
        if self._open.is_set() and not self._ended:
            self._shut_at = time.monotonic()
            self._open.clear()

    def resumeProducing(self) -> None:
        self._open.set()

    def stopProducing(self) -> None:
        self.end()
