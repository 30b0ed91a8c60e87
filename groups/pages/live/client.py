"""One open socket of a page, and what waits to be written to it: bounded, so that a stopped reader costs a fixed amount."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from core.realtime.limits import Bucket
from core.realtime.outbox import TOO_SLOW, WriteNow
from core.realtime.sessions import SignedIn
from groups.pages.access import Right
from groups.pages.services.log import NEVER

WAITING_MAX = 24 * 1024**2
"""Bytes that may wait for one reader: a whole page, and what is written while it goes out."""

NOW_MAX = 64 * 1024
"""Bytes of a frame that is written at once; a longer one takes its turn, so that the server keeps no copy of it."""

FRAMES_PER_SECOND, FRAMES_AT_ONCE = 60, 300


class Client:
    """Whose socket it is, in which page, with which right."""

    def __init__(
        self, session: SignedIn, organisation_id: int | None, right: Right, write_now: WriteNow | None = None
    ) -> None:
        self.session, self.organisation_id, self.right = session, organisation_id, right
        self.write_now = write_now
        # What named the rights when this one's was asked (`services.reading.asked_of`).
        self.asked = NEVER
        self.code: int | None = None
        self.on_close: Callable[[], object] = lambda: None
        self.bucket = Bucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE)
        # The clients of the protocol that speak through it; a browser has one.
        self.speaks_for: set[int] = set()
        self._waiting: deque[bytes | str] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._is_sending = False

    @property
    def user_id(self) -> int:
        """Whose it is."""
        return self.session.user_id

    def put(self, frame: bytes | str) -> None:
        """Write a frame at once, or queue it where the reader has no room; one for whom too much waits is closed."""
        if self.code is not None or self._written(frame):
            return
        self._bytes += len(frame)
        if self._bytes > WAITING_MAX:
            self.close(TOO_SLOW)
            return
        self._waiting.append(frame)
        self._filled.set()

    def _written(self, frame: bytes | str) -> bool:
        if self._waiting or self._is_sending or len(frame) > NOW_MAX or self.write_now is None:
            return False
        return self.write_now(frame)

    def say(self, **frame: Any) -> None:
        """Queue a frame of text."""
        self.put(json.dumps(frame, separators=(",", ":")))

    def deny(self, reason: str) -> None:
        """Say that something was not taken."""
        self.say(type="denied", reason=reason)

    def close(self, code: int) -> None:
        """Close when what waits has been handed on; for one that is too slow nothing more is written."""
        if self.code is None:
            self.code = code
            if code == TOO_SLOW:
                self._waiting.clear()
            self._filled.set()
            self.on_close()

    async def drain(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Write what waits, until the socket is closed and nothing does."""
        while True:
            while self._waiting:
                frame = self._waiting.popleft()
                self._bytes -= len(frame)
                kind = "text" if isinstance(frame, str) else "bytes"
                self._is_sending = True
                await send({"type": "websocket.send", kind: frame})
                self._is_sending = False
            if self.code is not None:
                return
            self._filled.clear()
            await self._filled.wait()
