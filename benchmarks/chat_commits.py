"""Messages committed a second by eight senders, beside the same rows written by plain SQL under the same row lock.

    python benchmarks/chat_commits.py ours|plain ROOMS SECONDS < made.json

`made.json` is what `tests/processes/driver.py` made; the environment names the database. Ours goes the whole way of a frame
without the socket: key, pace, right, text, log, unread, in rounds (`core.realtime.together`). Plain is eight threads, each
with its own connection, that do nothing but lock, insert and update, in the order and with the statements ours needs.
"""

import asyncio
import json
import os
import sys
import threading
import time
import uuid
from typing import Any

SENDERS = 8
WORDS = "Good morning, the draft is in the library and waits for your remarks."


def ours(rooms: list[int], people: list[int], seconds: float) -> int:
    """Return how many messages eight coroutines had acknowledged, each with one under way."""
    import django

    django.setup()
    from core.realtime.limits import pace
    from discussions.chat.live import together

    pace.take = lambda user_id: None  # type: ignore[method-assign]  # eight people write as many would
    counted = 0

    async def send(number: int, end: float) -> None:
        nonlocal counted
        turn = number
        while time.monotonic() < end:
            turn += SENDERS
            data = {
                "room": rooms[turn % len(rooms)], "key": uuid.uuid4(), "body": WORDS, "reply_to": None, "as": None,
                "attachments": None,
            }  # fmt: skip
            await together.do((people[number], data))
            counted += 1

    async def run() -> None:
        await asyncio.gather(*(send(number, time.monotonic() + 1) for number in range(SENDERS)))  # to warm up
        nonlocal counted
        counted = 0
        await asyncio.gather(*(send(number, time.monotonic() + seconds) for number in range(SENDERS)))

    asyncio.run(run())
    return counted


def plain(rooms: list[int], people: list[int], seconds: float) -> int:
    """Return how many messages eight threads had committed."""
    import psycopg

    counts = [0] * SENDERS
    address = os.environ["DATABASE_URL"]

    def send(number: int) -> None:
        with psycopg.connect(address) as connection:
            turn, end = number, time.monotonic() + seconds
            while time.monotonic() < end:
                turn += SENDERS
                _write(connection, rooms[turn % len(rooms)], people[number])
                counts[number] += 1

    threads = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def _write(connection: Any, room: int, person: int) -> None:
    key = uuid.uuid4()
    with connection.transaction(), connection.cursor() as cursor:
        seq, number, acl = cursor.execute(
            "SELECT last_seq + 1, last_number + 1, acl_version FROM chat_room WHERE id = %s FOR UPDATE", [room]
        ).fetchone()
        message = cursor.execute(
            "INSERT INTO chat_message (author_id, function, room_id, seq, number, body, html, version, key, created_at,"
            " folded, has_extras) VALUES (%s, '', %s, %s, %s, %s, %s, 1, %s, now(), '', false) RETURNING id",
            [person, room, seq, number, WORDS, f"<p>{WORDS}</p>", key],
        ).fetchone()[0]
        cursor.execute(
            "INSERT INTO chat_event (room_id, seq, kind, acl_version, created_at, message_id, version, actor_id, key,"
            " digest, change) VALUES (%s, %s, 'message', %s, now(), %s, 1, %s, %s, '', '')",
            [room, seq, acl, message, person, key],
        )
        cursor.execute(
            "UPDATE chat_room SET last_seq = %s, last_number = %s, last_at = now() WHERE id = %s", [seq, number, room]
        )
        cursor.execute(
            "UPDATE chat_roomreading SET own_since = own_since + 1 WHERE room_id = %s AND user_id = %s", [room, person]
        )


def main() -> None:
    """Run one side and print the messages a second."""
    side, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    made = json.loads(sys.stdin.readline())
    people = [person["id"] for person in made["people"]]
    committed = {"ours": ours, "plain": plain}[side](made["rooms"][:count], people, seconds)
    sys.stdout.write(f"{committed / seconds}\n")


if __name__ == "__main__":
    main()
