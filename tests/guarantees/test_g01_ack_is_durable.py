"""G1. What was acknowledged is stored for good: an `ack` is sent after the commit and never before.

Whatever is killed meanwhile, every acknowledged act is one row with the number it was told. What was not acknowledged may be
sent again with its key.
"""

import asyncio
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from core.realtime import limits
from discussions.chat.models import Event, Message
from tests.chaos.records import read_logs
from tests.guarantees.conftest import size


async def test_the_ack_comes_after_the_commit(joined, member, room):
    """At the moment it comes, another connection finds the row."""
    socket = await joined(member, room)
    for number in range(size(20, 200)):
        key = str(uuid.uuid4())
        limits.pace.forget()
        await socket.say(type="send", room=room.pk, key=key, body=f"Word {number}")
        ack, _ = await socket.until("ack")
        event = await Event.objects.aget(room=room, key=key)
        assert (event.seq, event.message_id) == (ack["seq"], ack["id"])


async def test_a_commit_that_fails_is_not_acknowledged(joined, member, room, monkeypatch):
    socket = await joined(member, room)
    frame = {"type": "send", "room": room.pk, "key": str(uuid.uuid4()), "body": "Once"}

    def fails(self):
        self.run_on_commit = []
        self._rollback()
        raise OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as broken:
        broken.setattr(BaseDatabaseWrapper, "_commit", fails)
        answer = await socket.ask(**frame)
    assert (answer["type"], answer["code"], answer["key"]) == ("error", "busy", frame["key"])
    assert answer["retry_after"] >= 1
    assert not await Message.objects.aexists()
    await socket.say(**frame)
    assert (await socket.until("ack"))[0]["seq"] == 4


async def test_a_commit_whose_answer_is_lost_is_acknowledged_at_the_retry(joined, member, room, monkeypatch):
    socket = await joined(member, room)
    frame = {"type": "send", "room": room.pk, "key": str(uuid.uuid4()), "body": "Once"}
    commit = BaseDatabaseWrapper._commit

    def unanswered(self):
        commit(self)
        raise OperationalError("the connection was lost")

    with monkeypatch.context() as broken:
        broken.setattr(BaseDatabaseWrapper, "_commit", unanswered)
        await socket.say(**frame)
        assert (await socket.until("error"))[0]["code"] == "busy"
    await socket.say(**frame)
    ack, _ = await socket.until("ack")
    message = await Message.objects.aget()
    assert (ack["id"], ack["seq"]) == (message.pk, message.seq)


def test_a_commit_waits_for_the_disk(db):
    """Either engine is told to write what is committed before it says so."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone()[0] in ("on", "remote_apply", "remote_write")
            cursor.execute("SHOW fsync")
            assert cursor.fetchone()[0] == "on"
        else:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2, "FULL"


@pytest.mark.services
@pytest.mark.slow
async def test_whatever_is_killed_nothing_that_was_acknowledged_is_lost(stage):
    """Processes are killed in turn while many talk; the database is stopped in the middle of it as by a power cut."""
    async with stage.play(people=size(6, 20), polling=1) as play:
        play.talk(rate=20)
        for turn in range(size(4, 60)):
            await asyncio.sleep(size(1, 2))
            with play.fault("sockets", "killed"):
                stage.sockets[turn % 2].kill()
                await asyncio.to_thread(stage.again, turn % 2)
            if turn % size(3, 12) == 1:
                with play.fault("postgres", "restarted"):
                    await asyncio.to_thread(stage.postgres.restart_immediately)
        await play.settle(within=90)
    acks = [line for _, line in read_logs(play.history.folder).lines if line["what"] == "ack"]
    assert play.broken() == []
    assert len(acks) >= size(50, 2000)
    assert all(client.is_done for client in play.clients)


async def test_the_same_ack_by_http(client, member, room, transactional_db):
    await sync_to_async(client.force_login)(member)
    key = str(uuid.uuid4())
    post = sync_to_async(client.post)
    sent = {"key": key, "body": "Once"}
    address = f"/groups/supply-chains/chat/{room.pk}/messages"
    answer = await post(address, sent, content_type="application/json")
    event = await Event.objects.aget(key=key)
    assert (answer.json()["seq"], answer.json()["id"]) == (event.seq, event.message_id)
