"""HTTP as we serve it: bodies, slowness and the reader's pace have bounds that daphne alone does not set.

Measured on daphne alone: a multipart body of 100 MB costs 1.3 GB and stalls every socket for five seconds, before
Django and before sign-in; a download to a reader that has stopped reading is kept in memory whole.
"""

import re
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.interfaces import IAddress, IDelayedCall
from twisted.python.failure import Failure
from twisted.web import http

from config.launcher.configuration import Configuration
from config.launcher.gate import Gate
from core import figures

BODY_RATE = 1024
"""Bytes a second that a body must bring on average after REQUEST_TIMEOUT: a slow line does, a stall does not."""

LINGER = 2.0
"""Seconds in which the sender of a refused body can still read why, before the connection is cut."""

LINGER_BYTES = 16 * 1024 * 1024
"""What we read away meanwhile: many clients read the answer only after they have sent everything."""

SLICE = 64 * 1024
"""Bytes of a response that are written before the reader's pace is asked."""

UPLOAD_CHUNK_PATH = re.compile(rb"/uploads?/")
UPLOAD_FORM_PATH = re.compile(rb"/upload/$")
MAIL_PATH = b"/mail/in/"

REASONS = {408: b"Request Timeout", 413: b"Content Too Large", 431: b"Request Header Fields Too Large"}


def body_limit(method: bytes, target: bytes, content_type: bytes, configuration: Configuration) -> int:
    """Return the largest body in bytes that a request may have.

    Longer ones are for uploads only: a `PUT` to a path with `/upload/` or `/uploads/` in it brings one chunk, and a
    multipart `POST` to a path that ends in `/upload/` is the form of a browser without JavaScript. A mail that a provider
    posts may be as large as that form.
    """
    path = target.split(b"?", 1)[0]
    if method == b"PUT" and UPLOAD_CHUNK_PATH.search(path):
        return configuration.chunk_limit
    if method == b"POST" and UPLOAD_FORM_PATH.search(path) and content_type.lower().startswith(b"multipart/form-data"):
        return configuration.form_upload_limit
    if method == b"POST" and path == MAIL_PATH:
        return configuration.form_upload_limit
    return configuration.body_limit


