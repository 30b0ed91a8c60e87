"""Uvicorn in the place of daphne, for processes that serve sockets behind a proxy: `SERVER=uvicorn`.

What daphne's side bounds itself (bodies, slow heads) this leaves to the proxy, so it serves the sockets and what machines ask
about the process, and nothing else. `script/bench chat` measures both.
"""

import asyncio
import contextlib
import logging
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from config import environment as env
from config.launcher import wire
from config.launcher.configuration import FRAME_LIMIT, PAGE_FRAME_LIMIT, PAGES, Configuration
from config.launcher.server import ARRIVING_MAX, BACKLOG, HOOKS_SHARE, ASGIApplication, retry_after, why_not
from config.launcher.websocket import CLOSE_TIMEOUT, PINGS_AT_ONCE, PINGS_PER_SECOND, POLICY, limit_unsent, shortened
from core import figures
from core.realtime.limits import Bucket
from core.realtime.stopping import run_stop_hooks

logger = logging.getLogger("config.launcher")

PATHS = frozenset({"/healthz", "/readyz"})
"""What is answered besides sockets."""


ABNORMAL = 1006
"""Stands for a socket that ended without a close frame."""

LINGER = 1.0
"""Seconds for which what still comes is read, after the socket was ended for what came."""


CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f\x85]")
"""What some readers of a head take for the end of a line: nothing that a browser sends holds it."""

