"""The live protocol, frame by frame, from the socket's side."""

import asyncio
import json
import time
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError

from accounts.models import User
from accounts.services import save_preferences
from core.models import Deployment
from core.realtime import limits
from core.realtime.hub import Hub
from discussions.chat import services
from discussions.chat.models import Event, Message, Room, RoomReading
from discussions.chat.services import sending

pytestmark = pytest.mark.django_db(transaction=True)


def key():
    return str(uuid.uuid4())


async def test_hello_comes_first(tab, member):
    socket = await tab(member, hello=False)
    epoch = await sync_to_async(Deployment.current_epoch)()
    assert await socket.open() == {"type": "hello", "user": member.pk, "epoch": epoch, "heartbeat": 25}


async def test_who_is_not_signed_in_is_accepted_and_closed(tab, hub):
    for session in (None, "x" * 32):
        socket = await tab(key=session, hello=False)
        assert await socket.connect() == (True, None)
        assert await socket.close_code() == 4401
    assert not hub.sockets


async def test_only_our_own_pages_open_sockets(tab, member):
    for origin in ("http://evil.example", "null", f"{settings.SITE_URL}.evil.example"):
        socket = await tab(member, hello=False, origin=origin)
        assert (await socket.connect())[0] is False


async def test_other_addresses_are_no_sockets(tab, member):
    socket = await tab(member, hello=False, path="/ws/else/")
    assert (await socket.connect())[0] is False


async def test_a_person_has_at_most_eight_sockets(tab, member, hub):
    for _ in range(settings.SOCKETS_PER_USER):
        await tab(member)
    ninth = await tab(member, hello=False)
    await ninth.connect()
    assert await ninth.close_code() == 1013
    assert len(hub.sockets) == settings.SOCKETS_PER_USER


async def test_join_says_where_the_room_is(tab, member, room):
    socket = await tab(member)
    assert await socket.ask(type="join", room=room.pk) == {"type": "joined", "room": room.pk, "head": 3, "floor": 1}
    assert await socket.silent()


async def test_what_is_missing_follows_the_join_in_order(tab, member, lead, room, asay):
    acks = [await asay(lead, room, f"Message {number}") for number in range(5)]
    await sync_to_async(services.edit_message)(room.pk, acks[0].id, by=lead, key=uuid.uuid4(), base=1, body="Edited")
    await sync_to_async(services.delete_message)(room.pk, acks[1].id, by=lead, key=uuid.uuid4())
    socket = await tab(member)
    assert (await socket.ask(type="join", room=room.pk, since=0))["head"] == 10
    events = await socket.events(10)
    assert [event["seq"] for event in events] == list(range(1, 11))
    assert [event["kind"] for event in events] == ["membership"] * 3 + ["message"] * 5 + ["edited", "deleted"]
    assert [event["message"]["body"] for event in events[3:8]] == ["Edited", "", "Message 2", "Message 3", "Message 4"]
    assert events[9]["message"] == {"id": acks[1].id, "number": 2, "version": 2, "deleted": True}


async def test_a_message_as_others_get_it(joined, member, lead, room, dockers):
    listener, speaker = await joined(member, room), await joined(lead, room)
    one = key()
    await speaker.say(type="send", room=room.pk, key=one, body="Good **morning**")
    ack, _ = await speaker.until("ack")
    frame = await listener.frame()
    (event,) = frame["events"]
    message = await Message.objects.aget()
    assert frame == {
        "type": "events",
        "room": room.pk,
        "events": [
            {
                "seq": 4,
                "kind": "message",
                "message": {
                    "id": message.pk,
                    "number": 1,
                    "version": 1,
                    "key": one,
                    "author": {"id": lead.pk, "name": "Lina Okafor"},
                    "organisation": {"id": dockers.pk, "name": "Dockers’ Federation"},
                    "function": "Coordinator",
                    "body": "Good **morning**",
                    "html": '<p dir="auto">Good <strong>morning</strong></p>',
                    "reply_to": None,
                    "attachments": [],
                    "at": event["message"]["at"],
                },
            }
        ],
    }
    assert ack == {"type": "ack", "room": room.pk, "key": one, "seq": 4, "id": message.pk, "version": 1}


