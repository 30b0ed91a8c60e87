"""A room in which nothing happens costs its readers next to nothing."""

import contextlib
import time

import pytest

from tests.chaos.hostile.conftest import figure
from tests.chaos.hostile.raw import PING, PONG, frame
from tests.guarantees.conftest import size

KILOBYTE = 1024


@pytest.mark.slow
def test_an_idle_room_costs_at_most_3_kb_a_minute(target):
    """Counted on the wire, with the heads of packets, for as long as a heartbeat and a ping take at least."""
    seconds = size(31, 120)
    made = target.site.ask("make", people=4)
    with contextlib.ExitStack() as stack:
        tabs = [stack.enter_context(target.enter(person, timeout=1)) for person in made["people"]]
        for tab in tabs:
            tab.say(type="join", room=made["room"])
        time.sleep(2)  # joining is not idling
        for tab in tabs:
            with contextlib.suppress(TimeoutError):
                while tab.receive()[0]:
                    pass
            tab.connection.setblocking(False)
        before = [tab.wire() for tab in tabs]
        end, heard = time.monotonic() + seconds, {"frames": 0, "pings": 0}
        while time.monotonic() < end:
            for tab in tabs:
                with contextlib.suppress(BlockingIOError):
                    data = tab.connection.recv(65536)
                    assert data
                    if data[0] & 15 == PING:
                        tab.send(frame(data[2 : 2 + (data[1] & 127)], PONG))
                        heard["pings"] += 1
                    else:
                        heard["frames"] += 1
            time.sleep(0.05)
        minute = [(tab.wire() - start) * 60 / seconds for tab, start in zip(tabs, before, strict=True)]
        figure(
            "Idle", "a room in which nothing happens", "3 KB a minute and socket", f"{max(minute):.0f} bytes at most"
        )
        assert heard["frames"] and heard["pings"]
        assert max(minute) <= 3 * KILOBYTE
