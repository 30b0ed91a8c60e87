"""Sockets as a browser opens them: with the session cookie and the site's origin."""

import asyncio
import contextlib
import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections, transaction
from django.utils import timezone

from core.events import publish
from core.realtime import bell, limits
from core.realtime.hub import Hub
from core.realtime.origins import ExactOrigins
from core.realtime.sockets import SocketEndpoint
from discussions.chat import services
from discussions.chat.models import Room
from groups.events import ParticipantEnded
from groups.models import Participant

PATIENCE = 20


@pytest.fixture(autouse=True)
def _calm():
    """Nobody starts a test out of breath, or with another test's layer and loop."""
    limits.pace.forget()
    channel_layers.backends.clear()
    yield
    bell.serve_from(None)


@pytest.fixture
def room(supply_chains):
    """The main room of the group."""
    return Room.objects.get(group=supply_chains)


@pytest.fixture
def say():
    """Say something in a room, as somebody."""

    def send(person, room, body="Good morning", **more):
        limits.pace.forget()
        return services.send_message(room.pk, by=person, key=more.pop("key", None) or uuid.uuid4(), body=body, **more)

    return send


@pytest.fixture
def asay(say):
    """The same from a test that runs on the event loop."""
    return sync_to_async(say)


@pytest.fixture
def end():
    """End somebody's part in a group, as groups does it."""

    def ending(person, group, reason="removed"):
        with transaction.atomic():
            for seat in Participant.objects.taking_part().filter(user=person, membership__group=group):
                seat.ended_at = timezone.now()
                seat.save()
                publish(ParticipantEnded(seat, reason))

    return ending


@pytest.fixture
def aend(end):
    """The same from a test that runs on the event loop."""
    return sync_to_async(end)


def sign_in(person):
    """Make a session of the person's, as signing in does, and return its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


class Tab(WebsocketCommunicator):
    """One tab's socket."""

    session_key = ""
    # While it is set, the client takes nothing of what is sent.
    stuck = False

    async def open(self):
        """Open the socket and return the hello."""
        connected, _ = await self.connect(timeout=PATIENCE)
        assert connected
        return await self.frame()

    async def say(self, **frame):
        await self.send_to(text_data=json.dumps(frame))

    async def frame(self):
        return json.loads(await self.receive_from(timeout=PATIENCE))

    async def ask(self, **frame):
        """Send a frame and return the next that comes."""
        await self.say(**frame)
        return await self.frame()

    async def until(self, kind):
        """Return the next frame of the kind, and everything before it."""
        before = []
        while True:
            frame = await self.frame()
            if frame["type"] == kind:
                return frame, before
            before.append(frame)

    async def events(self, upto):
        """Return every event up to a `seq`, as it comes."""
        found = []
        while not found or found[-1]["seq"] < upto:
            frame, _ = await self.until("events")
            found += frame["events"]
        return found

    async def close_code(self):
        """Return the code with which the server closes."""
        while True:
            message = await self.receive_output(timeout=PATIENCE)
            if message["type"] == "websocket.close":
                return message.get("code", 1000)

    async def silent(self, seconds=0.3):
        return await self.receive_nothing(timeout=seconds, interval=0.02)


@pytest.fixture
async def hub(transactional_db):
    """This process's hub; it does not poll unless the test says so."""
    return Hub(poll=3600)


@pytest.fixture
async def tab(hub):
    """Open sockets for people; they are closed at the end."""
    opened = []

    async def make(person=None, *, key=None, hub=hub, path="/ws/", origin=None, hello=True):
        if person is not None and key is None:
            key = await sync_to_async(sign_in)(person)
        headers = [(b"origin", (origin or settings.SITE_URL).encode())]
        if key:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
        endpoint = ExactOrigins(SocketEndpoint(hub))

        async def application(scope, receive, send):
            async def at_the_readers_pace(message):
                while message["type"] == "websocket.send" and socket.stuck:
                    await asyncio.sleep(0.01)
                await send(message)

            await endpoint(scope, receive, at_the_readers_pace)

        socket = Tab(application, path, headers=headers)
        socket.session_key = key
        opened.append(socket)
        if hello:
            assert (await socket.open())["type"] == "hello"
        return socket

    yield make
    for socket in opened:
        # A socket that a test waited for in vain is cancelled. Raised here, that would keep the database from being
        # emptied, and every test after this one would fail as well.
        with contextlib.suppress(asyncio.CancelledError):
            await socket.disconnect()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def joined(tab):
    """Open a socket that follows a room."""

    async def make(person, room, **more):
        since = more.pop("since", None)
        socket = await tab(person, **more)
        answer = await socket.ask(type="join", room=room.pk, **({} if since is None else {"since": since}))
        assert answer["type"] == "joined"
        return socket

    return make
