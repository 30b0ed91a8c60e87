"""G10. What is deleted is gone: from the room, the log, the notices, the search, from every table and every other store.

A tombstone stays and tells nothing of the text, not even its length; who catches up from before gets the tombstone only.
"""

import json
import logging
import os
import re
import time
import uuid

import redis
from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.test import Client

from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Message
from tests.plugins.engines import on_services

CANARY = "kestrel7f3a9"
BESIDE = "lanterns"
"""A word that stands beside it: a page of what was searched repeats the words that were looked for."""


def rows_with(word):
    """Return the tables in which a word stands in any column."""
    return {
        model._meta.label
        for model in apps.get_models()
        for row in model._base_manager.values_list()
        if word in repr(row)
    }


def in_redis(word):
    """Return the names under which Redis holds a word, as it is dumped."""
    if not on_services():
        return []
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        names = list(client.scan_iter(settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] + "*", count=1000))
        return [name for name in names if word.encode() in (client.dump(name) or b"") + name]


def pages(person, room, message):
    """Return what a person's pages and requests say of the room."""
    client = Client()
    client.force_login(person)
    base = f"/groups/{room.group.slug}/chat/"
    number = Message.objects.get(pk=message).number
    addresses = [
        base,
        f"{base}?from={number}",
        f"{base}?before={number + 1}",
        f"{base}?reply={number}",
        f"{base}{room.pk}/events?since=0",
        f"{base}{room.pk}/events?before={room.last_seq + 99}",
        f"{base}{room.pk}/messages/{message}/edit/",
        f"{base}{room.pk}/messages/{message}/delete/",
        "/notifications/",
        f"/groups/{room.group.slug}/",
        f"/search/?q={BESIDE}",
        f"{base}?q={BESIDE}",
        "/",
    ]
    return {address: client.get(address).content.decode() for address in addresses}


async def frames(socket, upto):
    """Return as text what comes to a socket up to an event."""
    return json.dumps(await socket.events(upto))


async def test_a_deleted_text_is_nowhere(joined, member, lead, observer, room, asay, caplog, mailoutbox):
    caplog.set_level(logging.INFO)
    for person in (lead, observer):
        await sync_to_async(Client().force_login)(person)
    watcher, author = await joined(lead, room), await joined(member, room)
    first = await asay(member, room, f"@Lina Okafor {CANARY} {BESIDE}", key=(key := uuid.uuid4()))
    edit = sync_to_async(services.edit_message)
    await edit(room.pk, first.id, by=member, key=uuid.uuid4(), base=1, body=f"@Olga Rivas, {CANARY} {BESIDE} again")
    answer = await asay(lead, room, "Indeed", reply_to=first.id)
    assert CANARY in await frames(watcher, answer.seq)
    await author.events(answer.seq)
    before = await sync_to_async(pages)(lead, room, first.id)
    assert {address for address, text in before.items() if CANARY in text} >= {f"/groups/{room.group.slug}/chat/"}
    assert await sync_to_async(rows_with)(CANARY)

    begun = time.monotonic()
    await author.say(type="delete", room=room.pk, key=str(uuid.uuid4()), id=first.id)
    ack, _ = await author.until("ack")
    assert CANARY not in await frames(watcher, ack["seq"])
    assert time.monotonic() - begun < 2

    # Who catches up from before, by socket or by a page, finds the tombstone.
    late = await joined(observer, room, since=0)
    log = await frames(late, ack["seq"])
    assert CANARY not in log and '"deleted": true' in log
    for person in (lead, member, observer):
        for address, text in (await sync_to_async(pages)(person, room, first.id)).items():
            assert CANARY not in text, address
    # A retry of what was said is answered, and repeats nothing; another text under its key learns nothing.
    limits.pace.forget()
    await author.say(type="send", room=room.pk, key=str(key), body=f"@Lina Okafor {CANARY} {BESIDE}")
    assert (await author.until("ack"))[0]["id"] == first.id
    await author.say(type="edit", room=room.pk, key=str(uuid.uuid4()), id=first.id, base=2, body="Other")
    stale, _ = await author.until("error")
    assert (stale["code"], stale["body"]) == ("conflict", "")

    assert await sync_to_async(rows_with)(CANARY) == set()
    assert await sync_to_async(in_redis)(CANARY) == []
    assert CANARY not in "".join(str(letter.message()) for letter in mail.outbox)
    assert [line for line in caplog.messages if CANARY in line] == []


async def test_a_tombstone_tells_nothing_of_what_it_was(joined, member, lead, room, asay):
    """Its frame is as long for one letter as for 16 KB, for a text with a mention, an answer, an edit."""
    watcher = await joined(lead, room)
    parent = await asay(lead, room, "A question")
    said = [
        await asay(member, room, "x"),
        await asay(member, room, "x" * 16_000),
        await asay(member, room, "@Lina Okafor, look"),
        await asay(member, room, "Indeed", reply_to=parent.id),
    ]
    await watcher.events(said[-1].seq)
    seen = set()
    for ack in said:
        limits.pace.forget()
        gone = await sync_to_async(services.delete_message)(room.pk, ack.id, by=member, key=uuid.uuid4())
        (event,) = await watcher.events(gone.seq)
        seen.add(re.sub(r"\d+", "0", json.dumps(event)))
    assert seen == {'{"seq": 0, "kind": "deleted", "message": {"id": 0, "number": 0, "version": 0, "deleted": true}}'}


async def test_a_tombstone_in_the_log_tells_nothing_either(joined, member, lead, room, asay):
    short, long = await asay(member, room, "x"), await asay(member, room, f"@Lina Okafor {'x' * 9000}")
    for act, more in ((services.react, {"emoji": "👍"}), (services.pin_message, {})):
        await sync_to_async(act)(room.pk, long.id, by=lead, key=uuid.uuid4(), on=True, **more)
    for ack in (short, long):
        await sync_to_async(services.delete_message)(room.pk, ack.id, by=member, key=uuid.uuid4())
    socket = await joined(lead, room, since=short.seq - 1)
    events = await socket.events(long.seq + 4)
    tombstones = [
        re.sub(r"[\da-f-]{36}|\d+", "0", json.dumps(event)) for event in events if event["kind"] == "message"
    ]
    assert len(tombstones) == 2 and len(set(tombstones)) == 1
    about = [event["message"] for event in events if event["kind"] in ("reacted", "pinned")]
    assert [message.get("reactions", message.get("pinned")) for message in about] == [[], False]
