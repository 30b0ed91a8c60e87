"""G6. Redis is a bell and nothing else: without it everything is still sent, stored and delivered.

While it is killed, gone or frozen, every act is acknowledged within three seconds, others have it within fifteen, and no page
or request fails.
"""

import asyncio
import uuid

import pytest
from channels.layers import get_channel_layer

from core.realtime.hub import POLL, Hub
from tests.chaos.records import read_logs
from tests.guarantees.conftest import size

ACKED, SEEN = 3.0, 15.0


async def never(*arguments):
    """Answer as a frozen engine does."""
    await asyncio.Event().wait()


async def refused(*arguments):
    """Answer as a dead one does."""
    raise ConnectionError


@pytest.mark.parametrize("answer", [never, refused], ids=["frozen", "dead"])
async def test_without_a_layer_everything_is_acknowledged_and_comes(
    answer, joined, member, lead, room, monkeypatch, transactional_db
):
    hub = Hub(poll=0.5)
    reader, writer = await joined(member, room, hub=hub), await joined(lead, room, hub=hub)
    for name in ("group_send", "group_add", "group_discard"):
        monkeypatch.setattr(get_channel_layer(), name, answer)
    loop = asyncio.get_running_loop()
    for number in range(10):
        begun = loop.time()
        await writer.say(type="send", room=room.pk, key=str(uuid.uuid4()), body=f"Word {number}")
        ack, _ = await writer.until("ack")
        assert loop.time() - begun <= ACKED
    assert [event["seq"] for event in await reader.events(ack["seq"])] == list(range(4, ack["seq"] + 1))
    late = await joined(member, room, hub=hub, since=0)
    assert (await late.events(ack["seq"]))[-1]["seq"] == ack["seq"]


def test_the_poll_is_often_enough():
    """It comes every ten seconds, a fifth earlier or later: with a busy database that leaves three to read and to write."""
    assert POLL * 1.2 + ACKED <= SEEN


KILLED, FROZEN = "killed", "frozen"


@pytest.mark.services
@pytest.mark.slow
@pytest.mark.parametrize("how", [KILLED, FROZEN])
async def test_people_go_on_talking_without_redis(how, stage):
    async with stage.play(people=5, polling=1) as play:
        play.talk(rate=8)
        await asyncio.sleep(2)
        with play.fault("redis", how, acked_within=ACKED):
            stage.redis.kill() if how == KILLED else stage.redis.freeze()
            await asyncio.sleep(size(13 if how == KILLED else 6, 60))
        await play.hush()
        await asyncio.to_thread(stage.redis.start if how == KILLED else stage.redis.thaw)
        await play.settle()
    assert play.broken() == []
    logs = read_logs(play.history.folder)
    (fault,) = logs.faults()
    during = [
        (line["seq"], line["at"])
        for _, line in logs.lines
        if line["what"] == "ack" and fault["at"] <= line["at"] <= fault["until"]
    ]
    assert len(during) >= size(10, 100)
    for story in logs.stories:
        seen = {seq: line["at"] for line in story.lines if line["what"] == "events" for seq in line["handed"]}
        assert all(seen[seq] - at <= SEEN for seq, at in during), story.client
        assert all(line["status"] < 500 for line in story.lines if line["what"] == "answer")
