"""G14. Who writes and who is here may be lost: it gives way to messages first, is never stored and dies by itself.

Nothing else is best effort.
"""

import asyncio
import contextlib

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from playwright.sync_api import expect

from core.realtime import outbox, presence, topic
from core.realtime.hub import Hub
from discussions.chat import live
from tests.chat.test_in_a_browser import (  # noqa: F401 - fixtures
    enter,
    pretended,
    running_site,
    window,
)

SAID = 60


def everything():
    """Count the rows of every table."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


async def test_a_slow_reader_loses_what_is_best_effort_and_no_message(
    joined, member, lead, room, asay, hub, monkeypatch
):
    monkeypatch.setattr(outbox, "STALLED_AFTER", 60)
    monkeypatch.setattr(live, "TYPING_EVERY", 0)
    lead.shows_presence = True
    await lead.asave()
    slow, quick, writer = await joined(member, room), await joined(member, room), await joined(lead, room)
    await quick.until("presence")
    await slow.until("presence")
    slow.stuck = True
    typed = 0
    for number in range(SAID):
        await writer.say(type="typing", room=room.pk)
        typed += (await quick.frame())["type"] == "typing"
        ack = await asay(lead, room, f"Message {number}")
        await quick.until("events")
        await writer.until("events")
    assert typed == SAID, "who reads along sees everything"
    slow.stuck = False
    events, light = [], 0
    while not events or events[-1]["seq"] < ack.seq:
        frame = await slow.frame()
        events += frame.get("events", [])
        light += frame["type"] in ("typing", "presence")
    assert [event["seq"] for event in events] == list(range(ack.seq - SAID + 1, ack.seq + 1))
    assert light <= outbox.LIGHT_MAX + 2


async def test_nothing_of_it_is_stored(joined, member, lead, room):
    await type(lead).objects.filter(pk=lead.pk).aupdate(shows_presence=True)
    watcher, writer = await joined(member, room), await joined(lead, room)
    await watcher.until("presence")
    before = await sync_to_async(everything)()
    await writer.say(type="typing", room=room.pk)
    await watcher.until("typing")
    await writer.say(type="leave", room=room.pk)
    assert (await watcher.until("presence"))[0]["people"] == []
    assert await sync_to_async(everything)() == before


async def test_the_people_of_a_process_that_says_nothing_more_are_forgotten(joined, member, lead, room, hub):
    followed = await joined(member, room)
    there = hub.topics[room.pk]
    hub._heard({"type": "room.present", "room": room.pk, "process": "another", "people": [lead.pk]})
    assert there.present() == {lead.pk}
    said, until = there._present["another"]
    there._present["another"] = (said, until - topic.PRESENCE_LIFE)
    assert there.present() == frozenset()
    assert await followed.silent()


async def test_a_process_that_lives_says_so_and_one_that_died_takes_its_people_along(
    joined, member, lead, room, hub, monkeypatch
):
    await type(lead).objects.filter(pk=lead.pk).aupdate(shows_presence=True)
    monkeypatch.setattr(topic, "PRESENCE_LIFE", 1.5)
    monkeypatch.setattr(presence, "RENEWED", 0.4)
    here, other = Hub(heartbeat=0.5, poll=3600), Hub(heartbeat=0.5, poll=3600)
    watcher = await joined(member, room, hub=here)
    await joined(lead, room, hub=other)
    shown, _ = await watcher.until("presence")
    assert [person["id"] for person in shown["people"]] == [lead.pk]
    end = asyncio.get_running_loop().time() + 3
    while (left := end - asyncio.get_running_loop().time()) > 0:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                assert (await watcher.frame())["type"] == "heads", "who is here has changed"
    for service in other._services:
        service.cancel()
    async with asyncio.timeout(5):
        assert (await watcher.until("presence"))[0]["people"] == []


def test_nobody_who_is_gone_is_shown_for_more_than_ten_seconds():
    assert topic.PRESENCE_LIFE + Hub().beat_every <= 10
    assert presence.RENEWED * 3 < topic.PRESENCE_LIFE, "two lost bells hide nobody"


@pytest.mark.browser
@pytest.mark.slow
def test_who_writes_is_shown_for_a_few_seconds_only(pretended, lead, room):  # noqa: F811
    his, server = pretended
    server.answers = [{"type": "joined", "head": 3, "floor": 1}]
    enter(his)
    server.say(type="typing", room=room.pk, person={"id": lead.pk, "name": "Lina Okafor"})
    expect(his.locator("#typing")).to_contain_text("Lina Okafor")
    expect(his.locator("#typing")).to_be_empty(timeout=10_000)
