"""Pages of a group, and the sockets through which they are written."""

import contextlib
import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from pycrdt import Doc, XmlElement, XmlText

from core.realtime import bell
from core.realtime.origins import ExactOrigins
from groups.pages import protocol
from groups.pages.content import opened
from groups.pages.content.from_markdown import parsed
from groups.pages.content.tree import root_of
from groups.pages.live import PageEndpoint, PageHub
from groups.pages.protocol import STEP_1, STEP_2, UPDATE, Aware, State, Sync
from groups.pages.services import Write, append, content_of, create_page
from groups.standing import Standing
from tests.chat.conftest import aend, end, sign_in  # noqa: F401 - fixtures of the same people leaving

PATIENCE = 20


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Files of a test lie in its own folder."""
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }


@pytest.fixture(autouse=True)
def _calm():
    """Nobody starts a test with another test's layer and loop."""
    channel_layers.backends.clear()
    yield
    bell.serve_from(None)


@pytest.fixture
def begin(supply_chains):
    """Begin a page in somebody's name."""

    def make(person, title="Terms of reference", text="# Purpose\n\nTo agree.\n", group=supply_chains, **more):
        by = Standing.of(person, group).speak()
        return create_page(group, by=by, key=uuid.uuid4(), title=title, blocks=parsed(text), **more)

    return make


@pytest.fixture
def page(begin, member):
    """A page of the member's with two blocks."""
    return begin(member)


class Editor(WebsocketCommunicator):
    """One browser with a page open: it keeps a document of its own, as Yjs does there."""

    doc: Doc
    said: list
    where: dict

    async def open(self):
        """Open the socket, say what one has and take what one lacks."""
        self.doc, self.said, self.where = Doc(), [], {}
        root_of(self.doc)
        connected, _ = await self.connect(timeout=PATIENCE)
        assert connected
        await self.sync()
        return self

    async def sync(self):
        await self.send(STEP_1, self.doc.get_state())
        await self.until(lambda: self.is_synced)

    async def send(self, step, data):
        await self.send_to(bytes_data=protocol.sync(step, data))

    is_synced = False

    async def take(self):
        """Take one message."""
        message = await self.receive_output(timeout=PATIENCE)
        if message["type"] == "websocket.close":
            self.said.append({"type": "closed", "code": message.get("code", 1000)})
        elif message.get("text") is not None:
            self.said.append(json.loads(message["text"]))
        else:
            await self.read(protocol.parse(message["bytes"]))

    async def read(self, message):
        match message:
            case Sync(step, data) if step == STEP_1:
                await self.send(STEP_2, self.doc.get_update(data))
            case Sync(step, data):
                self.doc.apply_update(data)
                self.is_synced = self.is_synced or step == STEP_2
            case Aware(states):
                self.where.update({one.client: one.said for one in states})

    async def until(self, done):
        while not done():
            await self.take()

    async def told(self, kind):
        """Return the next word of this kind."""
        await self.until(lambda: any(one["type"] == kind for one in self.said))
        found = next(one for one in self.said if one["type"] == kind)
        self.said.remove(found)
        return found

    def type(self, text, tag="paragraph"):
        """Write a block at the end, and return the change."""
        before = self.doc.get_state()
        block = root_of(self.doc).children.append(XmlElement(tag))
        block.children.append(XmlText(text))
        return self.doc.get_update(before)

    async def write(self, text, **more):
        """Write a block at the end and wait until it is saved."""
        await self.send(UPDATE, self.type(text, **more))
        return await self.told("saved")

    async def point(self, client=7, clock=1, **said):
        await self.send_to(bytes_data=protocol.aware([State(client, clock, said or None)]))

    @property
    def text(self):
        return str(root_of(self.doc))

    async def silent(self, seconds=0.4):
        return await self.receive_nothing(timeout=seconds, interval=0.02)


@pytest.fixture
async def page_hub(transactional_db):
    """This process's hub; it does not poll unless the test says so."""
    return PageHub(poll=3600)


@pytest.fixture
async def editor(page_hub):
    """Open pages for people; they are closed at the end."""
    opened = []

    async def make(person, page, *, hub=page_hub, key=None, origin=None, path=None, ready=True):
        key = key or (await sync_to_async(sign_in)(person) if person else "")
        headers = [(b"origin", (origin or settings.SITE_URL).encode())]
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
        socket = Editor(ExactOrigins(PageEndpoint(hub)), path or f"/ws/pages/{page.pk}/", headers=headers)
        opened.append(socket)
        return await socket.open() if ready else socket

    yield make
    for socket in opened:
        with contextlib.suppress(BaseException):
            await socket.disconnect()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def put_in():
    """Write a paragraph with marks into a page, as somebody's change."""

    def make(page, person, text, marks):
        doc = opened(content_of(page.pk)[1])
        before = doc.get_state()
        block = root_of(doc).children.append(XmlElement("paragraph"))
        block.children.append(XmlText("")).insert(0, text, marks)
        (outcome,) = append(page.pk, [Write(person.pk, None, doc.get_update(before))])
        assert outcome.seq

    return make
