"""One process's ear at the channel layer: a channel of its own, and the bells it hears on it.

Whatever becomes of the layer is no failure here: what it does not take is tried again, and the hub's poll does without it.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Collection
from typing import Any

from channels.layers import get_channel_layer

from core import figures
from core.logs import happening
from core.realtime import bell

logger = logging.getLogger(__name__)


class Ear:
    """Hears the bells it is told to, for as long as `listen` runs."""

    def __init__(self) -> None:
        self._channel: str | None = None
        self._heard: set[str] = set()
        self._deaf: set[str] = set()
        self._lost_at: float | None = None
        self._tried = asyncio.Event()

    async def listen(
        self,
        names: Callable[[], Collection[str]],
        *,
        heard: Callable[[dict[str, Any]], None],
        again: Callable[[], object],
    ) -> None:
        """Hand on every message of the bells with these names; begin anew when the engine fails, and say so by `again`."""
        failed = False
        while True:
            try:
                layer = get_channel_layer()
                if layer is None:
                    self._tried.set()
                    return
                self._channel = await layer.new_channel("hub")
                await self.hear_all(names())
                self._tried.set()
                if failed:
                    again()
                while True:
                    ring = await layer.receive(self._channel)
                    self._answered()
                    for message in bell.rung(ring):
                        heard(message)
            except Exception as error:  # whatever the engine raises: delivery goes on by polling
                failed = True
                self._channel = None
                self._tried.set()
                self._heard.clear()
                self._failed("listen", error)
                await asyncio.sleep(random.uniform(1, 3))  # noqa: S311 - nothing secret

    async def begun(self) -> None:
        """Wait until it hears: what is read after this is told of. An engine that is away is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(bell.PATIENCE):
                await self._tried.wait()

    async def hear(self, name: str) -> bool:
        """Hear a bell from now on; return whether the engine took it. What is heard already may be said again."""
        layer, channel = get_channel_layer(), self._channel
        if layer is None or channel is None:
            return False
        try:
            async with asyncio.timeout(bell.PATIENCE):
                await layer.group_add(name, channel)
        except Exception as error:  # the poll does without
            self._deaf.add(name)
            self._failed("hear", error)
            return False
        self._answered()
        self._deaf.discard(name)
        self._heard.add(name)
        return True

    async def hear_all(self, names: Collection[str]) -> None:
        """Hear these bells, all at once: they may be in several engines, and one that is away costs the others nothing."""
        self._deaf.update(set(names) - self._heard)
        await asyncio.gather(*map(self.hear, names))

    async def hear_missing(self) -> None:
        """Try once more what could not be heard so far."""
        await self.hear_all(list(self._deaf))

    async def hear_no_more(self, name: str) -> None:
        """Take the channel off a bell."""
        self._deaf.discard(name)
        if self._channel is not None:
            await _take_off(self._channel, [name])
        self._heard.discard(name)

    @property
    def is_deaf(self) -> bool:
        """Whether the engine did not do what it was last asked."""
        return self._lost_at is not None

    def _failed(self, asked: str, error: Exception) -> None:
        """The layer did not do what was asked: counted each time, told once until it answers again."""
        figures.LAYER_ERRORS.add(asked)
        if self._lost_at is None:
            self._lost_at = time.monotonic()
            name = type(error).__name__
            about = happening("layer.lost", asked=asked, error=name)
            logger.warning("The channel layer failed: %s. Rooms are polled.", name, extra=about)

    def _answered(self) -> None:
        if self._lost_at is not None:
            seconds, self._lost_at = round(time.monotonic() - self._lost_at, 1), None
            logger.warning("The channel layer answers again.", extra=happening("layer.regained", seconds=seconds))

    async def close(self) -> None:
        """Take the channel off every bell, so that nobody rings for a process that does not listen; `listen` has ended."""
        channel, names = self._channel, self._heard
        self._channel, self._heard, self._deaf = None, set(), set()
        if channel is not None:
            await _take_off(channel, names)


async def _take_off(channel: str, names: Collection[str]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async with asyncio.timeout(bell.PATIENCE):
            for name in names:
                await layer.group_discard(name, channel)
    except Exception as error:  # a bell more does no harm
        figures.LAYER_ERRORS.add("hear_no_more")
        logger.warning("Could not unsubscribe: %s.", type(error).__name__)