async def test_edit_and_delete_reach_everybody(joined, member, lead, room, asay):
    first = await asay(member, room, "One")
    listener, author = await joined(lead, room), await joined(member, room)
    one = key()
    await author.say(type="edit", room=room.pk, key=one, id=first.id, base=1, body="Two")
    ack, _ = await author.until("ack")
    assert ack == {"type": "ack", "room": room.pk, "key": one, "seq": 5, "id": first.id, "version": 2}
    (edited,) = (await listener.frame())["events"]
    assert (edited["seq"], edited["kind"], edited["message"]["number"]) == (5, "edited", 1)
    assert (edited["message"]["body"], edited["message"]["version"]) == ("Two", 2)
    assert edited["message"]["edited_at"] >= edited["message"]["at"]
    stale = key()
    await author.say(type="edit", room=room.pk, key=stale, id=first.id, base=1, body="Three")
    error, _ = await author.until("error")
    assert error == {
        "type": "error", "code": "conflict", "room": room.pk, "key": stale,
        "id": first.id, "body": "Two", "version": 2,
    }  # fmt: skip
    await author.say(type="delete", room=room.pk, key=key(), id=first.id)
    assert (await author.until("ack"))[0]["seq"] == 6
    assert (await listener.frame())["events"] == [
        {"seq": 6, "kind": "deleted", "message": {"id": first.id, "number": 1, "version": 3, "deleted": True}}
    ]


async def test_a_reply_names_its_parent(joined, member, lead, room, asay):
    parent = await asay(lead, room)
    socket = await joined(member, room)
    await socket.say(type="send", room=room.pk, key=key(), body="Indeed", reply_to=parent.id)
    assert (await socket.events(5))[-1]["message"]["reply_to"] == parent.id


REFUSED = [
    ({"type": "send", "key": "11111111-1111-4111-8111-111111111111", "body": "é" * 8193}, "too_long"),
    ({"type": "send", "key": "11111111-1111-4111-8111-111111111111", "body": " \u0000\u202e"}, "malformed"),
    ({"type": "send", "key": "11111111-1111-4111-8111-111111111111", "body": "x", "reply_to": 99}, "not_found"),
    ({"type": "send", "key": "11111111-1111-4111-8111-111111111111", "body": "x", "as": 99}, "malformed"),
    (
        {"type": "edit", "key": "11111111-1111-4111-8111-111111111111", "body": "x", "id": 9, "base": 1},
        "not_found",
    ),
    ({"type": "delete", "key": "11111111-1111-4111-8111-111111111111", "id": 9}, "not_found"),
]


async def test_refusals_say_which_frame_and_why(joined, member, room):
    socket = await joined(member, room)
    for frame, code in REFUSED:
        error = await socket.ask(room=room.pk, **frame)
        assert (error["type"], error["code"], error["key"], error["room"]) == ("error", code, frame["key"], room.pk)
    assert await Event.objects.filter(room=room).acount() == 3


async def test_who_may_not_write_is_told_so(joined, observer, member, lead, room, asay):
    socket = await joined(observer, room)
    assert (await socket.ask(type="send", room=room.pk, key=key(), body="x"))["code"] == "forbidden"
    foreign = await asay(lead, room)
    socket = await joined(member, room)
    assert (await socket.ask(type="delete", room=room.pk, key=key(), id=foreign.id))["code"] == "forbidden"


