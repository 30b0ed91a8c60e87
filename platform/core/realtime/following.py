"""The frames by which a client says which rooms it follows."""

from core.realtime.frames import IDENTIFIER, OPTIONAL_COUNT, OPTIONAL_TEXT, Data, Frame
from core.realtime.hub import Hub
from core.realtime.sockets import Socket


async def _join(hub: Hub, socket: Socket, data: Data) -> None:
    """Follow a room from `since` on, or from now."""
    await hub.join(socket, data["room"], data["since"], data["epoch"])


async def _leave(hub: Hub, socket: Socket, data: Data) -> None:
    """Follow a room no longer; one that is not followed is left already."""
    if (follow := socket.follows.get(data["room"])) is not None:
        hub.unfollow(follow)


JOIN = Frame(_join, {"room": IDENTIFIER, "since": OPTIONAL_COUNT, "epoch": OPTIONAL_TEXT})
LEAVE = Frame(_leave, {"room": IDENTIFIER})
