"""A mail server that takes what comes, refuses whom it is told to, and remembers everything."""

import asyncio
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller

from tests.processes.servers import free_port


class Sink:
    """Listens on a port of loopback of its own.

        with Sink() as sink:
            sink.refuse["gone@example.org"] = "550 5.1.1 No such user"
            ...
            sink.letters                                # as read by a mail programme, with `sender` and `to`

    `pause` is for how many seconds each letter keeps it busy before it says that it has it.
    """

    def __init__(self, pause=0.0):
        self.pause, self.letters, self.refuse, self.refuse_data = pause, [], {}, ""
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *error):
        self._controller.stop()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.refuse.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse_data:
            return self.refuse_data
        letter = message_from_bytes(envelope.content, policy=default)
        letter.sender, letter.to = envelope.mail_from, envelope.rcpt_tos[0]
        self.letters.append(letter)
        await asyncio.sleep(self.pause)
        return "250 OK"
