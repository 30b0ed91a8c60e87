"""Many who act at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def at_once(count, act):
    """Let `count` threads begin together; return what `act(index)` returned or raised in each, in the order of their indexes."""
    gate = threading.Barrier(count)

    def run(index):
        try:
            gate.wait(30)
            return act(index)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
