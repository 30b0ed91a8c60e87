"""Database work asked for from the event loop, done by a few threads of its own.

Django's own bridge does everything of all sockets in one thread, so that a single locked row would hold up every room.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

from core import figures

WORKERS = 8

DOOR_WORKERS = 2
"""For those who arrive: thousands may come at once, and must not stand before those who talk."""

_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="live")
_doors = ThreadPoolExecutor(DOOR_WORKERS, thread_name_prefix="door")


async def in_thread[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that reads or writes the database, and return what it returns."""
    return await _run(_pool, function, *args, **kwargs)


async def at_the_door[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the same for somebody who arrives: in the order of arrival, by few threads of its own."""
    return await _run(_doors, function, *args, **kwargs)


async def _run[**P, T](pool: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    figures.DATABASE_WORK.value += 1
    try:
        with figures.DATABASE_TIMES.taken():
            return await asyncio.get_running_loop().run_in_executor(
                pool, lambda: _with_fresh_connections(function, *args, **kwargs)
            )
    finally:
        figures.DATABASE_WORK.value -= 1


def _with_fresh_connections[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()
