"""How fast a program may ask: 5 requests a second and 100 at once, of them one write a second and 30 at once.

Counted per token, by each process for itself.
"""

import math
import threading

from core.errors import RateLimited
from core.realtime.limits import FORGET_ABOVE, Bucket

ASKED = (5.0, 100)
WRITTEN = (1.0, 30)


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

    def forget(self) -> None:
        """Begin anew; for tests."""
        with self._lock:
            self._buckets.clear()


pace = Pace()
