"""What chat is measured against: the consumer of the Channels tutorial, and a broadcast server of bare `websockets`.

    python -m daphne -p PORT chat_peers:tutorial        REDIS_URL and REDIS_PREFIX name the layer
    python benchmarks/chat_peers.py PORT                the bare server

Neither keeps anything, asks for a right, or notices what it lost.
"""

import asyncio
import json
import os
import sys
from typing import Any

from django.conf import settings

if not settings.configured:
    settings.configure(
        CHANNEL_LAYERS={
            "default": {
                "BACKEND": "channels_redis.core.RedisChannelLayer",
                "CONFIG": {
                    # As in ours: without them redis-py closes every idle socket after five seconds.
                    "hosts": [
                        {
                            "address": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
                            "socket_timeout": 15,
                            "socket_connect_timeout": 3,
                        }
                    ],
                    "prefix": os.environ.get("REDIS_PREFIX", "tutorial"),
                },
            }
        }
    )

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One channel per socket, one layer message and one encoding per delivery."""

    async def connect(self) -> None:
        """Join the room."""
        await self.channel_layer.group_add("chat_room", self.channel_name)
        await self.accept()
        await self.send(text_data=json.dumps({"type": "joined"}))

    async def disconnect(self, code: int) -> None:
        """Leave it."""
        await self.channel_layer.group_discard("chat_room", self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Hand a message to everybody."""
        message = json.loads(text_data or "{}")["message"]
        await self.channel_layer.group_send("chat_room", {"type": "chat.message", "message": message})

    async def chat_message(self, event: dict[str, Any]) -> None:
        """Write one that somebody sent."""
        await self.send(text_data=json.dumps({"message": event["message"]}))


tutorial = ProtocolTypeRouter({"websocket": ChatConsumer.as_asgi()})


async def bare(port: int) -> None:
    """Serve a room that is nothing but a set of sockets."""
    from websockets.asyncio.server import ServerConnection, broadcast, serve

    sockets: set[ServerConnection] = set()

    async def handle(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.send(json.dumps({"type": "joined"}))
        try:
            async for text in socket:
                broadcast(sockets, json.dumps({"message": json.loads(text)["message"]}))
        finally:
            sockets.discard(socket)

    async with serve(handle, "127.0.0.1", port, compression=None, max_queue=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(bare(int(sys.argv[1])))
