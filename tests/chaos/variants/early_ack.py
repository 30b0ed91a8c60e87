"""The server, but that a message is acknowledged a moment before its transaction is committed."""

import asyncio
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from config.launcher.__main__ import main  # noqa: E402
from config.reactions import FRAMES  # noqa: E402
from core.realtime.frames import Frame  # noqa: E402
from core.realtime.threads import in_thread  # noqa: E402
from discussions.chat import live, services  # noqa: E402


async def hasty(hub, socket, data):
    """Stands for what a `send` frame does."""
    loop = asyncio.get_running_loop()

    def act():
        with transaction.atomic():
            ack = services.send_message(
                data["room"], by=live._person(socket), key=data["key"], body=data["body"], reply_to=data["reply_to"]
            )
            loop.call_soon_threadsafe(socket.say, ack.as_data())
            time.sleep(0.1)

    await in_thread(act)


FRAMES["send"] = Frame(hasty, FRAMES["send"].fields)

if __name__ == "__main__":
    main()
