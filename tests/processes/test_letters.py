"""Workers that are killed while they send digests and invitations: nobody gets two different ones, and nobody none."""

import os
import random
import time
from collections import Counter

import pytest

from tests.chaos.hostile.conftest import figure
from tests.processes.servers import Postgres
from tests.processes.site import Site
from tests.smtp import Sink

pytestmark = [pytest.mark.services, pytest.mark.slow]

# As in tests/guarantees: `CHAOS=long` is the full size.
KILLS, PEOPLE = (50, 600) if os.environ.get("CHAOS") == "long" else (12, 200)
WORKERS, INVITED = 3, 60
LEASE = 15


@pytest.fixture
def postgres():
    server = Postgres().start()
    yield server
    server.close()


def test_kills_in_mid_digest_leave_nobody_out_and_write_to_nobody_twice(tmp_path, postgres):
    """What a mail server was handed twice has the same Message-ID, by which mailboxes keep one: once a kill at most."""
    chance = random.Random(9)
    with (
        Sink(pause=0.15) as sink,
        Site(
            tmp_path / "site",
            DATABASE_URL=postgres.url,
            REDIS_URL="redis://127.0.0.1:9/0",
            WORKER_LEASE="2",
            LETTER_LEASE=str(LEASE),
            MAIL_URL=sink.url,
        ) as site,
    ):
        site.migrate()
        readers = site.ask("make_letters", PEOPLE)
        workers = [site.start("worker") for _ in range(WORKERS)]
        killed = 0
        for kill in range(KILLS):
            before, deadline = len(sink.letters), time.monotonic() + 60
            until = before + chance.randrange(1, 9)
            while len(sink.letters) < until and time.monotonic() < deadline:
                site.ask("begin_letters")
                time.sleep(chance.uniform(0, 0.5))
            place = kill % WORKERS
            workers[place].kill()
            killed += 1
            workers[place] = site.start("worker")
        assert len(sink.letters) < PEOPLE + killed, "they were killed in the middle of it"
        deadline = time.monotonic() + 240
        while (state := site.ask("letters_state"))["due"] or state["waiting"]:
            assert time.monotonic() < deadline, state
            site.ask("begin_letters")
            time.sleep(3)
        assert (state["sent"], state["failed"]) == (PEOPLE, 0)
        names = {(letter.to, letter["Message-ID"]) for letter in sink.letters}
        assert Counter(to for to, _name in names) == Counter(readers)
        assert len({name for _to, name in names}) == PEOPLE
        assert len(sink.letters) - PEOPLE <= killed
        figure(
            "F9, G16",
            f"{killed} kills of workers in mid-digest",
            "nobody left out, nobody written to twice, a letter at most handed over again by a kill",
            f"{PEOPLE} digests, {len(sink.letters) - PEOPLE} handed over again under the same Message-ID",
        )


def test_kills_lose_no_invitation_of_people_who_have_no_account(tmp_path, postgres):
    """Each of their letters arrives, under a Message-ID of its own; one that a kill had sent twice has the same one."""
    chance = random.Random(16)
    with (
        Sink(pause=0.15) as sink,
        Site(
            tmp_path / "site",
            DATABASE_URL=postgres.url,
            REDIS_URL="redis://127.0.0.1:9/0",
            WORKER_LEASE="2",
            LETTER_LEASE=str(LEASE),
            MAIL_URL=sink.url,
        ) as site,
    ):
        site.migrate()
        site.ask("make_letters", 0)
        worker = site.start("worker")
        addresses = site.ask("invite", INVITED)
        for _ in range(INVITED // 10):
            until, deadline = len(sink.letters) + chance.randrange(1, 6), time.monotonic() + 60
            while len(sink.letters) < until and time.monotonic() < deadline:
                time.sleep(0.05)
            worker.kill()
            worker = site.start("worker")
        deadline = time.monotonic() + 240
        while (state := site.ask("letters_state"))["waiting"]:
            assert time.monotonic() < deadline, state
            site.ask("begin_letters")
            time.sleep(1)
        assert (state["sent"], state["failed"]) == (len(addresses), 0)
        names = {(letter.to, letter["Message-ID"]) for letter in sink.letters}
        assert Counter(to for to, _name in names) == Counter(addresses)
        assert len(sink.letters) - len(addresses) <= INVITED // 10
