"""Daphne's server with our protocols, our signals and our stop.

`daphne.server.Server` names its factories, its logging and its signal handlers inside `run`, so `run` is ours; the
connections, the applications and their time-outs stay daphne's.
"""

import asyncio
import errno
import logging
import os
import random
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import daphne.server
from twisted.internet import defer, reactor
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogBeginner

from config import environment as env
from config.launcher import http, websocket, wire
from config.launcher.configuration import FRAME_LIMIT, Configuration
from core.realtime.stopping import run_stop_hooks

logger = logging.getLogger("config.launcher")

BACKLOG = 1024
"""Connections that wait to be accepted: after a restart everybody comes at once."""

ARRIVING_MAX = 64
"""Handshakes that are under way at once; more come back at another time, for the loop serves those who are here already too."""

HOOKS_SHARE = 0.6
"""Part of STOP_TIMEOUT that the stop hooks may use; the rest is for what is still under way."""

RESTART = 1012

ASGIApplication = Callable[..., Awaitable[None]]


class Server(daphne.server.Server):
    """One process of the platform: listens, serves within its bounds, stops in order."""

    def __init__(self, application: ASGIApplication, configuration: Configuration) -> None:
        super().__init__(
            application,
            endpoints=[f"{configuration.host}:{configuration.port}"],
            signal_handlers=False,
            request_buffer_size=256 * 1024,
            websocket_timeout=-1,
            websocket_connect_timeout=configuration.connect_timeout,
            ping_interval=configuration.ping_interval,
            ping_timeout=configuration.ping_timeout,
            server_name="",
        )
        self.configuration = configuration
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = http.Factory(self)
        self.ws_factory = websocket.Factory(self, server="")
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=configuration.ping_timeout,
            openHandshakeTimeout=0,  # the request is here already; the application's time is checked by the protocol
            closeHandshakeTimeout=websocket.CLOSE_TIMEOUT,
            maxFramePayloadSize=FRAME_LIMIT,
            maxMessagePayloadSize=FRAME_LIMIT,
            failByDrop=False,  # say why (1002, 1007, 1009) before the connection goes
            allowNullOrigin=True,  # the application decides about origins, in one place
        )
        self.stopping = False
        self.arriving = 0
        self._stop: asyncio.Task[None] | None = None
        self._port: IListeningPort | None = None

    # Running

    def run(self, ready: Callable[[int], None]) -> None:
        """Serve until a signal comes; call `ready` with the port once connections are accepted."""
        globalLogBeginner.beginLoggingTo([_log_failure], redirectStandardIO=False, discardBuffer=True)
        port = self._port = self._listen()
        reactor.callLater(0, self._begin, ready, port.getHost().port)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.run(installSignalHandlers=False)

    def _listen(self) -> IListeningPort:
        host, port = self.configuration.host, self.configuration.port
        try:
            listening = wire.Port(port, self.http_factory, BACKLOG, host, reactor)
            listening.startListening()
        except CannotListenError as error:
            env.refuse(why_not(error.socketError, host, port))
        return listening

    def _begin(self, ready: Callable[[int], None], port: int) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)
        ready(port)

    # Serving

    def admits_sockets(self) -> bool:
        """Whether one more WebSocket may be opened in this process."""
        has_room = self.ws_factory.getConnectionCount() < self.configuration.sockets_max
        return has_room and self.arriving < ARRIVING_MAX and not self.stopping

    def retry_after(self) -> int:
        """Seconds after which a refused client should try again."""
        return retry_after()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a connection; a WebSocket's may write at once to a reader who has room."""
        if isinstance(protocol, websocket.Protocol):
            scope.setdefault("extensions", {})[wire.EXTENSION] = protocol.write_now
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Give the protocol what the application sends, and return when the reader has room for more.

        A WebSocket message waits before it is written, so a send that was cancelled was not sent; a close never
        waits. A response's body is written in slices, each after the one before it has gone.
        """
        kind = message.get("type")
        if kind == "websocket.send":
            await protocol.gate.passed()
            await super().handle_reply(protocol, message)
        elif kind == "http.response.body":
            for part in _slices(message):
                await super().handle_reply(protocol, part)
                await protocol.gate.passed()
        else:
            await super().handle_reply(protocol, message)

    # Stopping

    def _signalled(self) -> None:
        """Stop in order at the first signal, at once at the second."""
        if self.stopping:
            os._exit(1)
        self.stopping = True
        self._stop = asyncio.get_running_loop().create_task(self._stop_in_order())

    async def _stop_in_order(self) -> None:
        """Accept nothing more, let the hooks take leave, let what is under way end, then end; STOP_TIMEOUT in all."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.configuration.stop_timeout
        try:
            if self._port is not None:
                self._port.stopListening()
            for channel in list(self.http_factory.channels):
                channel.close_when_idle()
            await run_stop_hooks(timeout=self.configuration.stop_timeout * HOOKS_SHARE)
            for protocol in list(self.connections):
                if isinstance(protocol, websocket.Protocol):
                    protocol.handle_reply({"type": "websocket.close", "code": RESTART})
            while self._is_busy() and loop.time() < end:  # noqa: ASYNC110 - connections end without an event
                await asyncio.sleep(0.05)
        except Exception:
            logger.exception("The stop was not orderly.")
        finally:
            self.stop()

    def kill_all_applications(self) -> defer.Deferred[Any]:
        """Cancel what did not end by itself; a connection that never got as far as an application has none."""
        tasks = self._applications()
        for task in tasks:
            task.cancel()
        waiting: asyncio.Future[Any] = asyncio.ensure_future(
            asyncio.wait(tasks, timeout=1) if tasks else asyncio.sleep(0)
        )
        return defer.Deferred.fromFuture(waiting)

    def _is_busy(self) -> bool:
        """Whether an application runs, or bytes are still on their way to somebody."""
        sockets: int = self.ws_factory.getConnectionCount()
        return bool(self._applications() or self.http_factory.channels or sockets)

    def _applications(self) -> list["asyncio.Task[None]"]:
        instances = (details.get("application_instance") for details in self.connections.values())
        return [instance for instance in instances if instance is not None and not instance.done()]


def _slices(message: dict[str, Any]) -> list[dict[str, Any]]:
    body = message.get("body", b"")
    if len(body) <= http.SLICE:
        return [message]
    parts = [
        {**message, "body": body[at : at + http.SLICE], "more_body": True} for at in range(0, len(body), http.SLICE)
    ]
    parts[-1]["more_body"] = message.get("more_body", False)
    return parts


def retry_after() -> int:
    """Return seconds after which a refused client should try again; different for each, so that they do not herd."""
    return random.randint(1, 20)  # noqa: S311 - nothing secret


def why_not(error: OSError, host: str, port: int) -> str:
    """Return in one line why nothing can listen there, and what to do."""
    where = f"Port {port} on {host}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"{where} is in use. Stop the other program, or choose another port with PORT."
        case errno.EACCES | errno.EPERM:
            return f"{where} is not for this user. Choose a port above 1023 with PORT."
        case _:
            return f"{where} is not to be had ({error.strerror or error})."


def _log_failure(event: LogEvent) -> None:
    """Twisted reports an error in a protocol to its own log only; pass those on, and nothing of the rest."""
    if event.get("log_level") is LogLevel.critical:
        failure = event.get("log_failure")
        logger.error("%s", formatEvent(event) or "error in the server", exc_info=failure.value if failure else None)
