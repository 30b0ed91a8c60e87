"""Database work asked for from the event loop, done by a few threads of its own.

Django's own bridge does everything of all sockets in one thread, so that a single locked row would hold up every room.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connections

from core import figures

WORKERS = 8

TRUSTED = 1.0
"""Seconds for which a thread takes its connection to be good without asking: that costs as much as many a question."""

_thread = threading.local()
_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="live")


async def in_thread[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that reads or writes the database, and return what it returns."""
    figures.DATABASE_WORK.value += 1
    try:
        with figures.DATABASE_TIMES.taken():
            return await asyncio.get_running_loop().run_in_executor(
                _pool, lambda: _with_fresh_connections(function, *args, **kwargs)
            )
    finally:
        figures.DATABASE_WORK.value -= 1


def _with_fresh_connections[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    now = time.monotonic()
    if now - getattr(_thread, "looked", -TRUSTED) >= TRUSTED:
        close_old_connections()
        _thread.looked = now
    try:
        return function(*args, **kwargs)
    finally:
        # After any error the next one looks at once, and what is broken is closed now.
        if any(one.errors_occurred for one in connections.all(initialized_only=True)):
            close_old_connections()
            _thread.looked = -TRUSTED
