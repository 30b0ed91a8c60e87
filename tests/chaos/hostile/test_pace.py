"""Who writes too fast is told when to come back, and whoever then comes back loses nothing."""

import time
import uuid

import pytest

from tests.chaos.hostile.conftest import figure
from tests.guarantees.conftest import size

pytestmark = pytest.mark.slow


def test_everything_said_too_fast_is_said_in_the_end(target):
    """All at once, then again after `retry_after` with the same keys, as the room's page does: each is there once, in order."""
    made = target.site.ask("make", people=1)
    keys = [str(uuid.uuid4()) for _ in range(size(45, 160))]
    waiting, refused = list(keys), 0
    with target.enter(made["people"][0], timeout=70) as live:
        while waiting:
            for key in waiting:
                live.say(type="send", room=made["room"], key=key, body=f"{keys.index(key)}")
            left, wait = [], 0
            for key in list(waiting):
                answer = live.said()
                assert answer["key"] == key
                if answer["type"] == "error":
                    assert answer["code"] == "rate_limited" and 1 <= answer["retry_after"] <= 60
                    left.append(key)
                    refused += 1
                    wait = max(wait, answer["retry_after"])
            waiting = left
            time.sleep(wait)
        # What was kept is answered before anything is limited: asking again costs nothing.
        for key in keys[:40]:
            live.say(type="send", room=made["room"], key=key, body=f"{keys.index(key)}")
            assert live.said()["type"] == "ack"
    log = [key for _, kind, key in target.site.ask("log", made["room"]) if kind == "message"]
    assert sorted(log) == sorted(keys)
    assert refused > 0
    figure("Pace", f"{len(keys)} messages at once", "each kept once", f"{refused} refusals, all kept once")


def test_one_who_shouts_holds_up_nobody(target):
    """Frames above twenty a second are read later, and only by the socket that sends them."""
    with target.connect(0) as loud, target.connect(1) as calm:
        for number in range(400):
            loud.say(type="shout", room=number + 1)
        slowest = 0.0
        for _ in range(20):
            asked = time.monotonic()
            calm.say(type="shout")
            assert calm.said()["code"] == "unknown_type"
            slowest = max(slowest, time.monotonic() - asked)
        assert slowest < 2
        answered = [loud.said()["room"] for _ in range(130)]
        assert answered == list(range(1, 131)), "in order, and none forgotten"
