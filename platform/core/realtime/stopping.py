"""What is still said before the process stops: lower rooms register here, the server calls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

StopHook = Callable[[], Awaitable[None]]

_hooks: list[StopHook] = []


def on_stop[Hook: StopHook](hook: Hook) -> Hook:
    """Have the coroutine function called once when the process is asked to stop; usable as a decorator.

    Connections are still open then and no new ones are accepted. Sockets that are open when all hooks have returned
    are closed with 1012.
    """
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


async def run_stop_hooks(*, timeout: float) -> None:  # noqa: ASYNC109 - the server decides how long, not the hook
    """Run all hooks at once, for at most `timeout` seconds together; one that fails does not keep the others."""
    if not _hooks:
        return
    tasks = [asyncio.ensure_future(hook()) for hook in _hooks]
    done, late = await asyncio.wait(tasks, timeout=timeout)
    for task in late:
        task.cancel()
        logger.warning("A stop hook was not done after %.1f seconds.", timeout)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("A stop hook failed.", exc_info=error)
