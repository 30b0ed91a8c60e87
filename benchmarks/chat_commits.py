"""Messages committed a second by some senders, beside the same rows written by plain SQL under the same row lock.

    python benchmarks/chat_commits.py ours|plain ROOMS SENDERS SECONDS < made.json

`made.json` is what `tests/processes/driver.py` made; the environment names the database. Ours goes the whole way of a frame
without the socket: key, pace, right, text, log, unread, bell, in rounds (`core.realtime.together`), each sender with one
message under way. Plain is eight threads, each with its own connection, that do nothing but lock, insert and update, in the
order and with the statements ours needs; more threads made it no faster. Both print what they and PostgreSQL's processes used
of the processors, where these can be seen.
"""

import asyncio
import contextlib
import json
import os
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONNECTIONS = 8
WORDS = "Good morning, draft %d is in the library and waits for your remarks."


@dataclass
class Found:
    """How many were committed, and the seconds of processor time that this process and PostgreSQL's took for them."""

    committed: int = 0
    own: float = 0.0
    database: float = 0.0


class Meter:
    """Reads processor time, of this process and of those that serve its database."""

    def __init__(self) -> None:
        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            served = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            self.pids = [pid for (pid,) in served]
        self.start = self._read()

    def note(self, found: Found) -> None:
        """Note what was used since this meter was made."""
        own, database = self._read()
        found.own, found.database = own - self.start[0], database - self.start[1]

    def _read(self) -> tuple[float, float]:
        database = 0.0
        for pid in self.pids:
            with contextlib.suppress(OSError):
                database += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
        return time.process_time(), database


def ours(rooms: list[int], people: list[int], senders: int, seconds: float) -> Found:
    """Return what so many coroutines had acknowledged, each with one message under way."""
    import django

    django.setup()
    from core.realtime import bell
    from core.realtime.limits import pace
    from discussions.chat.live import together

    pace.take = lambda user_id: None  # type: ignore[method-assign]  # they write as many would
    found = Found()

    async def send(number: int, end: float) -> None:
        turn = number
        while time.monotonic() < end:
            turn += senders
            data = {
                "room": rooms[turn % len(rooms)], "key": uuid.uuid4(), "body": WORDS % turn, "reply_to": None, "as": None,
                "attachments": None,
            }  # fmt: skip
            await together.do((people[number], data))
            found.committed += 1

    async def run() -> None:
        bell.serve_from(asyncio.get_running_loop())
        await asyncio.gather(*(send(number, time.monotonic() + 1) for number in range(senders)))  # to warm up
        found.committed, meter = 0, Meter()
        await asyncio.gather(*(send(number, time.monotonic() + seconds) for number in range(senders)))
        meter.note(found)

    asyncio.run(run())
    return found


def plain(rooms: list[int], people: list[int], seconds: float) -> Found:
    """Return what eight threads had committed."""
    import psycopg

    counts = [0] * CONNECTIONS
    connections = [psycopg.connect(os.environ["DATABASE_URL"]) for _ in range(CONNECTIONS)]
    found, meter = Found(), Meter()

    def send(number: int) -> None:
        turn, end = number, time.monotonic() + seconds
        while time.monotonic() < end:
            turn += CONNECTIONS
            _write(connections[number], rooms[turn % len(rooms)], people[number], turn)
            counts[number] += 1

    threads = [threading.Thread(target=send, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meter.note(found)
    for connection in connections:
        connection.close()
    found.committed = sum(counts)
    return found


def _write(connection: Any, room: int, person: int, turn: int) -> None:
    key, words = uuid.uuid4(), WORDS % turn
    with connection.transaction(), connection.cursor() as cursor:
        seq, number, acl = cursor.execute(
            "SELECT last_seq + 1, last_number + 1, acl_version FROM chat_room WHERE id = %s FOR UPDATE", [room]
        ).fetchone()
        message = cursor.execute(
            "INSERT INTO chat_message (author_id, function, room_id, seq, number, body, html, version, key, created_at,"
            " has_extras) VALUES (%s, '', %s, %s, %s, %s, %s, 1, %s, now(), false) RETURNING id",
            [person, room, seq, number, words, f"<p>{words}</p>", key],
        ).fetchone()[0]
        cursor.execute(
            "INSERT INTO chat_event (room_id, seq, kind, acl_version, created_at, message_id, version, actor_id, key,"
            " digest, change) VALUES (%s, %s, 'message', %s, now(), %s, 1, %s, %s, '', '')",
            [room, seq, acl, message, person, key],
        )
        cursor.execute(
            "INSERT INTO search_entry (kind, object_id, part, place, depth, moment, group_id, author_id, organisation_id, veil,"
            " words) SELECT 'message', %s, 0, id, %s, extract(epoch FROM now()), group_id, %s, NULL, 0, to_tsvector('simple', %s)"
            " FROM chat_room WHERE id = %s",
            [message, number, person, words, room],
        )
        cursor.execute(
            "UPDATE chat_room SET last_seq = %s, last_number = %s, last_at = now() WHERE id = %s", [seq, number, room]
        )
        cursor.execute(
            "UPDATE chat_roomreading SET own_since = own_since + 1 WHERE room_id = %s AND user_id = %s", [room, person]
        )


def main() -> None:
    """Run one side and print the messages a second, and the processor time of each."""
    side, count, senders, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    made = json.loads(sys.stdin.readline())
    people = [person["id"] for person in made["people"]]
    rooms = made["rooms"][:count]
    found = ours(rooms, people, senders, seconds) if side == "ours" else plain(rooms, people, seconds)
    each = max(1, found.committed)
    result = {"rate": found.committed / seconds, "own": found.own / each, "database": found.database / each}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
