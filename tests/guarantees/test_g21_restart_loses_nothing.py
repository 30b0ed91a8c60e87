"""G21. A planned restart loses and doubles nothing.

Every socket is told to come back, each at a moment of its own, and is closed with 1012. Processes restart in turn while people
talk.
"""

import asyncio

import pytest

from core.realtime.hub import RESTART_SPREAD
from tests.chaos.records import read_logs
from tests.guarantees.conftest import size

BACK = 25.0


async def test_before_a_stop_every_socket_is_told_when_to_come_back(joined, member, lead, room, hub):
    sockets = [await joined(person, room) for person in (member, lead) for _ in range(8)]
    await hub.take_leave()
    waits = []
    for socket in sockets:
        frame, _ = await socket.until("restart")
        waits.append(frame["retry_after"])
    assert all(1 <= wait <= RESTART_SPREAD <= 20 for wait in waits)
    assert len(set(waits)) > 1, "not all at the same moment"


@pytest.mark.services
@pytest.mark.slow
async def test_processes_that_restart_in_turn_lose_nothing(stage):
    people, rate = size(8, 20), size(20, 50)
    async with stage.play(people=people, polling=1) as play:
        play.talk(rate=rate)
        await asyncio.sleep(2)
        for _ in range(size(1, 3)):
            for number in (0, 1):
                with play.fault("sockets", "restarted"):
                    await asyncio.to_thread(stage.sockets[number].stop)
                    await asyncio.to_thread(stage.again, number)
                if size(False, True):
                    await asyncio.sleep(BACK)
        await asyncio.sleep(size(2, 10))
        took = await play.settle(within=60)
    assert play.broken() == []
    assert took <= 60
    logs = read_logs(play.history.folder)
    away = []
    for story in logs.stories:
        told = None
        for line in story.of("restart", "lost", "joined"):
            if line["what"] == "restart":
                told = line
            elif told and line["what"] == "lost" and line["connection"] == told["connection"]:
                assert line["code"] == 1012, story.client
                assert 1 <= told["retry_after"] <= RESTART_SPREAD
            elif told and line["what"] == "joined":
                away.append(line["at"] - told["at"])
                told = None
    assert len(away) >= people - 1
    assert sorted(away)[int(len(away) * 0.99) - 1] <= BACK
