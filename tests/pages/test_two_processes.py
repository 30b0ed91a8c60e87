"""One page, two processes: three people write at once, one is away for a while, and all have one text, the database too."""

import asyncio
import json

import pytest
from pycrdt import Doc
from websockets.asyncio.client import connect

from groups.pages import protocol
from groups.pages.content.tree import root_of
from groups.pages.protocol import STEP_1, STEP_2, UPDATE, Sync, clocks
from tests.processes.site import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]

PATIENCE = 30
TIMES = 25


class Writer:
    """One person's browser: the document stays with it while the line is down."""

    def __init__(self, door, page, session, line):
        self.door, self.page, self.session, self.line = door, page, session, line
        self.doc, self.socket = Doc(), None
        self.root = root_of(self.doc)
        self.denied = []

    async def come(self):
        headers = {"Cookie": f"{self.door.cookies}session={self.session}", **self.door.headers()}
        self.socket = await connect(
            f"ws://{self.door.origin.partition('://')[2]}/ws/pages/{self.page}/",
            host="127.0.0.1",
            port=self.door.port,
            origin=self.door.origin,
            additional_headers=headers,
            proxy=None,
        )
        self.synced = asyncio.Event()
        self.reading = asyncio.create_task(self._read())
        await self.send(STEP_1, self.doc.get_state())
        await asyncio.wait_for(self.synced.wait(), PATIENCE)

    async def leave(self):
        socket, self.socket = self.socket, None
        await socket.close()
        await self.reading

    async def send(self, step, data):
        await self.socket.send(protocol.sync(step, data))

    async def _read(self):
        async for frame in self.socket:
            if isinstance(frame, str):
                self.denied += [frame] if json.loads(frame)["type"] == "denied" else []
                continue
            match protocol.parse(frame):
                case Sync(step, data) if step == STEP_1:
                    await self.send(STEP_2, self.doc.get_update(data))
                case Sync(step, data):
                    self.doc.apply_update(data)
                    if step == STEP_2:
                        self.synced.set()

    async def type(self, letter):
        """Write a letter at the end of one's line, and send it where there is a line to send it by."""
        before = self.doc.get_state()
        text = self.root.children[self.line].children[0]
        text.insert(len(text), letter)
        if self.socket:
            await self.send(UPDATE, self.doc.get_update(before))


async def agree(writers):
    """Wait until all have written and read the same."""
    async with asyncio.timeout(PATIENCE):
        while len({str(sorted(clocks(one.doc.get_state()).items())) for one in writers}) > 1:
            await asyncio.sleep(0.05)
    assert len({str(one.root) for one in writers}) == 1


@pytest.fixture
def site(services, tmp_path):
    with Site(tmp_path, **services) as site:
        site.migrate()
        yield site


async def test_three_write_at_once_and_the_one_who_was_away_brings_what_they_wrote(site):
    made = site.ask("make", people=3)
    page = site.ask("begin_page", made["slug"], made["people"][0]["id"], "one\n\ntwo\n\nthree\n")
    doors = [site.door(site.start("sockets")) for _process in range(2)]
    writers = [Writer(doors[n % 2], page, person["session"], line=n) for n, person in enumerate(made["people"])]
    for one in writers:
        await one.come()

    async def all_type():
        for _ in range(TIMES):
            await asyncio.gather(*(one.type(letter) for one, letter in zip(writers, "xyz", strict=True)))

    await all_type()
    await agree(writers)
    away = writers[2]
    await away.leave()
    await all_type()
    await agree(writers[:2])
    assert str(writers[0].root).count("z") == TIMES
    await away.come()
    await all_type()
    await agree(writers)

    lines = [word + letter * 3 * TIMES for word, letter in zip(("one", "two", "three"), "xyz", strict=True)]
    assert site.ask("page_says", page) == "\n\n".join(lines) + "\n"
    assert [one.denied for one in writers] == [[], [], []]
    for one in writers:
        await one.leave()
