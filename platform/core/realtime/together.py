"""Work that is cheaper for many than for one: what comes while a round is under way goes in the next, all in one piece."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

from core.realtime.threads import in_thread

ROUND_MAX = 64
"""Items that go in one round at most."""


class Held(Exception):
    """Somebody else holds what the item needs, named by `lane`: it goes by a lane of its own, and waits there."""

    def __init__(self, lane: Hashable) -> None:
        super().__init__()
        self.lane = lane


class Together[Item, Result]:
    """Does the items that a process is asked for in rounds, one round after the other.

    `work` gets the items of a round, and whether it may wait for what somebody else holds; it returns the result of each, or
    the exception that is raised where it was asked for. It runs in a thread. Items that were found `Held` wait in a lane of
    their own, so that nobody else waits with them.
    """

    def __init__(self, work: Callable[[Sequence[Item], bool], Sequence[Result | Exception]]) -> None:
        self.work = work
        self._lanes: defaultdict[Hashable, list[tuple[Item, asyncio.Future[Result]]]] = defaultdict(list)
        self._busy: dict[Hashable, asyncio.Task[None]] = {}

    async def do(self, item: Item) -> Result:
        """Return the item's result, or raise its exception."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._put(None, item, done)
        return await done

    def _put(self, lane: Hashable, item: Item, done: "asyncio.Future[Result]") -> None:
        self._lanes[lane].append((item, done))
        task = self._busy.get(lane)
        if task is None or task.done() or task.get_loop() is not done.get_loop():
            self._busy[lane] = asyncio.create_task(self._go_on(lane))

    async def _go_on(self, lane: Hashable) -> None:
        try:
            while waiting := self._lanes.pop(lane, []):
                self._lanes[lane] = waiting[ROUND_MAX:]
                # Who has gone meanwhile is served like the others: what they said was said.
                await self._round(lane, waiting[:ROUND_MAX])
        finally:
            self._lanes.pop(lane, None)
            self._busy.pop(lane, None)

    async def _round(self, lane: Hashable, waiting: "Sequence[tuple[Item, asyncio.Future[Result]]]") -> None:
        results: Sequence[Result | Exception]
        try:
            results = await in_thread(self.work, [item for item, _ in waiting], lane is not None)
        except Exception as error:  # it is raised where each was asked for
            if lane is not None:
                # What is held stays so: those behind are told now, not after as long again.
                waiting = [*waiting, *self._lanes.pop(lane, [])]
            results = [error] * len(waiting)
        for (item, done), result in zip(waiting, results, strict=True):
            if isinstance(result, Held):
                self._put(result.lane, item, done)
            elif done.done():
                continue
            elif isinstance(result, Exception):
                done.set_exception(result)
            else:
                done.set_result(result)
