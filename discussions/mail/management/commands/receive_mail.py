"""`manage.py receive_mail`: the process that takes mail in."""

import asyncio
import signal
from functools import partial
from typing import Any
from urllib.parse import SplitResult

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import reporting
from discussions.mail.listener import listen


class Command(BaseCommand):
    """Listens for mail until it is told to stop."""

    help = "Take mail at MAIL_IN_LISTEN until told to stop (SIGTERM). It says where it listens, and 250 for what it has kept."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the listener."""
        at = settings.MAIL_IN_LISTEN
        if at is None:
            raise CommandError("MAIL_IN_LISTEN must be set, such as lmtp://127.0.0.1:8024.")
        reporting.begin("mail")
        try:
            asyncio.run(self._listen(at))
        except OSError as error:
            raise CommandError(f"Nobody can listen at {at.geturl()}: {error.strerror}.") from None

    async def _listen(self, at: SplitResult) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        await listen(at, stop, partial(self._say, at))

    def _say(self, at: SplitResult) -> None:
        self.stdout.write(f"{at.geturl()} takes mail for {settings.MAIL_IN_DOMAIN}")
        self.stdout.flush()
