"""G12. Everybody in a room sees the same things in the same order, and no answer before what it answers."""

import asyncio
import random
import uuid

import pytest
from asgiref.sync import sync_to_async

from core.realtime import limits
from core.realtime.hub import Hub
from discussions.chat.models import Event
from tests.guarantees.conftest import size

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 20
EACH = size(4, 40)


async def talk(socket, room, chance):
    """Say something now and then, as an answer to something that was seen; return everything that came."""
    events = []
    for number in range(EACH):
        await asyncio.sleep(chance.uniform(0, 0.05))
        seen = [event["message"]["id"] for event in events if "message" in event]
        limits.pace.forget()
        answered = {"reply_to": chance.choice(seen)} if seen else {}
        await socket.say(type="send", room=room.pk, key=str(uuid.uuid4()), body=f"Word {number}", **answered)
        _, before = await socket.until("ack")
        events += [event for frame in before for event in frame["events"]]
    return events


async def test_twenty_who_talk_at_once_see_one_order(joined, room, hub, make_insider, supply_chains):
    people = [await sync_to_async(make_insider)(supply_chains, f"Person {number}") for number in range(PEOPLE)]
    begun = await Event.objects.filter(room=room).acount()
    hubs = [hub, Hub(poll=1)]
    sockets = [await joined(person, room, hub=hubs[place % 2]) for place, person in enumerate(people)]
    chance = random.Random(12)
    logs = await asyncio.gather(*(talk(socket, room, random.Random(chance.random())) for socket in sockets))
    head = begun + PEOPLE * EACH
    for socket, log in zip(sockets, logs, strict=True):
        if not log or log[-1]["seq"] < head:
            log += await socket.events(head)

    assert [event["seq"] for event in logs[0]] == list(range(begun + 1, head + 1))
    for log in logs[1:]:
        assert log == logs[0]
    said = set()
    for event in logs[0]:
        parent = event["message"]["reply_to"]
        assert parent is None or parent in said, "an answer came before what it answers"
        said.add(event["message"]["id"])
    assert any(event["message"]["reply_to"] for event in logs[0])
