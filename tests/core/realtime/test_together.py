"""Work done in rounds: what comes while one is under way goes together in the next, and each gets its own outcome."""

import asyncio
import threading

import pytest

from core.realtime.together import ROUND_MAX, Held, Together

# The threads that work here look after connections they may have from before.
pytestmark = pytest.mark.django_db(transaction=True)


async def until(is_so):
    """Wait until it is so, ten seconds at most."""
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


class Work:
    """Notes its rounds, and takes as long as it is told to."""

    def __init__(self, outcome=lambda item, may_wait: item):
        self.rounds = []
        self.outcome = outcome
        self.may_go = threading.Event()
        self.may_go.set()

    def __call__(self, items, may_wait):
        self.rounds.append((list(items), may_wait))
        self.may_go.wait(10)
        return [self.outcome(item, may_wait) for item in items]


async def test_what_comes_meanwhile_goes_together_in_the_next_round():
    work = Work()
    work.may_go.clear()
    together = Together(work)
    asked = [asyncio.create_task(together.do(number)) for number in range(5)]
    await until(lambda: work.rounds)
    asked += [asyncio.create_task(together.do(number)) for number in range(5, 8)]
    await asyncio.sleep(0.05)
    work.may_go.set()

    assert await asyncio.gather(*asked) == list(range(8))
    assert [len(items) for items, _ in work.rounds] == [5, 3]


async def test_a_round_has_a_bound():
    work = Work()

    await asyncio.gather(*(Together.do(together, number) for together in [Together(work)] for number in range(200)))

    assert max(len(items) for items, _ in work.rounds) == ROUND_MAX
    assert sum(len(items) for items, _ in work.rounds) == 200


async def test_each_gets_its_own_exception():
    together = Together(Work(lambda item, may_wait: ValueError(item) if item % 2 else item))

    outcomes = await asyncio.gather(*(together.do(number) for number in range(4)), return_exceptions=True)

    assert [str(outcome) for outcome in outcomes] == ["0", "1", "2", "3"]
    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int, ValueError]


async def test_a_round_that_fails_fails_for_everybody_in_it_and_the_next_one_goes_on():
    def fail(item, may_wait):
        if item == "bad":
            raise ConnectionError
        return item

    together = Together(Work(fail))

    with pytest.raises(ConnectionError):
        await together.do("bad")
    assert await together.do("good") == "good"


async def test_what_waits_for_somebody_else_holds_up_nobody():
    released = threading.Event()

    def outcome(item, may_wait):
        if item == "locked" and not may_wait:
            return Held("lane")
        if item == "locked":
            released.wait(10)
        return item

    together = Together(Work(outcome))
    waiting = asyncio.create_task(together.do("locked"))
    await asyncio.sleep(0.05)

    assert await together.do("free") == "free"
    assert not waiting.done()
    released.set()
    assert await waiting == "locked"


async def test_who_goes_away_is_served_and_holds_up_nobody():
    work = Work()
    work.may_go.clear()
    together = Together(work)
    gone = asyncio.create_task(together.do("gone"))
    await asyncio.sleep(0.05)
    gone.cancel()
    work.may_go.set()

    assert await together.do("here") == "here"
    assert work.rounds == [(["gone"], False), (["here"], False)]


async def test_who_comes_behind_what_stays_held_waits_no_second_time():
    may_fail, rounds = threading.Event(), []

    def held(items, may_wait):
        rounds.append((list(items), may_wait))
        if may_wait:
            may_fail.wait(10)
            raise TimeoutError
        return [Held("room") for _ in items]

    together = Together(held)
    first = asyncio.create_task(together.do(1))
    await until(lambda: ([1], True) in rounds)
    second = asyncio.create_task(together.do(2))
    await until(lambda: ([2], False) in rounds)
    await asyncio.sleep(0.05)
    may_fail.set()

    assert [type(one) for one in await asyncio.gather(first, second, return_exceptions=True)] == [TimeoutError] * 2
    assert ([2], True) not in rounds
