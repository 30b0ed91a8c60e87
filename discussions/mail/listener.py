"""The listener: LMTP for a mail server in front, or SMTP. It takes mail for our own addresses and relays nothing to anybody.

It says `250` only when the mail and the task that reads it are committed; whatever ends it before, the other server still has
the mail and brings it again, and what it brings twice is known.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from core.logs import happening
from discussions.mail.services import TurnedAway, receive, refuse_recipient

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 20
MOST_RECIPIENTS = 50
MOST_COMMANDS = 300
AT_ONCE = 4
"""Mails that are being written down at one moment."""

TIMEOUT = 180.0
"""Seconds from one command to the next, and for the whole of a mail's data."""

LONGEST_LINE = 128 * 1024
STOP_PATIENCE = 10.0
LATER = "451 4.3.0 Cannot be kept now; try again later"


class Handler:
    """Answers RCPT and DATA. `one_by_one`: SMTP has one answer for all recipients, so each comes by itself."""

    def __init__(self, *, one_by_one: bool) -> None:
        self.most = 1 if one_by_one else MOST_RECIPIENTS
        self.room = asyncio.Semaphore(AT_ONCE)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address of ours; every other is refused, so that nothing is relayed."""
        if len(envelope.rcpt_tos) >= self.most:
            return "452 4.5.3 Too many recipients; send the others by themselves"
        try:
            refuse_recipient(address)
        except TurnedAway as away:
            return away.reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail for each recipient and answer for each: LMTP has as many answers as recipients."""
        data = envelope.original_content or b""
        async with self.room:
            replies = [
                await asyncio.to_thread(_take, data, recipient, envelope.mail_from or "")
                for recipient in envelope.rcpt_tos
            ]
        return "\r\n".join(replies)

    async def handle_exception(self, error: Exception) -> str:
        """Say nothing of a fault but that there was one; the log has its kind."""
        logger.error("The mail listener failed.", extra=happening("mail.fault", error=type(error).__name__))
        return LATER


def _take(data: bytes, recipient: str, sender: str) -> str:
    try:
        receive(data, recipient=recipient, sender=sender)
    except TurnedAway as away:
        return away.reply
    except (DatabaseError, OSError) as error:
        logger.error("A mail could not be kept.", extra=happening("mail.not_kept", error=type(error).__name__))
        return LATER
    finally:
        # The thread is one of many that come and go.
        connections.close_all()
    return "250 2.0.0 Kept"


class _Smtp(SMTP):
    """SMTP, with lines as long as some programs write them."""

    line_length_limit = LONGEST_LINE


class _Lmtp(LMTP):
    """LMTP: after the data there is an answer for each recipient, also where all of it is refused."""

    line_length_limit = LONGEST_LINE

    async def push(self, status: Any) -> None:
        """Send an answer; one that refuses the data stands for every recipient, and the client waits for as many."""
        if isinstance(status, str) and status.startswith(("552 Error", "500 Line too long")) and self.envelope:
            status = "\r\n".join([status] * max(len(self.envelope.rcpt_tos), 1))
        await super().push(status)


class Listener:
    """Listens at one address until it is stopped."""

    def __init__(self, at: SplitResult) -> None:
        self.at = at
        self.protocols: set[SMTP] = set()
        self.server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; raises `OSError` where that cannot be."""
        loop = asyncio.get_running_loop()
        handler = Handler(one_by_one=self.at.scheme == "smtp")
        make = self._maker(handler, loop)
        if self.at.port is not None:
            self.server = await loop.create_server(make, self.at.hostname or "127.0.0.1", self.at.port)
            return
        _make_way(self.at.path)
        self.server = await loop.create_unix_server(make, self.at.path)
        _open_to_all(self.at.path)

    def _maker(self, handler: Handler, loop: asyncio.AbstractEventLoop) -> Callable[[], asyncio.Protocol]:
        kind = _Smtp if self.at.scheme == "smtp" else _Lmtp

        def make() -> asyncio.Protocol:
            self.protocols = {one for one in self.protocols if one.transport is not None}
            if len(self.protocols) >= MOST_CONNECTIONS:
                return _Full()
            protocol = kind(
                handler,
                data_size_limit=settings.MAIL_IN_MAX_SIZE,
                enable_SMTPUTF8=True,
                hostname=settings.MAIL_IN_DOMAIN,
                ident="mail",
                timeout=TIMEOUT,
                command_call_limit=MOST_COMMANDS,
                loop=loop,
            )
            self.protocols.add(protocol)
            return protocol

        return make

    async def stop(self) -> None:
        """Take no new connection, let mails that are being kept be kept, and end."""
        if self.server is None:
            return
        self.server.close()
        open_now = [one._handler_coroutine for one in self.protocols if one.transport and one._handler_coroutine]
        if open_now:
            for one in self.protocols:
                if one.transport is not None and one.envelope is not None and not one.envelope.rcpt_tos:
                    one.transport.close()
            await asyncio.wait(open_now, timeout=STOP_PATIENCE)
        for one in self.protocols:
            if one.transport is not None:
                one.transport.close()


class _Full(asyncio.Protocol):
    """One connection more than are taken: told to come again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many connections; try again later\r\n")
        transport.close()


def _make_way(path: str) -> None:
    """Remove the socket that a listener left which was killed."""
    Path(path).unlink(missing_ok=True)


def _open_to_all(path: str) -> None:
    """Let whoever may open its folder hand mail over: the mail server runs as somebody else."""
    Path(path).chmod(0o666)


async def listen(at: SplitResult, stop: asyncio.Event, begun: Callable[[], None] = lambda: None) -> None:
    """Listen until told to stop."""
    listener = Listener(at)
    await listener.start()
    begun()
    await stop.wait()
    await listener.stop()


def start_thread() -> threading.Thread | None:
    """Listen in a thread of this process where MAIL_IN_LISTEN says so: how the one process of the embedded mode takes mail."""
    at = settings.MAIL_IN_LISTEN
    if at is None:
        return None

    def run() -> None:
        try:
            asyncio.run(listen(at, asyncio.Event()))
        except OSError as error:
            logger.error("Mail is not taken: %s.", error.strerror or type(error).__name__)

    thread = threading.Thread(target=run, name="mail-in", daemon=True)
    thread.start()
    return thread
