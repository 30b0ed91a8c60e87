"""Whether this process can do its work, answered within three seconds whatever hangs.

Each question is asked in a thread of its own, by one thread at a time: who asks while the last question is still out waits for
the same answer, so that a database or a Redis that hangs holds one thread, however often the process is asked.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from django.db import connections

from core import background
from core.realtime import bell
from core.realtime.origins import Receive, Scope, Send

logger = logging.getLogger(__name__)

PATIENCE = 2.5
"""Seconds after which no answer is an answer."""

ALIVE, READY = "/healthz", "/readyz"


class Question[T]:
    """One question that may hang."""

    def __init__(self, name: str, ask: Callable[[], T]) -> None:
        self.name, self._ask = name, ask
        self._lock = threading.Lock()
        self._asked: Future[T | None] | None = None

    def ask(self) -> "Future[T | None]":
        """Return the answer that is waited for; None stands for a failure."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._answer, args=[self._asked], name=self.name, daemon=True).start()
            return self._asked

    def _answer(self, answer: "Future[T | None]") -> None:
        found: T | None = None
        try:
            found = self._ask()
        except Exception as error:  # whatever a driver or an engine raises: it did not answer
            logger.debug("No answer: %s.", type(error).__name__)
        finally:
            connections.close_all()
            answer.set_result(found)


@dataclass(frozen=True)
class Readiness:
    """What was found: `waiting` is for how many seconds the oldest due task has waited, None without a database."""

    database: bool
    layer: bool
    waiting: int | None

    @property
    def ready(self) -> bool:
        """Whether the process can work: without the layer it can, because messages are found by the poll."""
        return self.database

    def as_json(self) -> bytes:
        """Return it as an answer says it."""
        said: dict[str, bool | int] = {"database": self.database, "layer": self.layer}
        if self.waiting is not None:
            said["waiting"] = self.waiting
        return json.dumps(said).encode()


_database = Question("ready-database", lambda: int(background.waiting().total_seconds()))
_layer = Question("ready-layer", bell.answers)


def ask(patience: float = PATIENCE) -> Readiness:
    """Ask from a thread; at most `patience` seconds."""
    database, layer = _database.ask(), _layer.ask()
    asked: list[Future[Any]] = [database, layer]
    wait(asked, timeout=patience)
    return _found(database, layer)


async def ask_on_loop(patience: float = PATIENCE) -> Readiness:
    """Ask from an event loop, which goes on meanwhile; at most `patience` seconds."""
    database, layer = _database.ask(), _layer.ask()
    asked: list[asyncio.Future[Any]] = [asyncio.wrap_future(database), asyncio.wrap_future(layer)]
    await asyncio.wait(asked, timeout=patience)
    return _found(database, layer)


def _found(database: "Future[int | None]", layer: "Future[bool | None]") -> Readiness:
    waiting = database.result() if database.done() else None
    return Readiness(database=waiting is not None, layer=layer.done() and bool(layer.result()), waiting=waiting)


class HealthEndpoint:
    """Answers `/healthz` and `/readyz` on the event loop itself: the pages behind it share one thread, which may hang."""

    def __init__(self, pages: Callable[..., Awaitable[None]]) -> None:
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in (ALIVE, READY) or scope["method"] not in ("GET", "HEAD"):
            await self.pages(scope, receive, send)
            return
        status, kind, body = 200, b"text/plain", b"ok"
        if scope["path"] == READY:
            found = await ask_on_loop()
            status, kind, body = 200 if found.ready else 503, b"application/json", found.as_json()
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store, private"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
