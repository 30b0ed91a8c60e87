"""Who may open a socket: only a page of ours. Browsers say in `Origin` which page asks, and no page can change it."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from core import figures
from core.logs import happening

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class ExactOrigins:
    """Let a WebSocket through only with exactly one `Origin` that stands, byte for byte, in ALLOWED_ORIGINS.

    Channels' validators compare hosts and accept another scheme or port of ours, and everything where ALLOWED_HOSTS
    is `*`. Here a missing, opaque (`null`), repeated, look-alike or otherwise written origin is refused with 403.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not is_ours(scope):
            figures.HANDSHAKES_REFUSED.add("origin")
            logger.info("A socket was refused: origin.", extra=happening("socket.refused", reason="origin"))
            await receive()  # websocket.connect
            await send({"type": "websocket.close"})  # before accept: 403
            return
        await self.application(scope, receive, send)


def is_ours(scope: Scope) -> bool:
    """Whether the handshake comes from a page of this installation."""
    origins = [value for name, value in scope.get("headers", []) if name.lower() == b"origin"]
    # Browsers write an origin in lower case and without the default port, which is how the settings have it.
    return len(origins) == 1 and origins[0] in {origin.encode() for origin in settings.ALLOWED_ORIGINS}
