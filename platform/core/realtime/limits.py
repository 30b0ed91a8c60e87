"""How fast a person may write: 5 messages a second, 20 at once, 100 a minute; counted by each process for itself."""

import math
import threading
import time
from collections.abc import Callable

from core.errors import RateLimited

FORGET_ABOVE = 10_000


class Bucket:
    """Holds up to `burst` tokens and gets `rate` new ones a second; one act takes one."""

    __slots__ = ("burst", "clock", "rate", "since", "tokens")

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self.tokens, self.since = float(burst), clock()

    def wait(self) -> float:
        """Return the seconds until a token is there, 0 when one is now."""
        now = self.clock()
        self.tokens = min(self.burst, self.tokens + (now - self.since) * self.rate)
        self.since = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate

    def take(self) -> None:
        """Use one token; ask `wait` first."""
        self.tokens -= 1

    @property
    def is_full(self) -> bool:
        """Whether nothing has been taken lately, so that it may be forgotten."""
        return self.wait() == 0 and self.tokens >= self.burst


class Pace:
    """One pair of buckets per person; safe to ask from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._buckets: dict[int, tuple[Bucket, Bucket]] = {}
        self._lock = threading.Lock()

    def take(self, user_id: int) -> None:
        """Count one message of the person; raise RateLimited with the seconds to wait when it is too many."""
        with self._lock:
            if len(self._buckets) > FORGET_ABOVE:
                self._buckets = {
                    key: pair for key, pair in self._buckets.items() if not all(bucket.is_full for bucket in pair)
                }
            pair = self._buckets.get(user_id)
            if pair is None:
                pair = self._buckets[user_id] = (Bucket(5, 20, self.clock), Bucket(100 / 60, 100, self.clock))
            if wait := max(bucket.wait() for bucket in pair):
                raise RateLimited(retry_after=math.ceil(wait))
            for bucket in pair:
                bucket.take()

    def forget(self) -> None:
        """Begin anew; for tests."""
        with self._lock:
            self._buckets.clear()


pace = Pace()