NONE = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Door(H11Protocol):
    """Reads the heads of requests; one that asks for a socket and has two readings gets none."""

    def send_400_response(self, msg: str) -> None:
        """Refuse a head that cannot be read, and count it."""
        figures.HANDSHAKES_REFUSED.add("head")
        super().send_400_response(msg)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Begin a socket for what is a handshake by the letter: of this version of HTTP, without a body."""
        names = {name for name, _ in self.headers}
        has_body = names & {b"content-length", b"transfer-encoding"}
        if event.http_version != b"1.1" or has_body or any(CONTROLS.search(value) for _, value in self.headers):
            figures.HANDSHAKES_REFUSED.add("head")
            self.transport.write(NONE)
            self.transport.close()
        else:
            super().handle_websocket_upgrade(event)


class Protocol(WebSocketsSansIOProtocol):
    """One WebSocket, bounded as daphne's are."""

    configuration: Configuration
    """Set by the server."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.close_timeout = CLOSE_TIMEOUT
        self._heard_at = 0.0
        self._pings = Bucket(PINGS_PER_SECOND, PINGS_AT_ONCE)
        limit_unsent(transport.get_extra_info("socket"))

    def handle_connect(self, event: Request) -> None:
        """Begin a socket, unless there are as many as may be, or arrive; the application has its time for the handshake."""
        sockets = [one for one in self.connections if isinstance(one, Protocol)]
        arriving = sum(not one.handshake_complete for one in sockets)
        if len(sockets) > self.configuration.sockets_max or arriving > ARRIVING_MAX:
            figures.HANDSHAKES_REFUSED.add("full")
            self._refuse("Too many connections. Try again in a moment.")
            return
        if event.path.startswith(PAGES):
            self.conn.max_message_size = PAGE_FRAME_LIMIT
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast("dict[str, Any]", self.scope["extensions"])[wire.EXTENSION] = self.write_now
            self.loop.call_later(self.configuration.connect_timeout, self._give_up)

    def _give_up(self) -> None:
        if not self.handshake_complete:
            self._refuse("Busy. Try again in a moment.")

    def _refuse(self, words: str) -> None:
        response = self.conn.reject(503, words)
        response.headers["Retry-After"] = str(retry_after())
        self.handshake_complete = self.close_sent = True
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    async def send(self, message: Any) -> None:
        """Send what the application says; of a long reason, as much as a close frame holds."""
        if message["type"] == "websocket.close" and message.get("reason"):
            message = {**message, "reason": shortened(message["reason"]).decode()}
        await super().send(message)

    def data_received(self, data: bytes) -> None:
        """Read on; whatever comes shows that the other side lives. After a frame that was none, nothing is understood."""
        self._heard_at = self.loop.time()
        if self.conn.parser_exc is None:
            super().data_received(data)
        begun = self.handshake_initiated or self.handshake_complete
        if not begun and self.conn.handshake_exc is not None:
            # A head that the first reader took and the second does not: without a word of ours nobody would end it.
            figures.HANDSHAKES_REFUSED.add("head")
            self.transport.write(NONE)
            self.transport.close()

    def handle_parser_exception(self) -> None:
        """Say why the socket ends, and read for a moment what was under way: closed at once, the system would drop our words."""
        code = self.conn.close_sent.code if self.conn.close_sent is not None else ABNORMAL
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER, self.transport.close)

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; text that is none ends the socket with 1007, without a word of it in the log."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                if self.conn.state is State.OPEN:  # else it came together with the close that ends it
                    self.conn.send_close(1007)
                    self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """End a connection on which nothing at all has come since it was asked whether it lives."""
        if self._heard_at > self.ping_sent_at:
            self.pong_timer = self.pending_ping_payload = None
            self.schedule_ping()
        else:
            super().keepalive_timeout()

    def handle_ping(self) -> None:
        """Answer, unless pings come in floods, which pass every other bound of ours."""
        if self._pings.wait():
            if self.conn.state is not State.OPEN:
                return
            self.conn.send_close(POLICY)
            self.handle_parser_exception()
            return
        self._pings.take()
        super().handle_ping()

    def write_now(self, said: str | bytes) -> bool:
        """Write a frame at once; return False, and write nothing, while the reader has no room or is not there yet."""
        if self.close_sent or self.disconnected:
            return True  # what is sent to a socket that is closing is dropped
        if not self.handshake_complete or not self.writable.is_set():
            return False
        self.transport.write(wire.frame_of(said))
        return True


class Server(uvicorn.Server):
    """One process that serves sockets until it is asked to stop, and stops in order."""

    def __init__(self, application: ASGIApplication, configuration: Configuration) -> None:
        Protocol.configuration = configuration
        super().__init__(
            uvicorn.Config(
                SocketsOnly(application),
                host=configuration.host,
                port=configuration.port,
                ws=Protocol,
                http=Door,
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=BACKLOG,
                ws_max_size=FRAME_LIMIT,
                ws_ping_interval=configuration.ping_interval,
                ws_ping_timeout=configuration.ping_timeout,
                ws_per_message_deflate=False,
                h11_max_incomplete_event_size=16 * 1024,
                timeout_keep_alive=configuration.request_timeout,
                timeout_graceful_shutdown=configuration.stop_timeout,
            )
        )
        # Its warnings are of what anybody may send; they are counted, not written.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self.configuration = configuration
        self.announce: Callable[[int], None] = lambda port: None

    def run(self, ready: Callable[[int], None]) -> None:  # type: ignore[override]
        """Serve until a signal comes; call `ready` with the port once connections are accepted."""
        self.announce = ready
        asyncio.run(self.serve([self._listen()]))

    def _listen(self) -> socket.socket:
        host, port = self.configuration.host, self.configuration.port
        try:
            return socket.create_server(
                (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG
            )
        except OSError as error:
            env.refuse(why_not(error, host, port))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order at the first signal, at once at the second."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)
        yield

    def _signalled(self) -> None:
        if self.should_exit:
            os._exit(1)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        assert sockets
        self.announce(sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, let the hooks take leave, close every socket with 1012, end; STOP_TIMEOUT in all."""
        for server in self.servers:
            server.close()
        share = self.configuration.stop_timeout * HOOKS_SHARE
        self.config.timeout_graceful_shutdown = max(1, int(self.configuration.stop_timeout - share))
        await run_stop_hooks(timeout=share)
        await super().shutdown(sockets)


class SocketsOnly:
    """Lets through sockets and the questions of machines; everything else is not here."""

    def __init__(self, application: ASGIApplication) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (scope["path"] not in PATHS or scope["method"] not in ("GET", "HEAD")):
            headers = [(b"content-length", b"0"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body"})
            return
        await self.application(scope, receive, send)
