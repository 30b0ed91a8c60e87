"""G11. Where history begins with joining, nothing from before reaches a newcomer, by no path.

Three messages stand at the border: the last one before it, one exactly at it, and one after. Each path shows the last two and
nothing of the first.
"""

import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from core.realtime import limits
from core.realtime.frames import IDENTIFIER
from discussions.chat import services
from discussions.chat.models import Message, RoomReading
from groups.models import Group

NAMES = ("before", "at", "after")
FRAMES = import_string(settings.FRAMES)


@pytest.fixture
def border(supply_chains, room, make_insider, say, lead, end):
    """A newcomer who leads, and three messages at the border of what they may see; each names them and is answered."""
    newcomer = make_insider(supply_chains, "Nora Newcomer", role="lead")
    said = {name: say(lead, room, f"kestrel-{name} @Nora Newcomer") for name in NAMES}
    for ack in said.values():
        say(lead, room, "An answer", reply_to=ack.id)
    Group.objects.filter(pk=supply_chains.pk).update(history="from-joining")
    RoomReading.objects.filter(room=room, user=newcomer).update(floor=said["at"].seq)
    room.refresh_from_db()
    return newcomer, {name: Message.objects.get(pk=ack.id) for name, ack in said.items()}


def seen_in(text):
    """Return whose words stand in a text."""
    return [name for name in NAMES if f"kestrel-{name}" in text]


ADDRESSES = {
    "the page": lambda room, message: f"/groups/supply-chains/chat/?from={1}",
    "the newest page": lambda room, message: "/groups/supply-chains/chat/",
    "scrolling back": lambda room, message: f"/groups/supply-chains/chat/?before={message.number + 3}",
    "the log": lambda room, message: f"/groups/supply-chains/chat/{room.pk}/events?since=0",
    "the log backwards": lambda room, message: (
        f"/groups/supply-chains/chat/{room.pk}/events?before={room.last_seq + 1}"
    ),
    "notices": lambda room, message: "/notifications/",
}


@pytest.mark.parametrize("path", ADDRESSES)
def test_pages_and_requests_begin_at_the_border(path, border, room, signed_in):
    newcomer, messages = border
    text = signed_in(newcomer).get(ADDRESSES[path](room, messages["after"])).content.decode()
    # Notices of one room are told together, by the newest of them.
    assert seen_in(text) == (["after"] if path == "notices" else ["at", "after"])


def test_a_link_to_a_message_and_an_answer_to_it_show_it_from_the_border_on(border, room, signed_in):
    newcomer, messages = border
    client = signed_in(newcomer)
    for name, message in messages.items():
        page = client.get(f"/groups/supply-chains/chat/?from={message.number}").content.decode()
        assert (f'id="message-{message.number}"' in page) == (name != "before"), name
        page = client.get(f"/groups/supply-chains/chat/?reply={message.number}")
        assert (page.context["answering"] is not None) == (name != "before"), name


def test_an_answer_shows_nothing_of_what_it_answers(border, room, signed_in):
    newcomer, _ = border
    page = signed_in(newcomer).get("/groups/supply-chains/chat/").content.decode()
    assert "a message from before you joined" in page
    assert page.count("kestrel-at") == page.count("kestrel-after") == 2, "in itself and in its answer's quotation"


def test_searching_finds_from_the_border_on(border, signed_in):
    newcomer, _ = border
    client = signed_in(newcomer)
    for name in NAMES:
        page = client.get(f"/search/?q=kestrel-{name}")
        found = page.context["hits"]
        assert not found or name != "before"


async def test_a_socket_begins_at_the_border_whatever_it_asks(border, room, tab):
    newcomer, messages = border
    socket = await tab(newcomer)
    for since in (0, messages["before"].seq - 1, messages["before"].seq):
        joined = await socket.ask(type="join", room=room.pk, since=since)
        assert joined["floor"] == messages["at"].seq
        events = await socket.events(room.last_seq)
        assert events[0]["seq"] == messages["at"].seq
        assert seen_in(json.dumps(events)) == ["at", "after"]


@pytest.mark.parametrize("act", ["edit", "delete"])
async def test_what_becomes_of_the_message_is_told_from_the_border_on(act, border, room, joined, lead):
    newcomer, messages = border
    socket = await joined(newcomer, room)
    for name, message in messages.items():
        if act == "edit":
            work, more = services.edit_message, {"base": 1, "body": f"kestrel-{name} again"}
        else:
            work, more = services.delete_message, {}
        limits.pace.forget()
        ack = await sync_to_async(work)(room.pk, message.pk, by=lead, key=uuid.uuid4(), **more)
        (event,) = await socket.events(ack.seq)
        client = Client()
        await sync_to_async(client.force_login)(newcomer)
        page = await sync_to_async(client.get)(f"/groups/supply-chains/chat/{room.pk}/events?since={ack.seq - 1}")
        assert page.json()["events"] == [event]
        if name == "before":
            assert event == {"seq": ack.seq, "kind": "hidden"}
        else:
            assert event["message"]["id"] == message.pk


ABOUT_A_MESSAGE = [
    (name, field)
    for name, frame in FRAMES.items()
    for field, kind in frame.fields.items()
    if field in ("id", "reply_to") and (kind is IDENTIFIER or field == "reply_to")
]


@pytest.mark.parametrize(("name", "field"), ABOUT_A_MESSAGE)
async def test_every_frame_about_the_message_finds_it_from_the_border_on(name, field, border, room, joined):
    newcomer, messages = border
    socket = await joined(newcomer, room)
    # What each frame may need besides; those it does not know it ignores.
    frame = {"type": name, "room": room.pk, "body": "x", "base": 1, "emoji": "👍", "on": True}
    answers = {}
    for place, message in [*messages.items(), ("absent", None)]:
        await socket.say(**frame, key=str(uuid.uuid4()), **{field: message.pk if message else 10**9})
        answer = await socket.frame()
        while answer["type"] == "events":
            answer = await socket.frame()
        answers[place] = answer.get("code", answer["type"])
    assert answers["before"] == answers["absent"] == "not_found"
    assert answers["at"] == answers["after"] != "not_found", answers


async def test_joining_sets_the_border(room, supply_chains, make_insider, asay, lead, joined):
    await Group.objects.filter(pk=supply_chains.pk).aupdate(history="from-joining")
    before = await asay(lead, room, "kestrel-before")
    newcomer = await sync_to_async(make_insider)(supply_chains)
    after = await asay(lead, room, "kestrel-after")
    socket = await joined(newcomer, room, since=0)
    events = await socket.events(after.seq)
    assert [(event["seq"], event["kind"]) for event in events] == [
        (before.seq + 1, "membership"),
        (after.seq, "message"),
    ]
