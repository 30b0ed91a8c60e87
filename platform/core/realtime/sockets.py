"""The one socket address: who comes in, what their frames do, and what is said back."""

import asyncio
import logging
import random
import time
from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import Http404
from django.utils.module_loading import import_string

from core import figures
from core.errors import Conflict, DomainError, RateLimited
from core.logs import happening
from core.models import Deployment
from core.realtime import frames, sessions
from core.realtime.frames import BadFrame, Frame
from core.realtime.limits import Bucket
from core.realtime.origins import Receive, Scope, Send
from core.realtime.outbox import TOO_SLOW, Outbox, WriteNow
from core.realtime.sessions import SignedIn
from core.realtime.threads import in_thread
from core.realtime.together import Together

if TYPE_CHECKING:
    from core.realtime.hub import Hub
    from core.realtime.topic import Follow

logger = logging.getLogger(__name__)

ADDRESS = "/ws/"
SESSION_ENDED = 4401
BUSY = 1013
GONE = 1006
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 20, 100
CODES = {"malformed", "unknown_type", "not_found", "forbidden", "too_long", "rate_limited", "conflict", "busy"}
"""Every code an error frame may carry."""


class Socket:
    """One open WebSocket."""

    __slots__ = ("follows", "heads_due", "outbox", "session", "typed_at", "watches")

    def __init__(self, session: SignedIn, heads_due: float, write_now: WriteNow | None = None) -> None:
        self.session = session
        self.heads_due = heads_due
        self.follows: dict[int, Follow] = {}
        self.outbox = Outbox(write_now)
        self.typed_at = 0.0
        # The thread whose page is open there.
        self.watches: int | None = None

    @property
    def user_id(self) -> int:
        """Whose it is."""
        return self.session.user_id

    def say(self, frame: dict[str, Any]) -> None:
        """Queue a frame."""
        self.outbox.put(frames.encode(frame))

    def close(self, code: int) -> None:
        """Write nothing more and close."""
        self.outbox.close(code)


@cache
def frame_table() -> dict[str, Frame]:
    """Return the frames a client may send, as the settings name them."""
    return cast("dict[str, Frame]", import_string(settings.FRAMES))


def _arrive(keys: Sequence[str], may_wait: bool) -> list[tuple[SignedIn | None, str]]:
    """Find out whose sessions these are, and the epoch: after a restart many come at the same moment."""
    found, epoch = sessions.signed_in(keys), Deployment.current_epoch()
    return [(found.get(key), epoch) for key in keys]