async def test_the_pace_is_limited_and_says_when_to_come_back(joined, member, lead, room):
    socket = await joined(member, room)
    one = key()
    frames = [{"type": "send", "room": room.pk, "key": key(), "body": "Again"} for _ in range(20)]
    clock = 0.0
    limits.pace.clock = lambda: clock
    try:
        for frame in frames:
            await socket.say(**frame)
            await socket.until("ack")
        await socket.say(type="send", room=room.pk, key=one, body="x")
        error, _ = await socket.until("error")
        assert error == {"type": "error", "code": "rate_limited", "room": room.pk, "key": one, "retry_after": 1}
        await socket.say(**frames[0])
        assert (await socket.until("ack"))[0]["key"] == frames[0]["key"], "a retry is no new message"
        clock = 1.0
        await socket.say(type="send", room=room.pk, key=one, body="x")
        assert (await socket.until("ack"))[0]["key"] == one
        others = await joined(lead, room)
        await others.say(type="send", room=room.pk, key=key(), body="My own pace")
        await others.until("ack")
    finally:
        limits.pace.clock = time.monotonic


DEEP = '{"type":' + "[" * 30_000 + "]" * 30_000 + "}"


MALFORMED = [
    "",
    "hello",
    "[]",
    "null",
    "7",
    '"join"',
    "{",
    "{}",
    '{"type":7}',
    '{"type":["join"]}',
    '{"type":"join"}',
    '{"type":"join","room":"7"}',
    '{"type":"join","room":true}',
    '{"type":"join","room":7.0}',
    '{"type":"join","room":NaN}',
    '{"type":"join","room":-1}',
    '{"type":"join","room":1e400}',
    '{"type":"join","room":' + "9" * 5000 + "}",
    '{"type":"join","room":9223372036854775808}',
    '{"type":"join","room":1,"room":2}',
    '{"type":"join","room":1,"since":"0"}',
    '{"type":"send","room":1,"key":"1","body":"x"}',
    '{"type":"send","room":1,"key":"zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz","body":"x"}',
    '{"type":"send","room":1,"key":"11111111-1111-4111-8111-111111111111","body":{"x":1}}',
    '{"type":"send","room":1,"key":"11111111-1111-4111-8111-111111111111","body":"\\ud800"}',
    DEEP,
    " " * 65_537,
    '{"type":"join","room":1,"x":"' + "é" * 33_000 + '"}',
]


async def test_a_malformed_frame_is_an_error_and_the_socket_goes_on(tab, member, room, caplog):
    socket = await tab(member)
    for text in MALFORMED:
        await socket.send_input({"type": "websocket.receive", "text": text})
        error = await socket.frame()
        assert (error["type"], error["code"]) == ("error", "malformed"), text[:80]
    await socket.send_to(bytes_data=b'{"type":"join","room":1}')
    assert await socket.frame() == {"type": "error", "code": "malformed"}
    assert (await socket.ask(type="join", room=room.pk))["type"] == "joined"
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "WARNING"}]


async def test_an_unknown_type_is_named_so(tab, member):
    socket = await tab(member)
    one = key()
    assert await socket.ask(type="shout", key=one) == {"type": "error", "code": "unknown_type", "key": one}


