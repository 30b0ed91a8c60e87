"""Thousands of wrong frames: an error each, or the socket's end with its code; no traceback, no content in a log, no growth."""

import itertools
import json
import os
import threading
from collections import Counter

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from tests.chaos.hostile.conftest import CANARY, Target, complaints, figure, on_both, resident
from tests.chaos.hostile.mutations import Mutations
from tests.chaos.hostile.raw import CLOSE, PONG
from tests.processes.site import Site

FRAMES = import_string(settings.FRAMES)
COUNT = int(os.environ.get("BAD_FRAMES", "5000"))
"""Two fifths of them go to PostgreSQL, where each costs more."""

CODES = {"malformed", "unknown_type", "not_found", "forbidden", "too_long", "rate_limited", "conflict", "busy"}
ANSWERS = {"error", "joined", "reset", "events", "ack", "heads", "presence", "typing", "notice", "closed"}
GOOD_ENDS = {1002, 1003, 1007, 1008, 1009, 4408}
AT_ONCE = 90
"""Frames by one socket: above a hundred at once the site reads them more slowly."""


class Pourer(threading.Thread):
    """One person who sends frames by one socket after the other, and keeps what was answered."""

    def __init__(self, target, person, frames, count):
        super().__init__()
        self.target, self.person, self.frames, self.left = target, person, iter(frames), count
        self.answers, self.problems, self.fences = Counter(), [], itertools.count(10**9)

    def run(self):
        try:
            while self.left > 0:
                with self.target.connect(self.person, timeout=30) as live:
                    self.pour(live)
        except Exception as error:
            self.problems.append(repr(error))

    def pour(self, live):
        for turn in range(AT_ONCE):
            live.send(next(self.frames))
            self.left -= 1
            if turn % 10 == 9 and not self.listen(live):
                return

    def listen(self, live):
        """Read until everything sent is answered; False when the socket was closed."""
        fence = next(self.fences)
        live.say(type="fence", room=fence)
        while True:
            opcode, payload = live.receive()
            if opcode == CLOSE:
                self.note(int.from_bytes(payload[:2]), GOOD_ENDS)
                return False
            if opcode is None:
                self.problems.append("cut without a word")
                return False
            if opcode == PONG:
                continue
            answer = json.loads(payload)
            if answer.get("room") == fence:
                return True
            if answer["type"] == "error":
                self.note(answer["code"], CODES)
            elif answer["type"] not in ANSWERS:
                self.problems.append(answer["type"])

    def note(self, outcome, good):
        self.answers[outcome] += 1
        if outcome not in good:
            self.problems.append(outcome)


def frames_for(target, seed, person):
    """Return the person's frames: everybody's share of every field of every frame, then what the dice say."""
    mutations = Mutations(FRAMES, room=target.room, canary=CANARY, seed=seed)
    share = itertools.islice(mutations.swept(), person, None, len(target.people))
    return itertools.chain(share, mutations.rolled())


def fuzz(target, count, seed):
    """Pour frames into the site by everybody at once; return how often each answer came and by how many MB it grew."""
    found = Counter()
    for share in (0.2, 0.8):  # the first fifth warms up what is made once
        before = resident(target.process)
        pourers = [
            Pourer(
                target,
                person,
                frames_for(target, f"{seed} {share} {person}", person),
                int(count * share / len(target.people)),
            )
            for person in range(len(target.people))
        ]
        for pourer in pourers:
            pourer.start()
        for pourer in pourers:
            pourer.join()
            assert pourer.problems == []
            found += pourer.answers
    return found, resident(target.process) - before


def judge(target, count, seed):
    found, grown = fuzz(target, count, seed)
    answers = ", ".join(f"{number} {outcome}" for outcome, number in found.most_common())
    figure("F20", f"{count} mutated frames, {seed}", "an error or a close each, ±20 MB", f"{answers}; {grown:+.1f} MB")
    assert target.process.is_alive
    assert abs(grown) < 20
    assert {"malformed", "unknown_type", "not_found"} <= set(found)
    assert complaints(target.process.said()) == []
    with target.connect() as live:
        live.say(type="join", room=target.room)
        assert live.said()["type"] in {"joined", "presence"}


@on_both
def test_on_sqlite(target):
    judge(target, COUNT, "sqlite")


@pytest.mark.services
def test_on_postgresql(services, tmp_path):
    with Site(tmp_path, MODE="embedded", **services) as site:
        judge(Target(site), COUNT * 2 // 5, "postgresql")
