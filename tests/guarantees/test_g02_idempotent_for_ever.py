"""G2. A key carries one act, for ever.

However often an act is sent, by whichever socket or by HTTP, through whichever process, today or years later, it happens once
and every sending is answered alike. The same key with anything else is a conflict, and nothing changes.
"""

import asyncio
import itertools
import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import Client

from core.errors import Conflict
from core.realtime import limits
from core.realtime.hub import Hub
from discussions.chat import services
from discussions.chat.models import Event, Message, Room
from tests.chaos.client import until
from tests.chaos.records import read_logs
from tests.guarantees.conftest import size

COPIES = size(60, 200)
WAYS = 8


def by_http(person, room, frame):
    """Send it by HTTP until it is answered by an outcome, as a client does; return the outcome."""
    client = Client()
    client.force_login(person)
    try:
        while True:
            limits.pace.forget()
            answer = client.post(
                f"/groups/{room.group.slug}/chat/{room.pk}/messages",
                json.dumps({name: value for name, value in frame.items() if name not in ("type", "room")}),
                content_type="application/json",
            )
            if answer.status_code not in (429, 503):
                return answer.json()
    finally:
        connection.close()


async def by_socket(socket, frame):
    """Send it by a socket until it is answered by an outcome; return the outcome."""
    while True:
        await socket.say(**frame)
        answer = await socket.frame()
        while answer["type"] not in ("ack", "error"):
            answer = await socket.frame()
        if answer.get("code") not in ("rate_limited", "busy"):
            return answer
        limits.pace.forget()


def everything():
    """What the tables of the room hold."""
    return [list(model.objects.order_by("pk").values()) for model in (Room, Message, Event)]


async def test_all_copies_at_once_by_every_way_are_one_message(joined, member, room, hub):
    frame = {"type": "send", "room": room.pk, "key": str(uuid.uuid4()), "body": "Once"}
    sockets = [await joined(member, room, hub=one) for one in (hub, Hub(poll=3600)) for _ in range(WAYS // 2)]

    async def over_and_over(send, *arguments):
        return [await send(*arguments) for _ in range(-(-COPIES // (2 * WAYS)))]

    ways = [over_and_over(by_socket, socket, frame) for socket in sockets]
    ways += [over_and_over(asyncio.to_thread, by_http, member, room, frame) for _ in range(WAYS)]
    answers = list(itertools.chain(*await asyncio.gather(*ways)))

    message = await Message.objects.aget()
    expected = {"room": room.pk, "key": frame["key"], "seq": 4, "id": message.pk, "version": 1}
    assert answers == [{"type": "ack", **expected}] * len(answers)
    assert len(answers) >= COPIES


@pytest.mark.parametrize("later", [{"hours": 25}, {"days": 400}, {"hours": -2}], ids=str)
async def test_a_day_a_year_and_a_change_of_everything_later_the_answer_is_the_same(
    joined, tab, member, lead, room, asay, aend, supply_chains, clock, later
):
    frame = {"type": "send", "room": room.pk, "key": str(uuid.uuid4()), "body": "Once"}
    ack = await by_socket(await joined(member, room), frame)
    edit = sync_to_async(services.edit_message)
    await edit(room.pk, ack["id"], by=member, key=uuid.uuid4(), base=1, body="Edited since")
    for number in range(3):
        await asay(lead, room, f"Said since {number}")
    clock(**later)
    assert await by_socket(await tab(member), frame) == ack
    assert await asyncio.to_thread(by_http, member, room, frame) == ack

    await aend(member, supply_chains)
    assert await by_socket(await tab(member), frame) == ack, "also to who has lost the room since"
    assert await asyncio.to_thread(by_http, member, room, frame) == ack
    assert await Message.objects.filter(author=member).acount() == 1


async def test_the_same_key_with_anything_else_is_a_conflict_and_changes_nothing(
    joined, member, lead, room, asay, supply_chains
):
    second = await sync_to_async(services.open_room)(supply_chains, by=lead, name="Drafting")
    parent = await asay(lead, room, "A question")
    socket = await joined(member, room)
    frame = {"type": "send", "room": room.pk, "key": str(uuid.uuid4()), "body": "Once"}
    ack = await by_socket(socket, frame)
    before = await sync_to_async(everything)()
    others = [
        frame | {"body": "Twice"},
        frame | {"reply_to": parent.id},
        frame | {"room": second.pk},
        frame | {"type": "edit", "id": ack["id"], "base": 1},
        frame | {"type": "delete", "id": ack["id"]},
    ]
    for other in others:
        answer = await by_socket(socket, other)
        assert (answer["code"], answer["key"]) == ("conflict", frame["key"]), other
        assert {"id": ack["id"], "body": "Once", "version": 1}.items() <= answer.items()
    for other in others[:2]:
        answer = await asyncio.to_thread(by_http, member, room, other)
        assert (answer["code"], answer["body"]) == ("conflict", "Once")
    assert await sync_to_async(everything)() == before
    assert await by_socket(socket, frame) == ack


@pytest.mark.parametrize("act", ["edit", "delete"])
async def test_edits_and_deletions_happen_once_as_well(joined, member, room, asay, act):
    first = await asay(member, room, "One")
    frame = {"type": act, "room": room.pk, "key": str(uuid.uuid4()), "id": first.id}
    if act == "edit":
        frame |= {"base": 1, "body": "Two"}
    sockets = [await joined(member, room) for _ in range(WAYS)]
    answers = await asyncio.gather(*(by_socket(socket, frame) for socket in sockets))
    expected = {"type": "ack", "room": room.pk, "key": frame["key"], "seq": 5, "id": first.id, "version": 2}
    assert answers == [expected] * WAYS
    assert await Event.objects.filter(key=frame["key"]).acount() == 1


def test_keys_are_each_persons_own(room, say, member, lead):
    one = uuid.uuid4()
    first = say(member, room, "Once", key=one)
    assert say(lead, room, "Once", key=one).id != first.id


def test_a_key_tells_nothing_of_the_words_of_others(room, say, lead, member):
    foreign = say(member, room, "canary")
    one = uuid.uuid4()
    services.delete_message(room.pk, foreign.id, by=lead, key=one)
    with pytest.raises(Conflict) as refused:
        say(lead, room, "Something", key=one)
    assert refused.value.current is None


@pytest.mark.services
@pytest.mark.slow
async def test_two_processes_and_one_that_starts_later_answer_alike(stage):
    """One act by three tabs, on either process and by HTTP, and once more after both processes were killed."""
    frame = {"type": "send", "key": str(uuid.uuid4()), "body": "Once"}
    async with stage.play(people=2, clients=False) as play:
        first, second = ([door] for door in stage.doors)
        tabs = [play.join(0, doors=first), play.join(0, doors=second), play.join(0, doors=second, sockets=False)]
        play.join(1)
        await until(lambda: all(tab.is_ready for tab in tabs))
        for tab in tabs:
            tab._add(frame)
        await until(lambda: all(tab.is_done for tab in tabs))
        for number, process in enumerate(stage.sockets):
            process.kill()
            await asyncio.to_thread(stage.again, number)
        late = play.join(0, doors=first)
        await until(lambda: late.is_ready, within=90)
        late._add(frame)
        await play.settle(within=90)
    assert play.broken() == []
    acks = [line for _, line in read_logs(play.history.folder).lines if line["what"] == "ack"]
    assert len(acks) >= 4
    assert len({(line["key"], line["seq"], line["id"], line["version"]) for line in acks}) == 1
