"""F12. The clock of one process of two is two hours ahead, jumps four hours back, and comes right: nobody's log notices."""

import asyncio
import glob
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.client import until
from tests.chaos.hostile.conftest import complaints, figure
from tests.chaos.hostile.raw import PING, PONG, Raw, frame
from tests.chaos.stage import Stage
from tests.guarantees.conftest import size

pytestmark = [pytest.mark.services, pytest.mark.slow]

HOUR = 3600
TALK = size(6, 60)
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)


class SkewedStage(Stage):
    """A stage whose second process goes by a clock of the test's."""

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        self.clock = self.folder / "clock"
        self.shift(0)
        return super().__enter__()

    def shift(self, seconds):
        """Have the clock of the second process be so far ahead, from now on."""
        written = self.clock.with_suffix(".new")
        written.write_text(f"{seconds:+d}\n")
        written.rename(self.clock)

    def _serve(self, **environment):
        more = {"PING_INTERVAL": "2", **environment}
        skewed = {"CLOCK_SHIFT": str(self.clock)}
        if FAKETIME:
            skewed = {
                "LD_PRELOAD": FAKETIME,
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        via = "config.launcher" if FAKETIME else "tests.chaos.hostile.shifted"
        self.sockets = [
            self.site.start("sockets", **more),
            self.site.start("sockets", via=via, **more, **skewed),
        ]


class Pinged(threading.Thread):
    """Somebody who only listens, and notes when they were asked whether they live."""

    def __init__(self, door, session):
        super().__init__(daemon=True)
        self.live = Raw(door, session, timeout=None).open()
        self.at = time.monotonic()

    def run(self):
        while (got := self.live.receive())[0] is not None:
            if got[0] == PING:
                self.at = time.monotonic()
                self.live.send(frame(got[1], PONG))


async def test_the_clock_of_one_process_is_wrong(tmp_path):
    with SkewedStage(tmp_path) as stage:
        async with stage.play(people=6, polling=1) as play:
            listener = await asyncio.to_thread(Pinged, stage.doors[1], play.people[0]["session"])
            listener.start()
            play.talk(rate=6)
            await asyncio.sleep(TALK / 2)
            for name, shift in (("ahead", 2 * HOUR), ("behind", -2 * HOUR), ("right", 0)):
                with play.fault("clock", name):
                    stage.shift(shift)
                    shifted = time.monotonic()
                    await asyncio.sleep(TALK)
                    # A silent client is asked whether it lives, whatever the clock says.
                    await until(lambda shifted=shifted: listener.at > shifted + 1, 15)
            took = await play.settle(within=35)
            times = [datetime.fromisoformat(one["at"]) for client in play.clients for one in client.messages.values()]
            assert max(times) - datetime.now(UTC) > timedelta(hours=1), "the clock was wrong indeed"
            assert not [client.name for client in play.clients if client.ended], "no session has ended"
            # A session that ends is found at once, by the bell or by the poll.
            await play.sign_out(2)
            await until(lambda: play.clients[2].ended, 20)
            assert listener.is_alive()
            listener.live.connection.shutdown(socket.SHUT_RDWR)
            listener.join()
            listener.live.__exit__()
        told = play.figures()
        figure(
            "F12, G19",
            f"one clock of two +2 h, -2 h, right ({'libfaketime' if FAKETIME else 'moved by the test'})",
            "G1 to G8 and G12, settled within 35 s",
            f"{told['said']} said, settled {took:.1f} s after, heard at most {told['late_max']:.1f} s after the ack",
        )
        assert play.broken() == []
        for process in stage.sockets:
            assert complaints(process.said()) == []
