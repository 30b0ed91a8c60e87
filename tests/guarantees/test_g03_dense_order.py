"""G3. In every room the numbers are 1, 2, 3 … in the order of commits, without gaps, whatever is rolled back.

A reader who asks for what comes after the last number it knows misses nothing and gets nothing twice, while others write.
"""

import random
import threading
import time
import uuid
from collections import Counter

import pytest
from django.db import OperationalError, connection, connections, transaction

from core.realtime import limits
from discussions.chat import presenting, services
from discussions.chat.models import Room
from tests.guarantees.conftest import size
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
EACH = size(40, 500)
UNDONE = 0.2


class Undone(Exception):
    """The transaction is rolled back."""


class Reader(threading.Thread):
    """Asks again and again for what comes after the last it knows."""

    def __init__(self, page):
        super().__init__(daemon=True)
        self.page = page
        self.seen = []
        self.is_over = threading.Event()

    def run(self):
        """Read until nothing more comes after the end."""
        try:
            while True:
                over = self.is_over.is_set()
                found = self.page(self.seen[-1] if self.seen else 0)
                self.seen += found
                if over and not found:
                    return
        finally:
            connection.close()


def story(write, page):
    """Let eight write and one read; return what was committed, as each writer knows it, and what the reader got."""
    reader = Reader(page)
    reader.start()

    def writer(index):
        chance = random.Random(index)
        done = []
        for _ in range(EACH):
            try:
                with transaction.atomic():
                    taken = write(index)
                    time.sleep(chance.uniform(0, 0.002))
                    if chance.random() < UNDONE:
                        raise Undone
                done.append(taken)
            except Undone:
                pass
            except OperationalError:
                # SQLite has one writer at a time, and one that waits in vain is told to come back; nothing of it stays.
                if connection.vendor != "sqlite":
                    raise
        return done

    results = at_once(WRITERS, writer)
    reader.is_over.set()
    reader.join(60)
    assert not [result for result in results if isinstance(result, Exception)], results
    return [number for done in results for number in done], reader.seen


def broken(committed, seen):
    """Return what is wrong: what the reader missed, what it got twice, and whether it came out of order."""
    missed = set(committed) - set(seen)
    twice = [number for number, times in Counter(seen).items() if times > 1]
    return {"missed": len(missed), "twice": len(twice), "out of order": seen != sorted(seen)}


NOTHING = {"missed": 0, "twice": 0, "out of order": False}


def test_a_reader_by_number_misses_nothing_while_eight_write(room, make_insider, supply_chains):
    writers = [make_insider(supply_chains) for _ in range(WRITERS)]
    begun = Room.objects.get().last_seq

    def write(index):
        limits.pace.forget()
        return services.send_message(room.pk, by=writers[index], key=uuid.uuid4(), body="x").seq

    def page(last):
        return [event.seq for event in presenting.events_after(room.pk, last or begun, 50)]

    committed, seen = story(write, page)
    assert broken(committed, seen) == NOTHING
    assert sorted(committed) == list(range(begun + 1, begun + 1 + len(committed))), "dense, rollbacks included"
    assert seen == sorted(committed)
    assert Room.objects.get().last_seq == begun + len(committed)
    assert 0 < len(committed) < WRITERS * EACH


@pytest.mark.services
def test_a_reader_by_primary_key_would_be_caught(transactional_db):
    """The usual way, `id > last`, loses what commits late: it must fail here, or the test above shows nothing."""
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time; the run on PostgreSQL has it")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE usual_way (id bigserial PRIMARY KEY, body text)")

    def ask(statement, *values):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [row[0] for row in cursor.fetchall()]

    try:
        committed, seen = story(
            lambda index: ask("INSERT INTO usual_way (body) VALUES (%s) RETURNING id", str(index))[0],
            lambda last: ask("SELECT id FROM usual_way WHERE id > %s ORDER BY id LIMIT 50", last),
        )
        assert broken(committed, seen)["missed"] > 0
        assert sorted(committed) != list(range(1, len(committed) + 1)), "nor is it dense"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE usual_way")
        connections.close_all()
