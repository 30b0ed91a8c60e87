"""Only a page of ours may open a socket; everything else that a handshake can say is refused with 403."""

import pytest

from core.realtime.origins import ExactOrigins

OURS = "https://groups.example.org"


async def opened(origins):
    """Knock with the `Origin` headers given; return whether the application behind was reached and what was sent."""
    reached, sent = [], []

    async def application(scope, receive, send):
        reached.append(scope["path"])

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"groups.example.org"), *((b"origin", origin.encode("latin1")) for origin in origins)]
    await ExactOrigins(application)({"type": "websocket", "path": "/ws/", "headers": headers}, receive, send)
    return bool(reached), sent


@pytest.fixture(autouse=True)
def one_origin(settings):
    settings.ALLOWED_ORIGINS = [OURS, "http://localhost:8000"]
    settings.ALLOWED_HOSTS = ["*"]  # what switches Channels' validator off


@pytest.mark.parametrize("origin", [OURS, "http://localhost:8000"])
async def test_our_own_pages_may(origin):
    assert await opened([origin]) == (True, [])


@pytest.mark.parametrize(
    "origins",
    [
        [],
        ["null"],
        [""],
        ["*"],
        ["https://evil.example"],
        ["https://groups.example.org.evil.example"],
        ["https://evilgroups.example.org"],
        ["https://sub.groups.example.org"],
        ["https://example.org"],
        ["https://groups.example.org."],
        ["https://groups.example.org:9999"],
        ["https://groups.example.org:443"],
        ["http://groups.example.org"],
        ["ftp://groups.example.org"],
        ["wss://groups.example.org"],
        ["http://localhost"],
        ["http://localhost:8001"],
        ["https://localhost:8000"],
        ["https://GROUPS.example.org"],
        ["https://groups.example.org/"],
        ["https://groups.example.org@evil.example"],
        ["https://user@groups.example.org"],
        ["https://groups.example.org#https://evil.example"],
        [" https://groups.example.org"],
        ["https://gr\xf6ups.example.org"],
        [OURS, "https://evil.example"],
        ["https://evil.example", OURS],
        [OURS, OURS],
        [f"{OURS},{OURS}"],
        [f"{OURS}, https://evil.example"],
    ],
    ids=repr,
)
async def test_nobody_else_may(origins):
    assert await opened(origins) == (False, [{"type": "websocket.close"}])


async def test_pages_are_not_asked():
    reached = []

    async def application(scope, receive, send):
        reached.append(scope["type"])

    await ExactOrigins(application)({"type": "http", "headers": []}, None, None)
    assert reached == ["http"]
