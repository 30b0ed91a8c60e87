"""The bell: after a commit, other processes hear that something moved. It carries identifiers only, never content.

A bell may be lost, doubled or late, and nothing is lost with it: the hub reads what happened from the database, and asks
the database again every ten seconds without any bell.
"""

import asyncio
import atexit
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from functools import cache, partial
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

from core import figures
from core.logs import happening

logger = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds one ring may take; a dead or frozen Redis costs nobody more."""

NOBODY = "nobody"
"""A name under which no process hears a bell."""

_server_loop: asyncio.AbstractEventLoop | None = None
_under_way: set[Future[None]] = set()
# For bells that are being rung: what is to be rung next. Touched on the loop that rings only.
_newest: dict[tuple[str, str], dict[str, Any] | None] = {}


def send_on_commit(
    channel_group: str, message: Mapping[str, int | str | list[int]], *, newest_only: bool = False
) -> None:
    """Ring once the transaction is committed, from any thread; a failure is logged and never fails the act.

    Outside a transaction it rings at once. The caller does not wait for the layer. With `newest_only` a message says all that
    earlier ones of its type for this bell said: those that still wait for the layer are left out.
    """
    transaction.on_commit(partial(ring, channel_group, dict(message), newest_only=newest_only), robust=True)


def ring(channel_group: str, message: dict[str, Any], *, newest_only: bool = False) -> None:
    """Hand the message to an event loop that can send it; where nobody in this process could hear it, do nothing."""
    layer = get_channel_layer()
    loop = _server_loop
    if loop is None or loop.is_closed():
        if layer is None or isinstance(layer, InMemoryChannelLayer):
            return
        loop = _own_loop()
    sending = _send_newest(channel_group, message) if newest_only else send(channel_group, message)
    future = asyncio.run_coroutine_threadsafe(sending, loop)
    _under_way.add(future)
    future.add_done_callback(_under_way.discard)


async def _send_newest(channel_group: str, message: dict[str, Any]) -> None:
    """Send the message when the one before it has been sent; one that comes meanwhile takes its place."""
    key = channel_group, message["type"]
    if key in _newest:
        _newest[key] = message
        return
    _newest[key] = message
    try:
        while (now := _newest[key]) is not None:
            _newest[key] = None
            await send(channel_group, now)
    finally:
        del _newest[key]


async def send(channel_group: str, message: dict[str, Any]) -> None:
    """Send within two seconds or give up; used by what already runs on an event loop."""
    error = await _tried(channel_group, message)
    if error is None:
        figures.BELLS_RUNG.value += 1
        return
    figures.BELLS_FAILED.value += 1
    name = type(error).__name__
    logger.warning("A bell for %s did not ring: %s.", channel_group, name, extra=happening("bell.failed", error=name))


def answers() -> bool:
    """Whether the layer takes a bell that nobody hears, within two seconds; not to be asked from an event loop."""
    loop = _server_loop
    if loop is None or loop.is_closed():
        if isinstance(get_channel_layer(), InMemoryChannelLayer):
            return True
        loop = _own_loop()
    tried = asyncio.run_coroutine_threadsafe(_tried(NOBODY, {"type": "nobody.hears"}), loop)
    return tried.result(PATIENCE + 0.2) is None


async def _tried(channel_group: str, message: dict[str, Any]) -> Exception | None:
    """Ring, and return what the layer's engine raised, whatever that is: the bell is best effort."""
    layer = get_channel_layer()
    if layer is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(channel_group, message)
    except Exception as error:
        return error
    return None


def serve_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the event loop on which this process serves sockets: the in-memory layer is heard on it only."""
    global _server_loop
    _server_loop = loop


@cache
def _own_loop() -> asyncio.AbstractEventLoop:
    """Return a loop of this process's own, for commands and servers of pages that have none; its last rings may finish."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="bell", daemon=True).start()
    atexit.register(lambda: wait(list(_under_way), timeout=PATIENCE))
    return loop