class SocketEndpoint:
    """The ASGI application at `/ws/`; give it one hub per process."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self._arrivals = Together(_arrive)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if scope["path"] != ADDRESS:
            _refused("path")
            await send({"type": "websocket.close"})  # before accept: 403
            return
        try:
            key = sessions.session_key(scope["headers"])
            session, epoch = await self._arrivals.do(key)
        except DatabaseError:
            await _refuse(send, BUSY, "database")
            return
        if session is None:
            await _refuse(send, SESSION_ENDED, "signed_out")
        elif self.hub.per_user[session.user_id] >= settings.SOCKETS_PER_USER:
            await _refuse(send, BUSY, "too_many")
        else:
            self.hub.epoch = epoch
            heads_due = asyncio.get_running_loop().time() + self.hub.heartbeat
            socket = Socket(session, heads_due, scope.get("extensions", {}).get("write_now"))
            socket.say({"type": "hello", "user": session.user_id, "epoch": epoch, "heartbeat": self.hub.heartbeat})
            self.hub.enter(socket)
            opened, code = time.monotonic(), GONE
            _told_open(socket, len(self.hub.sockets))
            try:
                await send({"type": "websocket.accept"})
                code = await self._serve(socket, receive, send)
            finally:
                await self.hub.exit(socket)
                _told_closed(socket, code, time.monotonic() - opened)

    async def _serve(self, socket: Socket, receive: Receive, send: Send) -> int:
        """Read and write until the client goes or the socket is closed by us; return the code with which it ended."""
        reading = asyncio.create_task(self._read(socket, receive))
        socket.outbox.open(send, reading.cancel)
        try:
            await asyncio.wait([reading])
        finally:
            reading.cancel()
            await socket.outbox.end()
            await asyncio.gather(reading, return_exceptions=True)
        if socket.outbox.code is not None:
            await send({"type": "websocket.close", "code": socket.outbox.code})
            return socket.outbox.code
        return GONE if reading.cancelled() or reading.exception() is not None else reading.result()

    async def _read(self, socket: Socket, receive: Receive) -> int:
        """Do one frame after the other; who sends more than 20 a second is read more slowly. Return the client's close code."""
        bucket = Bucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE)
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return int(event.get("code") or GONE)
            if wait := bucket.wait():
                await asyncio.sleep(wait)
                bucket.wait()
            bucket.take()
            await self._answer(socket, event.get("text"))

    async def _answer(self, socket: Socket, text: str | None) -> None:
        """Do what a frame asks; whatever goes wrong is an error frame, and the socket goes on."""
        about: dict[str, Any] = {}
        try:
            frame, data = frames.parse(text, frame_table())
            about = {name: data[name] for name in ("room", "thread", "key") if data.get(name) is not None}
            await frame.handle(self.hub, socket, data)
        except BadFrame as error:
            self._refuse_frame(socket, error.code, error.about)
        except Http404:
            self._refuse_frame(socket, "not_found", about)
        except DomainError as error:
            self._refuse_frame(socket, code_of(error), about, **details_of(error))
        except DatabaseError as error:
            logger.warning("The database refused a frame: %s.", type(error).__name__)
            self._refuse_frame(socket, "busy", about, retry_after=random.randint(1, 3))  # noqa: S311
        except Exception:
            logger.exception("A frame failed.")
            self._refuse_frame(socket, "busy", about, retry_after=5)

    def _refuse_frame(self, socket: Socket, code: str, about: dict[str, Any], **more: Any) -> None:
        figures.FRAMES_REFUSED.add(code)
        socket.outbox.put(frames.error(code, about, **more))


def code_of(error: DomainError) -> str:
    """Return the protocol's code for a refusal."""
    if error.code == "choose_capacity":
        return "malformed"
    return error.code if error.code in CODES else "forbidden"


def details_of(error: DomainError) -> dict[str, Any]:
    """Return what an error says besides its code: what there is now, when to come back, which field is missing."""
    if isinstance(error, RateLimited):
        return {"retry_after": error.retry_after}
    if isinstance(error, Conflict) and isinstance(error.current, dict):
        return dict(error.current)
    return {"field": "as"} if error.code == "choose_capacity" else {}


async def _refuse(send: Send, code: int, reason: str) -> None:
    """Accept and close, so that the client can read the code."""
    _refused(reason)
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})


def _refused(reason: str) -> None:
    figures.HANDSHAKES_REFUSED.add(reason)
    logger.info("A socket was refused: %s.", reason, extra=happening("socket.refused", reason=reason))


def _told_open(socket: Socket, sockets: int) -> None:
    figures.HANDSHAKES_ACCEPTED.value += 1
    logger.info("A socket opened.", extra=happening("socket.opened", person=socket.user_id, sockets=sockets))


def _told_closed(socket: Socket, code: int, seconds: float) -> None:
    figures.SOCKETS_CLOSED.add(code)
    about = happening("socket.closed", person=socket.user_id, code=code, seconds=round(seconds, 1))
    if code == TOO_SLOW:
        logger.warning("A socket was closed because its reader is too slow.", extra=about)
    else:
        logger.info("A socket closed.", extra=about)


class SignedInSocket(Protocol):
    """What is open for somebody who is signed in."""

    session: SignedIn

    def close(self, code: int) -> None:
        """Close it with this code."""


async def close_ended(held: Collection[SignedInSocket]) -> None:
    """Close those whose people are no longer signed in."""
    if not held:
        return
    good = await in_thread(sessions.still_good, {one.session for one in held})
    for one in held:
        if one.session.key in good:
            one.session = good[one.session.key]
        else:
            one.close(SESSION_ENDED)
