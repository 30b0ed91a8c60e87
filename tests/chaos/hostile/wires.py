"""A poor link: two network namespaces and, between them, a wire of ours that delays, loses and meters packets.

    with Link(delay=0.15, loss=0.1, rate=8000) as link:        # seconds one way, share, bytes a second each way
        with link.at("near"):     # what this thread opens meanwhile lives at the near end, and reaches Link.FAR
            ...
            link.cut = True       # nothing passes, and nobody is told
            with link.pulled_out(): ...    # the near end has no network at all, and knows it

`tc netem` does the same where the kernel has it; many have not. This needs root, `ip` and /dev/net/tun only: what is lost is
a packet, and TCP on both sides does what it does on a real poor line. Where even that cannot be had, `Relay` stands in: it
delays and cuts connections, but what TCP carries is never lost.
"""

import asyncio
import collections
import contextlib
import ctypes
import fcntl
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_libc = ctypes.CDLL(None, use_errno=True)


def set_namespace(descriptor):
    """Have this thread, and what it starts, use another network namespace."""
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def is_possible():
    """Tell whether this user may make namespaces and wires here."""
    return os.geteuid() == 0 and Path("/dev/net/tun").exists() and shutil.which("ip") is not None


class Direction:
    """One way of the wire."""

    def __init__(self, link, source, target):
        self.link, self.source, self.target = link, source, target
        self.waiting = collections.deque()
        self.free_at = 0.0
        self.packets = self.lost = self.bytes = 0

    def take(self, now):
        """Read what has come to the wire's end; a full queue and bad luck lose it."""
        packet = os.read(self.source, 65536)
        self.packets += 1
        link = self.link
        if link.cut or link.dice.random() < link.loss or len(self.waiting) > link.queue:
            self.lost += 1
            return
        self.bytes += len(packet)
        self.free_at = max(now, self.free_at) + len(packet) / link.rate
        self.waiting.append((self.free_at + link.delay, packet))

    def give(self, now):
        """Hand over what has arrived."""
        while self.waiting and self.waiting[0][0] <= now:
            _, packet = self.waiting.popleft()
            if not self.link.cut:
                with contextlib.suppress(OSError):
                    os.write(self.target, packet)

    @property
    def due(self):
        return self.waiting[0][0] if self.waiting else None


class Link:
    """The wire and its two ends."""

    NEAR, FAR = "10.99.0.1", "10.99.0.2"

    def __init__(self, *, delay=0.15, loss=0.1, rate=8000, queue=60, seed=1):
        self.delay, self.loss, self.rate, self.queue = delay, loss, rate, queue
        self.dice, self.cut, self.over = random.Random(seed), False, False
        self.spaces, self.files = {}, {}

    def __enter__(self):
        for end, own, other in (("near", self.NEAR, self.FAR), ("far", self.FAR, self.NEAR)):
            name = f"wire-{os.getpid()}-{end}"
            run("ip", "netns", "add", name)
            self.spaces[end] = name
            self.files[end] = self._wire(name, own, other)
        near, far = self.files["near"], self.files["far"]
        self.ways = [Direction(self, near, far), Direction(self, far, near)]
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over = True
        if hasattr(self, "thread"):
            self.thread.join()
        for file in self.files.values():
            os.close(file)
        for name in self.spaces.values():
            subprocess.run(["ip", "netns", "del", name], check=False)

    @property
    def bytes(self):
        """How much it has carried, both ways, with the heads of packets."""
        return sum(way.bytes for way in self.ways)

    def command(self, end, *words):
        """Return the command that runs another at one end."""
        return ["ip", "netns", "exec", self.spaces[end], *words]

    @contextlib.contextmanager
    def at(self, end):
        """Open sockets at one end, in this thread, while the block runs."""
        with open(f"/run/netns/{self.spaces[end]}") as there, open("/proc/thread-self/ns/net") as here:
            set_namespace(there.fileno())
            try:
                yield
            finally:
                set_namespace(here.fileno())

    @contextlib.contextmanager
    def pulled_out(self):
        """Have the near end without its wire while the block runs."""
        wire = ("ip", "-n", self.spaces["near"], "link", "set", "poor0")
        run(*wire, "down")
        try:
            yield
        finally:
            run(*wire, "up")

    def _wire(self, name, own, other):
        with self.at(next(end for end, space in self.spaces.items() if space == name)):
            file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", b"poor0", IFF_TUN | IFF_NO_PI))
        for words in (
            ["addr", "add", own, "peer", other, "dev", "poor0"],
            ["link", "set", "poor0", "up", "mtu", "1400"],
        ):
            run("ip", "-n", name, *words)
        run("ip", "-n", name, "link", "set", "lo", "up")
        return file

    def _carry(self):
        while not self.over:
            now = time.monotonic()
            due = [way.due for way in self.ways if way.due is not None]
            wait = min([0.05, *(max(one - now, 0) for one in due)])
            ready, _, _ = select.select([way.source for way in self.ways], [], [], wait)
            now = time.monotonic()
            for way in self.ways:
                if way.source in ready:
                    with contextlib.suppress(BlockingIOError):
                        while True:
                            way.take(now)
                way.give(time.monotonic())


class Relay:
    """The stand-in: connections to `port` go on to another port of this machine, late, slowly, or not at all."""

    NEAR = FAR = "127.0.0.1"

    def __init__(self, *, delay=0.15, loss=0.0, rate=8000, queue=0, seed=1):
        self.delay, self.rate, self.loss, self.cut = delay, rate, 0.0, False
        self.ways, self.target, self.is_out, self.ends, self.bytes = [], None, False, set(), 0

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        started = asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.server = asyncio.run_coroutine_threadsafe(started, self.loop).result()
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _end(self):
        self.server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.contextmanager
    def at(self, end):
        yield

    @contextlib.contextmanager
    def pulled_out(self):
        """End every connection and refuse new ones while the block runs."""
        self.is_out = True
        for end in list(self.ends):
            self.loop.call_soon_threadsafe(end.transport.abort)
        try:
            yield
        finally:
            self.is_out = False

    async def _carry(self, reader, writer):
        if self.is_out:
            writer.transport.abort()
            return
        far = await asyncio.open_connection("127.0.0.1", self.target)
        ways = [asyncio.create_task(self._way(*ends)) for ends in ((reader, far[1]), (far[0], writer))]
        self.ends.add(writer)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self.ends.discard(writer)
            for end in (writer, far[1]):
                end.transport.abort()

    async def _way(self, reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1400):
                self.bytes += len(data)
                await asyncio.sleep(len(data) / self.rate)
                while self.cut:
                    await asyncio.sleep(0.05)
                asyncio.get_running_loop().call_later(self.delay, writer.write, data)


def run(*words):
    subprocess.run(words, check=True, capture_output=True)
