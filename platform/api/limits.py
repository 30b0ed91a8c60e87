"""How fast a program may ask: 5 requests a second and 100 at once, of them one write a second and 30 at once.

Counted per token: by each process for itself, and by all together for each minute, where they share a cache. In no minute does
one process alone come to what all together may be asked.
"""

import logging
import math
import threading
import time

from django.core.cache import cache
from redis.exceptions import RedisError

from core.errors import RateLimited
from core.realtime.limits import FORGET_ABOVE, Bucket

ASKED = (5.0, 100)
WRITTEN = (1.0, 30)
MINUTE = 60

logger = logging.getLogger(__name__)


class Pace:
    """Two buckets per token; safe to ask from any thread."""

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[Bucket, Bucket]] = {}
        self._lock = threading.Lock()

    def take(self, token: int, *, writes: bool) -> None:
        """Count one request; raise RateLimited with the seconds to wait when it is too many."""
        with self._lock:
            if len(self._buckets) > FORGET_ABOVE:
                self._buckets = {
                    key: pair for key, pair in self._buckets.items() if not all(bucket.is_full for bucket in pair)
                }
            pair = self._buckets.setdefault(token, (Bucket(*ASKED), Bucket(*WRITTEN)))
            needed = pair if writes else pair[:1]
            if wait := max(bucket.wait() for bucket in needed):
                raise RateLimited(retry_after=math.ceil(wait))
            for bucket in needed:
                bucket.take()
        _count_with_others(token, writes=writes)

    def forget(self) -> None:
        """Begin anew; for tests."""
        with self._lock:
            self._buckets.clear()
        cache.clear()


def _count_with_others(token: int, *, writes: bool) -> None:
    """Count one request in this minute of all processes; where their cache does not answer, each goes on by itself."""
    now = time.time()
    for name, (rate, burst) in {"asked": ASKED, "written": WRITTEN}.items():
        if name == "written" and not writes:
            continue
        counter = f"api:{name}:{token}:{int(now // MINUTE)}"
        try:
            cache.add(counter, 0, 2 * MINUTE)
            count = cache.incr(counter)
        except (RedisError, ValueError) as error:  # away, or emptied in between
            logger.warning("What programs ask is counted by each process alone: %s.", type(error).__name__)
            return
        if count > burst + rate * MINUTE:
            raise RateLimited(retry_after=math.ceil(MINUTE - now % MINUTE))


pace = Pace()
