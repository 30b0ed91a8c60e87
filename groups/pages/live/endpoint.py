"""The socket of a page, at `/ws/pages/<id>/`: the same session, origin and doors as everywhere else."""

import asyncio
import logging
import re
from urllib.parse import parse_qs

from django.conf import settings
from django.db import Error as DatabaseError
from pycrdt import get_state, get_update

from core import figures
from core.logs import happening
from core.realtime import sessions
from core.realtime.origins import Receive, Scope, Send
from core.realtime.sockets import BUSY, SESSION_ENDED
from core.realtime.threads import in_thread
from groups.pages import protocol
from groups.pages.changes import shape_of
from groups.pages.live.client import Client
from groups.pages.live.hub import PageHub
from groups.pages.live.opened import GONE, Opened
from groups.pages.models import EMPTY_STATE
from groups.pages.protocol import STEP_1, STEP_2, Aware, Malformed, Query, Sync, Unknown
from groups.pages.services import content_of
from groups.pages.services.log import UPDATE_MAX

logger = logging.getLogger(__name__)

PREFIX = "/ws/pages/"
ADDRESS = re.compile(r"/ws/pages/(\d{1,18})/\Z")


class PageEndpoint:
    """The ASGI application for pages; give it one hub per process."""

    def __init__(self, hub: PageHub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        address = ADDRESS.match(scope["path"])
        if address is None:
            _refused("path")
            await send({"type": "websocket.close"})  # before accept: 403
            return
        page = int(address[1])
        try:
            found = await in_thread(sessions.signed_in, [sessions.session_key(scope["headers"])])
            session = next(iter(found.values()), None)
            right = (
                (await in_thread(self.hub.rights, page, [session.user_id])).get(session.user_id) if session else None
            )
        except DatabaseError:
            await _refuse(send, BUSY, "database")
            return
        if session is None:
            await _refuse(send, SESSION_ENDED, "signed_out")
        elif right is None:
            await _refuse(send, GONE, "no_page", '{"type":"denied","reason":"gone"}')
        elif self.hub.per_user[session.user_id] >= settings.SOCKETS_PER_USER:
            await _refuse(send, BUSY, "too_many")
        else:
            await send({"type": "websocket.accept"})
            write_now = scope.get("extensions", {}).get("write_now")
            await self._open(page, Client(session, _organisation(scope), right, write_now), receive, send)

    async def _open(self, page: int, client: Client, receive: Receive, send: Send) -> None:
        figures.HANDSHAKES_ACCEPTED.value += 1
        opened = await self.hub.enter(page, client)
        writing = asyncio.create_task(client.drain(send))
        reading = asyncio.create_task(self._read(opened, client, receive))
        client.on_close = reading.cancel
        try:
            await asyncio.wait([reading, writing], return_when=asyncio.FIRST_COMPLETED)
            if client.code is not None:
                async with asyncio.timeout(5):
                    await asyncio.wait([writing])
                    await send({"type": "websocket.close", "code": client.code})
        except TimeoutError:
            pass
        finally:
            reading.cancel()
            writing.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
            await self.hub.leave(opened, client)
            figures.SOCKETS_CLOSED.add(client.code or 1000)

    async def _read(self, opened: Opened, client: Client, receive: Receive) -> None:
        """Begin by asking what the client has; then do one frame after the other."""
        await opened.ask(client)
        await opened.show_all(client)
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            if wait := client.bucket.wait():
                await asyncio.sleep(wait)
                client.bucket.wait()
            client.bucket.take()
            try:
                await self._answer(opened, client, event.get("bytes") or b"")
            except Malformed:
                client.deny("malformed")
            except Unknown:
                client.deny("unknown")
            except DatabaseError as error:
                name = type(error).__name__
                logger.warning(
                    "The database refused a page's frame: %s.", name, extra=happening("page.busy", error=name)
                )
                await opened.ask(client)

    async def _answer(self, opened: Opened, client: Client, data: bytes) -> None:
        """Do what one frame asks; raises `Malformed` for what is none."""
        match protocol.parse(data):
            case Sync(step, state) if step == STEP_1:
                protocol.clocks(state)
                missing = await in_thread(_missing, opened.page, state)
                # Asked after it was read: whoever may read now may read that.
                await self.hub.check(opened, [client])
                client.put(protocol.sync(STEP_2, missing))
            case Sync(step, update):
                if len(update) > UPDATE_MAX:
                    client.deny("too-large")
                    return
                shape = shape_of(update)
                if shape.is_empty or (step == STEP_2 and not shape.spans and not client.right.may_write):
                    return
                if not client.right.may_write:
                    client.deny("read-only")
                    return
                if not is_update(update):
                    raise Malformed
                await opened.write(client, update)
            case Aware(states):
                opened.place(client, states)
            case Query():
                await opened.show_all(client)


def is_update(data: bytes) -> bool:
    """Whether the library that keeps the pages reads it too."""
    try:
        get_state(data)
    except ValueError:
        return False
    return True


def _missing(page: int, state: bytes) -> bytes:
    """Return what somebody lacks who has got so far."""
    _seq, content = content_of(page)
    if state == EMPTY_STATE:
        return content
    try:
        return get_update(content, state)
    except ValueError as error:
        raise Malformed from error


def _organisation(scope: Scope) -> int | None:
    """Return for which organisation the person writes, as the address names it."""
    named = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("as", [""])[0]
    return int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None


async def _refuse(send: Send, code: int, reason: str, text: str = "") -> None:
    """Accept and close, so that the client can read the code."""
    _refused(reason)
    await send({"type": "websocket.accept"})
    if text:
        await send({"type": "websocket.send", "text": text})
    await send({"type": "websocket.close", "code": code})


def _refused(reason: str) -> None:
    figures.HANDSHAKES_REFUSED.add(reason)
    logger.info("A page's socket was refused: %s.", reason, extra=happening("socket.refused", reason=reason))
