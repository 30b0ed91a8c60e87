"""The clients of `benchmarks/chat.py`: many raw WebSockets in one process, as cheap as Python has them.

    python benchmarks/chat_load.py < plan.json > result.json

The plan: `urls` and `cookies` (one a socket), `origin`, `join` (the first frame, null for none), `ready` (bytes that a frame
has once the socket takes part), `send` (a frame with `%(key)s` and `%(body)s`), `senders`, `rate` (messages a second in all;
null for as fast as they come back, one under way per sender), `seconds`, `idle` (seconds to wait before, for measuring memory).
Every body carries a number and the time it was sent at, so that each delivery is counted and one socket in twenty is timed.
"""

import asyncio
import base64
import json
import os
import random
import re
import resource
import struct
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

MARK = re.compile(rb"#(\d+):(\d+)#")
RETRY = re.compile(rb'"retry_after":(\d+)')
KEY = re.compile(rb'"key":"([0-9a-f-]{36})"')
AT_ONCE = 40
"""Handshakes under way at a time."""


class Client(asyncio.Protocol):
    """One socket: it answers pings, counts messages, and says when it takes part."""

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self.crowd, self.number = crowd, number
        rooms = crowd.plan.get("rooms") or [0]
        self.room = rooms[number % len(rooms)]
        self.buffer = bytearray()
        self.is_open = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.last = -1
        self.under_way: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = transport
        plan = self.crowd.plan
        parts = urlsplit(self.crowd.url_of(self.number))
        lines = [
            f"GET {parts.path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            f"Origin: {plan['origin']}",
        ]
        if plan["cookies"]:
            lines.append(f"Cookie: {plan['cookies'][self.number % len(plan['cookies'])]}")
        self.write_raw("\r\n".join([*lines, "", ""]).encode())

    def write_raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.transport.write(data)  # type: ignore[attr-defined]

    def write(self, payload: bytes, opcode: int = 1) -> None:
        """Write one masked frame."""
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0xFE]) + struct.pack("!H", len(payload))
        self.write_raw(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + payload)

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        buffer = self.buffer
        buffer += data
        if not self.is_open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.crowd.counts["refused"] += 1
                self.transport.close()
                return
            del buffer[: end + 4]
            self.is_open = True
            if self.crowd.plan["join"]:
                self.write((self.crowd.plan["join"] % {"room": self.room}).encode())
            if not self.crowd.plan["ready"]:
                self.take_part()
        at = 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                if len(buffer) - at < 4:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif size == 127:
                if len(buffer) - at < 10:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if len(buffer) < start + size:
                break
            self.frame(buffer[at] & 15, bytes(buffer[start : start + size]))
            at = start + size
        del buffer[:at]

    def frame(self, opcode: int, payload: bytes) -> None:
        """Take one frame."""
        if opcode == 9:
            self.write(payload, opcode=10)
        elif opcode == 8:
            self.crowd.counts[f"closed {int.from_bytes(payload[:2]) if payload else 1005}"] += 1
            self.transport.close()
        elif opcode == 1:
            if not self.ready.done() and self.crowd.plan["ready"] and self.crowd.plan["ready"].encode() in payload:
                self.take_part()
            found = MARK.findall(payload)
            if found:
                self.messages(found)
            elif payload.startswith(b'{"type":"ack"'):
                self.crowd.acknowledged(payload)
            elif b'"error"' in payload:
                self.refused(payload)

    def refused(self, payload: bytes) -> None:
        """Note that a message was not taken; one that came too fast is followed by another when there is time."""
        crowd = self.crowd
        crowd.counts["refused"] += 1
        if self.under_way is not None:
            crowd.sent -= 1
            crowd.sent_to[self.room] -= 1
            self.under_way = None
            wait = RETRY.search(payload)
            asyncio.get_running_loop().call_later(float(wait[1]) if wait else 1.0, crowd.next, self)

    def take_part(self) -> None:
        """Note that the socket is where it should be."""
        if not self.ready.done():
            self.ready.set_result(None)

    def messages(self, found: list[tuple[bytes, bytes]]) -> None:
        """Count messages; the body stands twice in ours (as text and as HTML), which is one delivery."""
        crowd = self.crowd
        now = time.monotonic_ns() // 1000 if self.number % 20 == 0 else 0
        for number, at in found:
            if self.last_of(number):
                continue
            crowd.counts["delivered"] += 1
            if now:
                crowd.latencies.append(now - int(at))
            if self.under_way is not None and number.decode() == self.under_way:
                self.under_way = None
                crowd.next(self)

    def last_of(self, number: bytes) -> bool:
        """Say whether the number is the one that came just before."""
        value = int(number)
        if value == self.last:
            return True
        self.last = value
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.closed = True
        self.crowd.counts["lost sockets"] += int(self.ready.done() and not self.crowd.over)
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before it took part"))


