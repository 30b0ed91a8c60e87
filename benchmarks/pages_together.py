"""Fifty people type in one page on two processes: do they converge, how late is a keystroke, how long takes a long page to open.

    script/bench pages_together [--people 50] [--seconds 20] [--rate 1.0] [--edits 100000]

A keystroke's way to each of the others is timed twice in one run, with the same clients: through our two processes, where it is
committed first, and through a bare relay that hands on what it gets, stores nothing and asks nobody. Limits: all documents are
the same to the byte; the 95th percentile is within three times the relay's; a page after 100,000 edits, as people make them and
each of one sign at a random place, opens within twice the time of a page into which the same text was put at once: in Chromium,
and in a client that only puts the page together. `--edits 0` leaves that part out, `--people 0` the other.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "platform")]

TIMES, OPENINGS = 3.0, 9
PARAGRAPHS = 10
WAYS = {"write": "as people make them", "type": "each of one sign at a random place"}


# --- Clients --------------------------------------------------------------------------------------------------------------


class Typist:
    """One person's browser: a document of its own, and what comes to it."""

    def __init__(self, url: str, cookie: str, sent: dict[tuple[int, int], float], late: list[float]) -> None:
        from pycrdt import Doc

        from groups.pages.content.tree import root_of

        self.url, self.cookie, self.sent, self.late = url, cookie, sent, late
        self.doc: Any = Doc()
        self.root = root_of(self.doc)
        self.synced = asyncio.Event()
        self.denied: list[str] = []

    async def open(self, origin: str) -> None:
        """Come in, and take what the page has."""
        from websockets.asyncio.client import connect

        from groups.pages import protocol

        headers = {"Cookie": self.cookie} if self.cookie else {}
        self.socket = await connect(
            self.url,
            origin=origin,
            additional_headers=headers,
            max_size=None,
            compression=None,
            proxy=None,  # type: ignore[arg-type]
        )
        self.reading = asyncio.create_task(self._read())
        await self.socket.send(protocol.sync(protocol.STEP_1, self.doc.get_state()))
        await self.synced.wait()

    async def _read(self) -> None:
        from groups.pages import protocol
        from groups.pages.changes import shape_of

        async for frame in self.socket:
            if isinstance(frame, str):
                if json.loads(frame)["type"] == "denied":
                    self.denied.append(frame)
                continue
            message = protocol.parse(frame)
            if not isinstance(message, protocol.Sync):
                continue
            if message.step == protocol.STEP_1:
                await self.socket.send(protocol.sync(protocol.STEP_2, self.doc.get_update(message.data)))
                continue
            now = time.monotonic()
            if message.step == protocol.UPDATE:
                for span in shape_of(message.data).spans:
                    if span.client != self.doc.client_id:
                        for clock in range(span.start, span.end):
                            if (begun := self.sent.get((span.client, clock))) is not None:
                                self.late.append(now - begun)
            self.doc.apply_update(message.data)
            self.synced.set()

    async def type(self, number: int, rate: float, seconds: float) -> None:
        """Type signs into one paragraph, at random moments."""
        from groups.pages import protocol

        dice, end, clock = random.Random(number), time.monotonic() + seconds, 0
        line = self.root.children[number % len(self.root.children)].children[0]
        while True:
            await asyncio.sleep(dice.expovariate(rate))
            if time.monotonic() > end:
                return
            before = self.doc.get_state()
            line.insert(len(line) // 2, dice.choice("abcdefgh"))
            self.sent[self.doc.client_id, clock] = time.monotonic()
            clock += 1
            await self.socket.send(protocol.sync(protocol.UPDATE, self.doc.get_update(before)))

    async def close(self) -> None:
        """Go."""
        self.reading.cancel()
        await self.socket.close()


async def relay(port: int, page: bytes) -> None:
    """Hand on to all others what one sends, and give the page to who comes; nothing is stored and nobody is asked."""
    from websockets.asyncio.server import serve

    from groups.pages import protocol

    clients: set[Any] = set()

    async def each(socket: Any) -> None:
        clients.add(socket)
        try:
            async for frame in socket:
                if frame[1] == protocol.STEP_1:
                    await socket.send(protocol.sync(protocol.STEP_2, page))
                elif frame[1] == protocol.UPDATE:
                    await asyncio.gather(*(one.send(frame) for one in clients if one is not socket))
        finally:
            clients.discard(socket)

    async with serve(each, "127.0.0.1", port, compression=None, max_size=None):
        print("open", flush=True)
        await asyncio.Future()


async def together(urls: list[str], cookies: list[str], origin: str, people: int, rate: float, seconds: float) -> dict:
    """Have everybody type, wait until all have everything, and return how late things were and whether all agree."""
    sent: dict[tuple[int, int], float] = {}
    late: list[float] = []
    typists = [Typist(urls[n % len(urls)], cookies[n] if cookies else "", sent, late) for n in range(people)]
    for one in typists:
        await one.open(origin)
    await asyncio.gather(*(one.type(n, rate, seconds) for n, one in enumerate(typists)))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len({states(one) for one in typists}) > 1:
        await asyncio.sleep(0.2)
    texts = {str(one.root) for one in typists}
    found = {"late": late, "sent": len(sent), "same": len(texts) == 1 and len({states(one) for one in typists}) == 1}
    found["text"], found["denied"] = texts.pop(), sum(len(one.denied) for one in typists)
    for one in typists:
        await one.close()
    return found


def states(typist: Typist) -> frozenset[tuple[int, int]]:
    """Return how far the typist has everybody's writing."""
    from groups.pages.protocol import clocks

    return frozenset(clocks(typist.doc.get_state()).items())


async def openings(url: str, cookie: str, origin: str) -> float:
    """Return the median of the seconds it takes to come in and have the page."""
    taken = []
    for _ in range(OPENINGS):
        one = Typist(url, cookie, {}, [])
        begun = time.monotonic()
        await one.open(origin)
        taken.append(time.monotonic() - begun)
        await one.close()
    return statistics.median(taken)


# --- The run --------------------------------------------------------------------------------------------------------------


def p95(values: list[float]) -> float:
    """Return the 95th percentile, in milliseconds."""
    return sorted(values)[int(len(values) * 0.95)] * 1000


def main() -> int:
    """Run everything, print it beside the limits, and return 1 where one is not kept."""
    from chat_ground import Ground

    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rate", type=float, default=1.0)
    options.add_argument("--edits", type=int, default=100_000)
    plan = options.parse_args()
    with contextlib.ExitStack() as stack:
        ground = Ground(stack)

        def ask(*words: str) -> Any:
            run = [sys.executable, str(HERE / "pages_together_site.py"), *words]
            return json.loads(subprocess.run(run, env=ground.environment, check=True, text=True, stdout=-1).stdout)

        kept = [measure_typing(ground, ask, plan)] if plan.people else []
        if plan.edits:
            kept += [measure_opening(ground, ask, act, plan.edits) for act in WAYS]
    return 0 if all(kept) else 1


def measure_typing(ground: Any, ask: Any, plan: argparse.Namespace) -> bool:
    """Have people type through our two processes and through a bare relay; say whether the limits are kept."""
    from chat_ground import SITE, free_port

    first = "\n\n".join(f"Paragraph {n} of the draft." for n in range(PARAGRAPHS))
    page = ask("begin", ground.made["slug"], first)
    with ground.ours(2) as side:
        urls = [url.replace("/ws/", f"/ws/pages/{page}/") for url in side.urls]
        before = side.cpu()
        ours = asyncio.run(together(urls, side.plan["cookies"], SITE, plan.people, plan.rate, plan.seconds))
        spent = side.cpu() - before
    stored = ask("text", str(page))
    port = free_port()
    peer = subprocess.Popen(
        [sys.executable, __file__, "relay", str(port), first],
        env=ground.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert peer.stdout and peer.stdout.readline() == "open\n"
        bare = asyncio.run(together([f"ws://127.0.0.1:{port}/"], [], SITE, plan.people, plan.rate, plan.seconds))
    finally:
        peer.terminate()
        peer.wait()
    plain = re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", ours["text"]))
    kept, ratio = re.sub(r"\s+", "", stored) == plain, p95(ours["late"]) / p95(bare["late"])
    print(f"{plan.people} people on two processes typed {ours['sent']} signs; refused: {ours['denied']}")
    print(f"  all documents the same to the byte: {ours['same']}; the database says the same: {kept}")
    for name, one in (("a keystroke reaches the others", ours), ("a bare relay, same clients", bare)):
        print(f"  {name}: p95 {p95(one['late']):.0f} ms, median {statistics.median(one['late']) * 1000:.0f} ms")
    print(
        f"  ours / relay: {ratio:.2f} (limit {TIMES:.0f}); processor time of a sign {spent / ours['sent'] * 1000:.1f} ms"
    )
    return bool(ours["same"] and kept and not ours["denied"] and ratio <= TIMES)


def measure_opening(ground: Any, ask: Any, act: str, edits: int) -> bool:
    """Open a page of many edits and one into which the same text was put at once; say whether the limit is kept."""
    from chat_ground import SITE
    from pages_together_browser import openings as openings_in_browser
    from weight import find_chromium

    chromium = find_chromium()
    if not chromium:
        sys.exit("Chromium is missing: install it, or set CHROMIUM to its path.")
    pages = ask(act, ground.made["slug"], str(edits))
    print(f"opening after {edits:,} edits, {WAYS[act]}, beside the same text put in at once (limit: twice)")
    with ground.ours() as side:
        url, cookie = side.urls[0].replace("/ws/", "/ws/pages/{}/"), side.plan["cookies"][0]
        address, port = f"{SITE}/groups/{ground.made['slug']}/documents/{{}}/write/", urlsplit(side.urls[0]).port or 0
        shown = [openings_in_browser(address.format(one), port, cookie, chromium, OPENINGS) for one in pages]
        alone = [asyncio.run(openings(url.format(one), cookie, SITE)) for one in pages]
    for name, (slow, quick) in (("in Chromium", shown), ("put together alone", alone)):
        print(f"  {name}: {slow * 1000:.0f} ms beside {quick * 1000:.0f} ms; {slow / quick:.2f} times")
    return shown[0] <= 2 * shown[1]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["relay", number, words]:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
            import django

            django.setup()
            from groups.pages.content import opened
            from groups.pages.content.writing import put
            from groups.pages.models import EMPTY_UPDATE

            document = opened(EMPTY_UPDATE)
            put(document, words)
            asyncio.run(relay(int(number), document.get_update()))
        case _:
            sys.exit(main())
