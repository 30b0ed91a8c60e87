"""The faults, each played for real: what is done, what is expected, how long it may take.

A row is a coroutine that gets a stage and a size, 1 in the short run and more in the long one, and returns its play; what it
finds itself, besides the checker, it puts into `play.failures`. docs/chaos.md is the table of them.
"""

from tests.chaos.rows import redis, database, processes  # noqa: F401, I001 - in the order of the table
from tests.chaos.rows.row import ROWS, NotHere

__all__ = ["ROWS", "NotHere"]