class Crowd:
    """All sockets of the process."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.counts: Counter[str] = Counter()
        self.latencies: list[int] = []
        self.acks: list[int] = []
        self.asked: dict[bytes, int] = {}
        self.sent_to: Counter[int] = Counter()
        self.clients: list[Client] = []
        self.sent = self.numbers = 0
        self.over = False
        self.sending = False

    def url_of(self, number: int) -> str:
        """Return where a socket goes."""
        urls: list[str] = self.plan["urls"]
        return urls[number % len(urls)]

    async def open(self) -> None:
        """Open every socket, a few at a time, and wait until each takes part."""
        loop = asyncio.get_running_loop()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                parts = urlsplit(self.url_of(number))
                make: Callable[[], Client] = lambda: Client(self, number)  # noqa: E731
                _transport, client = await loop.create_connection(make, parts.hostname, parts.port)
                self.clients.append(client)
                await asyncio.wait_for(client.ready, 60)

        await asyncio.gather(*(one(number) for number in range(self.plan["sockets"])))

    def next(self, client: Client) -> None:
        """Have a socket send its next message."""
        if not self.sending or self.plan["rate"]:
            return
        self.say(client)

    def say(self, client: Client) -> None:
        """Send one message from a socket."""
        self.sent += 1
        self.numbers += 1
        self.sent_to[client.room] += 1
        client.under_way = str(self.numbers)
        now, key = time.monotonic_ns() // 1000, str(uuid.uuid4())
        self.asked[key.encode()] = now
        body = f"No #{self.numbers}:{now}# and some words to fill a line"
        client.write((self.plan["send"] % {"key": key, "body": body, "room": client.room}).encode())

    def acknowledged(self, payload: bytes) -> None:
        """Note how long an acknowledgement took."""
        found = KEY.search(payload)
        if found and (asked := self.asked.pop(found[1], None)) is not None:
            self.acks.append(time.monotonic_ns() // 1000 - asked)

    async def run(self) -> dict[str, Any]:
        """Send for as long as the plan says, wait for what is under way, and return what was counted."""
        senders = self.clients[: self.plan["senders"]]
        self.sending = True
        before = dict(self.counts)
        begun = time.monotonic()
        if self.plan["rate"]:
            step = 1 / self.plan["rate"]
            for number in range(int(self.plan["rate"] * self.plan["seconds"])):
                await asyncio.sleep(max(0, begun + number * step - time.monotonic()))
                self.say(senders[number % len(senders)])
        else:
            for client in senders:
                self.say(client)
            await asyncio.sleep(self.plan["seconds"])
        self.sending = False
        delivered, took = self.counts["delivered"] - before.get("delivered", 0), time.monotonic() - begun
        await self.quiet()
        self.over = True
        here = Counter(client.room for client in self.clients)
        expected = sum(count * here[room] for room, count in self.sent_to.items())
        return {
            "sent": self.sent,
            "delivered": self.counts["delivered"],
            "rate": delivered / took,
            "lost": expected - self.counts["delivered"],
            "acks": sorted(self.acks),
            "latencies": sorted(random.sample(self.latencies, min(len(self.latencies), 20_000))),
            "counts": dict(self.counts),
        }

    async def quiet(self) -> None:
        """Wait until nothing has come for two seconds, at most thirty."""
        for _ in range(30):
            seen = self.counts["delivered"]
            await asyncio.sleep(2)
            if self.counts["delivered"] == seen:
                return


async def main() -> None:
    """Open, wait for a line on standard input where told to, send, report."""
    plan = json.loads(sys.stdin.readline())
    crowd = Crowd(plan)
    await crowd.open()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    result = await crowd.run() if plan["senders"] else {}
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    asyncio.run(main())
