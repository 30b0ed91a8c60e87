"""The server: daphne, started and bounded by us. Run it with `python -m config.launcher`.

`configuration` says what can be set, `server` puts daphne together, `http` and `websocket` bound the two protocols,
`gate` makes writers wait for readers, `__main__` is what the command runs.
"""

# First of all: daphne installs Twisted's asyncio reactor here, and a reactor cannot be exchanged later.
import daphne.server  # noqa: F401
