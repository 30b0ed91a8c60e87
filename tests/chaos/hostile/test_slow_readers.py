"""Who does not read costs a fixed amount of memory, is closed in time, and is not noticed by the others."""

import contextlib
import time

import pytest

from tests.chaos.hostile.conftest import figure, resident
from tests.guarantees.conftest import size

pytestmark = pytest.mark.slow

MESSAGE = 16_000
MESSAGES = 940
"""An event holds a message twice, as text and as HTML, so that a reader who asks for all is offered some 30 MB."""

READERS = 10
POLL = 12
TOO_SLOW = 4408


def delays(live, room, seconds):
    """Ask for the room's place again and again; return how long each answer took, sorted."""
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        asked = time.monotonic()
        live.say(type="shout", room=room)
        while live.said()["type"] != "error":
            pass
        found.append(time.monotonic() - asked)
        time.sleep(0.06)
    return sorted(found)


def p95(sorted_values):
    return sorted_values[int(len(sorted_values) * 0.95)]


def test_300_megabytes_for_readers_who_never_read(target):
    """Ten of them ask for a room of 30 MB each; one more keeps asking, which must not keep it alive."""
    made = target.site.ask("make", people=READERS + 2)
    target.site.ask("burst", made["room"], MESSAGES, [made["people"][0]["id"]], size=MESSAGE)
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(target.connect())
        other.say(type="join", room=target.room)
        calm = p95(delays(other, target.room, size(3, 15)))
        before, begun = resident(target.process), time.monotonic()
        dead = [
            stack.enter_context(target.enter(person, buffer=4096, timeout=30)) for person in made["people"][:READERS]
        ]
        for live in dead:
            live.say(type="join", room=made["room"], since=0)
        disturbed = p95(delays(other, target.room, 11))
        grown = resident(target.process) - before
        ends = [live.end() for live in dead]
        took = time.monotonic() - begun
        figure(
            "F11, G20",
            f"{READERS} readers of 30 MB each who never read",
            "3 MB each, closed within 15 s and a poll",
            f"{grown:+.1f} MB, closed after {took:.1f} s; others' p95 {calm * 1000:.0f} ms, then {disturbed * 1000:.0f} ms",
        )
        assert set(ends) <= {TOO_SLOW, "cut"} and TOO_SLOW in ends
        assert grown < 3 * READERS
        assert took < 15 + POLL
        assert disturbed < max(calm * 1.2, calm + 0.1)


def test_a_reader_who_stops_in_a_busy_room_is_closed_and_the_others_get_everything(target):
    made = target.site.ask("make", people=4)
    speaker, reader, dead, keen = made["people"]
    with contextlib.ExitStack() as stack:
        live, stuck, asking = [
            stack.enter_context(target.enter(person, timeout=30, **more))
            for person, more in ((reader, {}), (dead, {"buffer": 4096}), (keen, {"buffer": 4096}))
        ]
        for one in (live, stuck, asking):
            one.say(type="join", room=made["room"])
        before = resident(target.process)
        for _ in range(size(4, 20)):
            target.site.ask("burst", made["room"], 240, [speaker["id"]], size=MESSAGE)
            asking.say(type="join", room=made["room"], since=0)
            seqs, head = [], target.site.ask("head", made["room"])
            while not seqs or seqs[-1] < head:
                frame = live.said()
                seqs += [event["seq"] for event in frame.get("events", [])]
            assert seqs == list(range(seqs[0], head + 1))
            assert resident(target.process) - before < 20
        assert stuck.end() in (TOO_SLOW, "cut")
