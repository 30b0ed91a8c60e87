"""The server: daphne, started and bounded by us. Run it with `python -m config.launcher`.

`configuration` says what can be set, `server` puts daphne together, `http` and `websocket` bound the two protocols,
`gate` makes writers wait for readers, `__main__` is what the command runs.
"""

import time

# First of all: daphne installs Twisted's asyncio reactor here, and a reactor cannot be exchanged later.
import daphne.server  # noqa: F401
from twisted.internet import reactor

# Its timers go by the wall clock: set back by an hour, they would all be an hour late.
reactor.seconds = time.monotonic
