"""WebSockets as we serve them: writers wait for the reader, frames are small, and every close code can be sent."""

import socket
import time
from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.interfaces import IDelayedCall

from config.launcher.configuration import PAGE_FRAME_LIMIT, PAGES
from config.launcher.gate import Gate
from config.launcher.wire import frame_of
from core.realtime.limits import Bucket

CLOSE_TIMEOUT = 5
"""Seconds for the other side to answer a close frame, or to take what was sent before it."""

INBOX_MAX = 32
"""Messages of one socket that wait for the application; then nothing more is read until half of them are taken."""

INBOX_PAUSE = 0.05
"""Seconds between two looks at an inbox that was full."""

PINGS_PER_SECOND, PINGS_AT_ONCE = 5, 200
"""How often a client may ask whether we live, or say unasked that it does: browsers never do, libraries every few seconds."""

POLICY = 1008

UNSENT_MAX = 64 * 1024
"""Bytes the system may hold unsent, so that pings and close frames do not queue behind a minute of backlog."""

CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
"""Registered codes that may stand in a close frame, besides 3000 to 4999."""


class Protocol(WebSocketProtocol):
    """One WebSocket.

    The HTTP channel it grew out of stays registered as the transport's producer, where a pause reaches nobody: we
    put our gate in its place. Autobahn refuses to send the close codes 1001 and 1008 to 1014 through `sendClose`;
    `sendCloseFrame`, on which that stands, has no such opinion.
    """

    _is_arriving = False
    _heard_at = 0.0

    def connectionMade(self) -> None:
        self.gate = Gate()
        self._inbox_full = False
        self._pings = Bucket(PINGS_PER_SECOND, PINGS_AT_ONCE)
        self._cut: IDelayedCall | None = None
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.gate, True)
        limit_unsent(self.transport.getHandle() if hasattr(self.transport, "getHandle") else None)
        super().connectionMade()

    def connectionLost(self, *args: Any) -> None:
        self.gate.end()
        self._arrived()
        if self._cut is not None and self._cut.active():
            self._cut.cancel()
        super().connectionLost(*args)

    def dropConnection(self, abort: bool = False) -> None:
        self.gate.end()
        abort = abort and not self.wasClean  # a reset after both have said goodbye looks like a failure in a browser
        super().dropConnection(abort=abort)
        if not abort and self._cut is None:
            # What is still to be sent goes first, but not for ever.
            self._cut = reactor.callLater(CLOSE_TIMEOUT, self.transport.abortConnection)

    def onConnect(self, request: Any) -> Any:
        if request.path.startswith(PAGES):
            self.maxFramePayloadSize = self.maxMessagePayloadSize = PAGE_FRAME_LIMIT
        answer = super().onConnect(request)
        self._is_arriving = True
        self._heard_at = time.monotonic()
        self.server.arriving += 1
        return answer

    def onOpen(self) -> None:
        self._arrived()
        super().onOpen()

    def _arrived(self) -> None:
        if self._is_arriving:
            self._is_arriving = False
            self.server.arriving -= 1

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self._heard_at = time.monotonic()
        super().onMessage(payload, isBinary)
        if not self._inbox_full and self.application_queue.qsize() >= INBOX_MAX:
            self._inbox_full = True
            self.transport.pauseProducing()
            reactor.callLater(INBOX_PAUSE, self._read_on)

    def onPing(self, payload: bytes) -> None:
        """Answer, unless the answers before it have not been taken; a flood of pings passes every other bound of ours."""
        if self._pings.wait():
            self.serverClose(POLICY)
            self.dropConnection()
            return
        self._pings.take()
        if not self.gate.shut_for:
            super().onPing(payload)

    def _read_on(self) -> None:
        if self.state == self.STATE_CLOSED:
            return
        if self.application_queue.qsize() > INBOX_MAX // 2:
            reactor.callLater(INBOX_PAUSE, self._read_on)
            return
        self._inbox_full = False
        self.transport.resumeProducing()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        # A handshake that Autobahn itself refused was never announced to the server.
        if hasattr(self, "server"):
            super().onClose(wasClean, code, reason)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Take what the application sends; on a socket that is closing or closed it is dropped."""
        kind = message.get("type")
        if self.state == self.STATE_CLOSED:
            return
        if self.state == self.STATE_CONNECTING or kind not in ("websocket.send", "websocket.close"):
            super().handle_reply(message)
        elif kind == "websocket.close":
            self.serverClose(message.get("code"), message.get("reason"))
        elif message.get("text") is not None:
            self.serverSend(message["text"])
        else:
            self.serverSend(message["bytes"], binary=True)

    def write_now(self, said: str | bytes) -> bool:
        """Write a frame at once; return False, and write nothing, while the reader has no room or is not there yet."""
        if self.state != self.STATE_OPEN:
            return bool(self.state != self.STATE_CONNECTING)  # what is sent to a socket that is closing is dropped
        if self.gate.shut_for or self.send_queue:
            return False
        self.transport.write(frame_of(said))
        return True

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        """Send one message, the empty one too; the limit for messages is the client's, not ours."""
        if self.state == self.STATE_OPEN:
            payload = content.encode() if isinstance(content, str) else content
            self.sendFrame(opcode=2 if binary else 1, payload=payload)

    def serverClose(self, code: int | None = None, reason: str | None = None) -> None:
        """Send a close frame with the code given, else 1000; raise ValueError for a code no frame may carry."""
        code = 1000 if code is None else code
        if code not in CLOSE_CODES and not 3000 <= code <= 4999:
            raise ValueError(f"A close frame cannot carry the code {code}.")
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code, reasonUtf8=shortened(reason or ""))

    def check_timeouts(self) -> None:
        """Ask a silent client whether it lives; give up a handshake that the application has not answered in time.

        Such an application is busy, and does not forbid (daphne's 403). Daphne goes by the wall clock: set back by an hour, it
        would ask nobody for an hour.
        """
        now = time.monotonic()
        if self.state == self.STATE_CONNECTING:
            if now - self._heard_at > self.server.websocket_connect_timeout:
                self.failHandshake("Service Unavailable", 503, [("Retry-After", self.server.retry_after())])
        elif self.state == self.STATE_OPEN and now - self._heard_at > self.server.ping_interval:
            self._heard_at = now
            self._sendAutoPing()


class Factory(WebSocketFactory):
    """Makes the WebSocket protocols."""

    protocol = Protocol


def shortened(reason: str) -> bytes:
    """Return as much of a reason as a close frame has room for, 123 bytes; a character is kept whole or left out."""
    return reason.encode()[:123].decode(errors="ignore").encode()


def limit_unsent(connection: socket.socket | None) -> None:
    """Let the system ask for more only when little is left unsent, where it can (Linux, macOS)."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if option is not None and connection is not None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_MAX)
        except OSError:  # not TCP
            return
