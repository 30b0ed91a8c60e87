"""Writing a frame at once to a reader who has room: the fast way beside ASGI's `send`, which costs a task's turn a frame.

A server hands it to the application in the scope, as `extensions["write_now"]`; where there is none, everything goes by
`send`. Frames from a server are not masked, so a frame that goes to a thousand sockets is the same thousand times: its bytes
are made once.
"""

from typing import Any

from twisted.internet import tcp

EXTENSION = "write_now"

_last: tuple[str | bytes, bytes] = ("", b"\x81\x00")


def frame_of(said: str | bytes) -> bytes:
    """Return a whole frame of text or bytes as it stands on the wire (RFC 6455, section 5.2).

    It is made anew only if what is said is another thing.
    """
    global _last
    if said is not _last[0]:
        first, payload = (0x81, said.encode()) if isinstance(said, str) else (0x82, said)
        size = len(payload)
        if size < 126:
            head = bytes([first, size])
        elif size < 65536:
            head = bytes([first, 0x7E]) + size.to_bytes(2)
        else:
            head = bytes([first, 0x7F]) + size.to_bytes(8)
        _last = said, head + payload
    return _last[1]


class Connection(tcp.Server):
    """Twisted's connection, which gives the system at once what it takes.

    Twisted itself keeps every write for the reactor's next turn and asks the system twice about the socket in between, which
    takes longer than writing.
    """

    _is_waiting = False

    def startWriting(self) -> None:
        self._is_waiting = True
        super().startWriting()

    def stopWriting(self) -> None:
        self._is_waiting = False
        super().stopWriting()

    def write(self, data: Any) -> None:
        """Write bytes, at once if nothing waits before them; what the system does not take now waits as ever."""
        if self._is_waiting or not self.connected or self.disconnecting or not data:
            super().write(data)
            return
        sent = self.writeSomeData(data)
        if not isinstance(sent, int):  # the connection is lost; the reactor finds that out and says so
            super().write(data)
        elif sent < len(data):
            super().write(data[sent:])


class Port(tcp.Port):
    """Listens, and gives each connection its own way of writing."""

    transport = Connection