async def test_a_locked_room_is_busy_and_nothing_else_waits(joined, member, room, monkeypatch):
    def locked(*args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    socket = await joined(member, room)
    monkeypatch.setattr(sending, "locking", locked)
    error = await socket.ask(type="send", room=room.pk, key=key(), body="x")
    assert error["code"] == "busy" and error["retry_after"] >= 1
    monkeypatch.undo()
    await socket.say(type="send", room=room.pk, key=error["key"], body="x")
    assert (await socket.until("ack"))[0]["key"] == error["key"]


@pytest.fixture(params=["stranger", "outsider", "secretariat"])
def foreigner(request):
    """Somebody who takes no part in the group."""
    return request.getfixturevalue(request.param)


async def test_a_foreign_room_looks_like_none(tab, room, foreigner, asay, lead):
    message = await asay(lead, room)
    socket = await tab(foreigner)
    for number in (room.pk, 4711):
        frames = [
            {"type": "join", "room": number},
            {"type": "join", "room": number, "since": 0},
            {"type": "send", "room": number, "key": key(), "body": "x"},
            {"type": "edit", "room": number, "key": key(), "id": message.id, "base": 1, "body": "x"},
            {"type": "delete", "room": number, "key": key(), "id": message.id},
            {"type": "read", "room": number, "seq": 1},
        ]
        for frame in frames:
            answer = await socket.ask(**frame)
            assert (answer["type"], answer["code"]) == ("error", "not_found"), frame
        await socket.say(type="typing", room=number)
        assert await socket.silent()
    await sync_to_async(room.refresh_from_db)()
    assert room.last_seq == 4


async def test_leaving_ends_what_follows(joined, member, lead, room, asay, hub):
    socket = await joined(member, room)
    await socket.say(type="leave", room=room.pk)
    await socket.say(type="leave", room=room.pk)
    await asay(lead, room)
    assert await socket.silent()
    assert not hub.topics


async def test_reading_is_noted_and_never_goes_back(joined, member, lead, room, asay):
    for _ in range(3):
        await asay(lead, room)
    socket = await joined(member, room)
    await socket.say(type="read", room=room.pk, seq=5)
    await socket.say(type="read", room=room.pk, seq=4)
    async with asyncio.timeout(10):
        while not await RoomReading.objects.filter(room=room, user=member, last_seq=5).aexists():
            await asyncio.sleep(0.05)
    assert await socket.silent()
    reading = await RoomReading.objects.aget(room=room, user=member)
    assert (reading.last_seq, reading.last_number) == (5, 2)


async def test_heads_tell_how_far_rooms_are(member, room, lead, joined, asay, transactional_db):
    hub = Hub(heartbeat=1, poll=3600)
    socket = await joined(member, room, hub=hub)
    await asay(lead, room)
    frame, before = await socket.until("heads")
    assert frame == {"type": "heads", "rooms": {str(room.pk): 4}}
    assert [event["seq"] for frame in before for event in frame["events"]] == [4]


async def test_a_false_bell_hides_no_true_one(joined, member, lead, room, say, hub, monkeypatch):
    listener = await joined(member, room)
    topic, entries = hub.topics[room.pk], hub.rooms.entries

    def while_something_is_said(number, after, limit):
        found = entries(number, after, limit)
        if not found:
            monkeypatch.undo()
            rings, deadline = topic.rings, time.monotonic() + 5
            say(lead, room, "Good morning")
            while topic.rings == rings and time.monotonic() < deadline:
                time.sleep(0.01)
        return found

    monkeypatch.setattr(hub.rooms, "entries", while_something_is_said)
    hub.fanout.rang(room.pk, topic.head + 50)

    (event,) = await listener.events(upto=topic.head + 1)
    assert event["message"]["body"] == "Good morning"


async def test_another_epoch_or_too_much_is_a_reset(tab, member, room, monkeypatch):
    socket = await tab(member)
    reset = {"type": "reset", "room": room.pk}
    assert await socket.ask(type="join", room=room.pk, since=1, epoch="an older one") == reset
    assert await socket.ask(type="join", room=room.pk, since=4) == reset, "ahead of us: a restore"
    await Room.objects.filter(pk=room.pk).aupdate(last_seq=1004)
    assert await socket.ask(type="join", room=room.pk, since=3) == reset
    epoch = await sync_to_async(Deployment.current_epoch)()
    assert (await socket.ask(type="join", room=room.pk, since=1004, epoch=epoch))["type"] == "joined"


async def test_history_from_joining(tab, lead, room, asay, supply_chains, make_insider):
    before = await asay(lead, room, "canary")
    newcomer = await sync_to_async(make_insider)(supply_chains)
    await sync_to_async(type(supply_chains).objects.filter(pk=supply_chains.pk).update)(history="from-joining")
    socket = await tab(newcomer)
    answer = await socket.ask(type="join", room=room.pk, since=0)
    assert answer == {"type": "joined", "room": room.pk, "head": 5, "floor": 5}
    assert [event["kind"] for event in await socket.events(5)] == ["membership"]
    edit = sync_to_async(services.edit_message)
    await edit(room.pk, before.id, by=lead, key=uuid.uuid4(), base=1, body="canary again")
    await asay(lead, room, "Welcome")
    events = await socket.events(7)
    assert events[0] == {"seq": 6, "kind": "hidden"}
    assert events[1]["message"]["body"] == "Welcome"
    assert "canary" not in json.dumps(events)


async def test_typing_and_presence_only_of_those_who_allow_it(joined, member, lead, observer, room):
    lead.shows_presence = True
    await lead.asave()
    watcher = await joined(observer, room)
    quiet = await joined(member, room)
    assert await watcher.silent(), "nobody is shown who has not allowed it"
    shown = await joined(lead, room)
    people = [{"id": lead.pk, "name": "Lina Okafor"}]
    assert await watcher.frame() == {"type": "presence", "room": room.pk, "people": people}
    await quiet.say(type="typing", room=room.pk)
    await shown.say(type="typing", room=room.pk)
    assert await watcher.frame() == {"type": "typing", "room": room.pk, "person": people[0]}
    late = await joined(member, room)
    assert await late.frame() == {"type": "presence", "room": room.pk, "people": people}
    await sync_to_async(save_preferences)(lead, shows_presence=False)
    assert await watcher.frame() == {"type": "presence", "room": room.pk, "people": []}
    await shown.say(type="typing", room=room.pk)
    assert await watcher.silent(), "nobody is seen any longer than they wish"
    await sync_to_async(save_preferences)(lead, shows_presence=True)
    assert await watcher.frame() == {"type": "presence", "room": room.pk, "people": people}
    await shown.say(type="leave", room=room.pk)
    assert await watcher.frame() == {"type": "presence", "room": room.pk, "people": []}


async def test_who_asks_for_the_room_again_is_shown_again_who_is_there(joined, lead, member, room):
    await User.objects.filter(pk=lead.pk).aupdate(shows_presence=True)
    hers = await joined(lead, room)
    shown = {"type": "presence", "room": room.pk, "people": [{"id": lead.pk, "name": "Lina Okafor"}]}
    assert await hers.frame() == shown
    his = await joined(member, room)
    assert await his.frame() == shown
    for socket in (hers, his):
        assert (await socket.ask(type="join", room=room.pk))["type"] == "joined"
        assert await socket.frame() == shown
        assert await socket.silent()


async def test_before_a_stop_every_socket_is_told_when_to_come_back(joined, member, lead, room, hub):
    sockets = [await joined(member, room), await joined(lead, room)]
    await hub.take_leave()
    for socket in sockets:
        frame = await socket.frame()
        assert frame["type"] == "restart" and 1 <= frame["retry_after"] <= 20


async def test_a_mention_reads_as_a_name(joined, member, lead, room, stranger):
    socket = await joined(member, room)
    await socket.say(type="send", room=room.pk, key=key(), body=f"@[{lead.pk}] and @[{stranger.pk}]")
    (event,) = await socket.events(4)
    assert "@Lina Okafor" in event["message"]["html"]
    assert "Sana" not in event["message"]["html"]


async def test_who_is_mentioned_is_told_how_many_notices_wait(tab, joined, member, lead, room):
    elsewhere, writer = await tab(lead), await joined(member, room)
    await writer.say(type="send", room=room.pk, key=key(), body="@Lina Okafor, look")
    assert await elsewhere.frame() == {"type": "notice", "unread": 1, "conversations": 0}
    await writer.say(type="send", room=room.pk, key=key(), body="@Lina Okafor, look again")
    assert await elsewhere.frame() == {"type": "notice", "unread": 2, "conversations": 0}
