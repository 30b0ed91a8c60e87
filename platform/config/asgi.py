"""The ASGI application: pages, and the one socket address behind its exact-origin gate."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()  # loads the apps, so it comes before the imports below

from channels.routing import ProtocolTypeRouter  # noqa: E402

from core.readiness import HealthEndpoint  # noqa: E402
from core.realtime.hub import Hub  # noqa: E402
from core.realtime.origins import ExactOrigins  # noqa: E402
from core.realtime.sockets import SocketEndpoint  # noqa: E402
from core.realtime.stopping import on_stop  # noqa: E402

hub = Hub()
on_stop(hub.take_leave)
application = ProtocolTypeRouter({"http": HealthEndpoint(pages), "websocket": ExactOrigins(SocketEndpoint(hub))})
