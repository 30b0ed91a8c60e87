"""The ASGI application: pages, and the two socket addresses behind their exact-origin gate."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()  # loads the apps, so it comes before the imports below

from channels.routing import ProtocolTypeRouter  # noqa: E402

from core.readiness import HealthEndpoint  # noqa: E402
from core.realtime.hub import Hub  # noqa: E402
from core.realtime.origins import ExactOrigins, Receive, Scope, Send  # noqa: E402
from core.realtime.sockets import SocketEndpoint  # noqa: E402
from core.realtime.stopping import on_stop  # noqa: E402
from groups.pages.live import PREFIX, PageEndpoint, PageHub  # noqa: E402

hub, page_hub = Hub(), PageHub()
on_stop(hub.take_leave)
on_stop(page_hub.take_leave)
_socket, _page = SocketEndpoint(hub), PageEndpoint(page_hub)


async def sockets(scope: Scope, receive: Receive, send: Send) -> None:
    """Pages are written through sockets of their own; everything else that is live goes through the one."""
    await (_page if scope["path"].startswith(PREFIX) else _socket)(scope, receive, send)


application = ProtocolTypeRouter({"http": HealthEndpoint(pages), "websocket": ExactOrigins(sockets)})
