"""A small ASGI application for the launcher's tests: what it does is in the path. It needs no settings."""

import asyncio
import os

from core.realtime.stopping import on_stop

BLOCK = b"x" * 65536
sockets = []


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await socket(scope, receive, send)
    else:
        await PAGES.get(scope["path"], echo)(scope, receive, send)


async def respond(send, body, *, headers=(), more_body=False):
    await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": more_body})


async def echo(scope, receive, send):
    """Answer with the length of the body and the root path."""
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await respond(send, f"{length} {scope['root_path']}".encode())


async def stream(scope, receive, send):
    """Send 300 MB as a file is sent."""
    await respond(send, b"", more_body=True)
    for _ in range(300 * 16):
        await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def whole(scope, receive, send):
    """Send 20 MB in one message."""
    await respond(send, b"y" * (20 * 1024 * 1024))


async def slow(scope, receive, send):
    """Take a second to answer."""
    await asyncio.sleep(1)
    await respond(send, b"done")


PAGES = {"/stream": stream, "/whole": whole, "/slow": slow}


async def socket(scope, receive, send):
    """Echo text; obey `close CODE`; under /flood send 300 MB unasked, under /deaf never receive, /late accept late (in 2.5 s)."""
    await receive()
    if scope["path"] == "/refuse":
        await send({"type": "websocket.close"})
        return
    if scope["path"] == "/late":
        await asyncio.sleep(2.5)
    await send({"type": "websocket.accept"})
    if scope["path"] == "/flood":
        for _ in range(300 * 64):
            await send({"type": "websocket.send", "text": "z" * 16384})
    if scope["path"] == "/deaf":
        await asyncio.sleep(3600)
    sockets.append(send)
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text and text.startswith("close "):
            await send({"type": "websocket.close", "code": int(text[6:]), "reason": "é" * 100})
        elif text == "large":
            await send({"type": "websocket.send", "text": "w" * 200_000})
        else:
            await send({"type": "websocket.send", "text": text, "bytes": message.get("bytes")})
    sockets.remove(send)


@on_stop
async def take_leave():
    for send in sockets:
        await send({"type": "websocket.send", "text": '{"type":"restart","retry_after":3}'})
    print("hook", flush=True)
    if os.environ.get("STUCK_HOOK"):
        await asyncio.sleep(3600)