class Channel(http.HTTPChannel):
    """One connection: a request comes in whole, in time and within its limit, or is refused.

    Twisted's own time-out starts anew with every byte, so a client that sends one now and then holds a connection
    for ever: heads have an absolute deadline here, bodies a least pace. Twisted has no limit for a body at all. The
    limit depends on the method and the path, which it keeps in `_command` and `_path` until the body is complete.
    """

    factory: "Factory"

    def __init__(self) -> None:
        super().__init__()
        self.refused = False
        self._answering = False
        self._read_away = 0
        self._body_since: float | None = None
        self._deadline: IDelayedCall | None = None
        self._cut: IDelayedCall | None = None

    @property
    def configuration(self) -> Configuration:
        configuration: Configuration = self.factory.server.configuration
        return configuration

    def connectionMade(self) -> None:
        self.abortTimeout = self.configuration.stall_timeout
        self.factory.channels.add(self)
        super().connectionMade()

    def connectionLost(self, reason: Failure) -> None:
        self.leave()
        super().connectionLost(reason)

    def leave(self) -> None:
        """Forget the connection: it is over, or a WebSocket goes on with it."""
        self.factory.channels.discard(self)
        self._stop_clock()
        if self._cut is not None and self._cut.active():
            self._cut.cancel()

    def close_when_idle(self) -> None:
        """Close the connection now or after the request it is busy with: the server stops."""
        self.persistent = 0
        if not self.requests:
            self.loseConnection()

    def dataReceived(self, data: bytes) -> None:
        if self.refused:
            self._read_away += len(data)
            if self._read_away > LINGER_BYTES:
                self.transport.pauseProducing()
            return
        if not self._answering and self._deadline is None:
            self._deadline = self.callLater(self.configuration.request_timeout, self._head_is_late)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        request = self.requests[-1]
        content_type = request.requestHeaders.getRawHeaders(b"content-type", [b""])[0]
        request.body_limit = body_limit(self._command, self._path, content_type, self.configuration)
        if self.length is not None and self.length > request.body_limit:
            self.refuse_body(request.body_limit)
            return
        super().allHeadersReceived()
        self._stop_clock()
        self._body_since = self.factory.reactor.seconds()
        self._deadline = self.callLater(self.configuration.request_timeout, self._body_is_late)

    def allContentReceived(self) -> None:
        if self.refused:
            return
        self._stop_clock()
        self._answering = True
        super().allContentReceived()

    def requestDone(self, request: http.Request) -> None:
        self._answering = False
        super().requestDone(request)
        if not self.persistent and self._cut is None:
            # The answer may still be on its way; a reader that never takes it does not keep the connection.
            self._cut = self.callLater(self.configuration.stall_timeout, self.transport.abortConnection)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(431, "A line of the request's head is too long.")

    def refuse_body(self, limit: int) -> None:
        self.refuse(413, f"The request is too large: at most {limit} bytes are accepted here.")

    def refuse(self, status: int, text: str) -> None:
        """Answer before the request is complete, take nothing more of it, and close."""
        self.refused = True
        self._stop_clock()
        self.setTimeout(None)
        body = text.encode() + b"\n"
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
            b"Cache-Control: no-store\r\nConnection: close\r\n\r\n%s" % (status, REASONS[status], len(body), body)
        )
        self.transport.loseWriteConnection()
        self._cut = self.callLater(LINGER, self.transport.abortConnection)

    def _head_is_late(self) -> None:
        self._deadline = None
        self.refuse(408, "The request did not arrive in time.")

    def _body_is_late(self) -> None:
        assert self._body_since is not None
        allowed = self.configuration.request_timeout + self.requests[-1].received / BODY_RATE
        left = self._body_since + allowed - self.factory.reactor.seconds()
        if left > 0:
            self._deadline = self.callLater(left, self._body_is_late)
            return
        self._deadline = None
        self.refuse(408, "The request did not arrive in time.")

    def _stop_clock(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None


class Request(WebRequest):
    """One request: its body is counted and never parsed by Twisted, its response goes at the reader's pace."""

    channel: Channel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Twisted would read a form into memory, several times over, to fill `args`, which nobody here reads.
        super().__init__(*args, **kwargs, parsePOSTFormSubmission=False)
        self.body_limit = 0
        self.received = 0
        self.gate = Gate()

    def handleContentChunk(self, data: bytes) -> None:
        if self.channel.refused:
            return
        self.received += len(data)
        if self.received > self.body_limit:  # chunked: no length was announced
            self.channel.refuse_body(self.body_limit)
            return
        super().handleContentChunk(data)

    def process(self) -> Any:
        # Daphne takes the application's root from this header, whoever sends it; ours is set by configuration only.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        if self.clientproto != b"HTTP/1.1":
            self.requestHeaders.removeHeader(b"upgrade")  # older versions know none: RFC 9110, section 7.8
        if self.requestHeaders.getRawHeaders(b"upgrade", [b""])[0].lower() == b"websocket":
            if not self.server.admits_sockets():
                figures.HANDSHAKES_REFUSED.add("full")
                return self._refuse_socket()
            self.channel.leave()
        return super().process()

    def _refuse_socket(self) -> None:
        """Refuse a handshake over the limit, spreading the clients' next attempts over some seconds."""
        retry_after = str(self.server.retry_after()).encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", retry_after)]
        self.channel.persistent = 0
        self.responseHeaders.setRawHeaders(b"connection", [b"close"])
        self.handle_reply({"type": "http.response.start", "status": 503, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": b"Too many live connections. Try again shortly.\n"})

    def handle_reply(self, message: dict[str, Any]) -> None:
        streams = message.get("type") == "http.response.body" and message.get("more_body", False)
        if streams and self.producer is None and not self.finished and self.channel is not None:
            self.registerProducer(self.gate, True)
        super().handle_reply(message)

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        self.gate.end()
        super().finish()

    def connectionLost(self, reason: Failure) -> None:
        self.gate.end()
        super().connectionLost(reason)

    def check_timeouts(self) -> None:
        """Cut a reader that takes nothing of its response any more; the server asks every two seconds."""
        super().check_timeouts()
        if self.gate.shut_for > self.server.configuration.stall_timeout:
            self.channel.forceAbortClient()


class Factory(HTTPFactory):
    """Makes the channels of the listening port and knows which are open."""

    protocol = Channel

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.timeOut = server.configuration.request_timeout
        self.channels: set[Channel] = set()

    def buildProtocol(self, addr: IAddress | None) -> Channel:
        channel: Channel = super().buildProtocol(addr)
        channel.requestFactory = Request
        return channel

    def acceptableProtocols(self) -> list[bytes]:
        return [b"http/1.1"]
