"""Many sockets that come back to one process at once, as after a restart, and chat that must not notice.

    python -m tests.chaos.hostile.herd 3000        prints one line of JSON

Needs PostgreSQL and Redis (TEST_DATABASE_URL, TEST_REDIS_URL). The herd lives in a process of its own. Each of it does what
static/js/chat/connection.js does: its first attempt within a second, each further one after a random time between 0 and
min(60 s, 1 s times 2 to the n).
"""

import asyncio
import contextlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

import psutil
import psycopg
import redis

from tests.chaos.hostile.raw import PING, PONG, TEXT, frame, head
from tests.processes.site import Door, Site

ROOT = Path(__file__).resolve().parents[3]
BASE, CAP, HELLO = 1.0, 60.0, 10.0
GIVE_UP = 120
SOCKETS_EACH = 6
GROUP = 30
"""People in one group, which has one room."""

TALKERS = 10
TALK_EVERY = 0.25
KILOBYTE = 1024


async def read_frame(reader):
    first = await reader.readexactly(2)
    length = first[1] & 127
    if length > 125:
        length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8))
    return first[0] & 15, await reader.readexactly(length)


class Member:
    """One socket of the herd, or of those who talk."""

    def __init__(self, door, session, room):
        self.door, self.session, self.room = door, session, room
        self.attempts, self.outcomes = 0, Counter()
        self.reader = self.writer = None

    async def attempt(self):
        """Shake hands and join the room; return whether that went well."""
        try:
            async with asyncio.timeout(HELLO):
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.door.port)
                self.writer.write(head(self.door, self.session))
                status = int((await self.reader.readuntil(b"\r\n\r\n")).split()[1])
                self.outcomes[status] += 1
                if status != 101:
                    self.writer.close()
                    return False
                self.say(type="join", room=self.room)
                while (told := await self.told())["type"] != "joined":
                    if told["type"] == "error":
                        self.outcomes[told["code"]] += 1
                        self.writer.close()
                        return False
                return True
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.outcomes[type(error).__name__] += 1
            if self.writer:
                self.writer.transport.abort()
            return False

    async def come_back(self):
        """Try until it is back; return when that was."""
        while True:
            await asyncio.sleep(random.random() * min(CAP, BASE * 2**self.attempts))
            self.attempts += 1
            if await self.attempt():
                return time.monotonic()

    def say(self, **data):
        self.writer.write(frame(json.dumps(data).encode()))

    async def told(self):
        while True:
            opcode, payload = await read_frame(self.reader)
            if opcode == PING:
                self.writer.write(frame(payload, PONG))
            elif opcode == TEXT:
                return json.loads(payload)

    async def stay(self):
        """Answer pings until the end."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                await self.told()


async def herd(door, people, count):
    """Bring so many sockets back; print when all are, then stay until the input ends."""
    members = [Member(door, *people[number // SOCKETS_EACH]) for number in range(count)]
    begun = time.monotonic()
    async with asyncio.timeout(GIVE_UP):
        back = sorted(await asyncio.gather(*(member.come_back() for member in members)))
    staying = [asyncio.create_task(member.stay()) for member in members]
    outcomes = sum((member.outcomes for member in members), Counter())
    told = {
        "all back after s": round(back[-1] - begun, 1),
        "half back after s": round(back[len(back) // 2] - begun, 1),
        "attempts at most": max(member.attempts for member in members),
        "outcomes": {str(name): number for name, number in outcomes.most_common()},
    }
    print(json.dumps(told), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in staying:
        task.cancel()


class Talk:
    """A few people who are connected already and talk in a room while the herd comes."""

    def __init__(self, door, people, room):
        self.members = [Member(door, person["session"], room) for person in people]
        self.said, self.acked, self.heard = {}, [], []

    async def __aenter__(self):
        for member in self.members:
            assert await member.attempt(), member.outcomes
        self.tasks = [asyncio.create_task(self.listen(member)) for member in self.members]
        self.tasks.append(asyncio.create_task(self.speak()))
        return self

    async def __aexit__(self, *error):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for member in self.members:
            member.writer.close()

    async def speak(self):
        while True:
            member = random.choice(self.members)
            key = str(uuid.uuid4())
            self.said[key] = time.monotonic()
            member.say(type="send", room=member.room, key=key, body="Is the tide in?")
            await asyncio.sleep(TALK_EVERY)

    async def listen(self, member):
        while True:
            told = await member.told()
            now = time.monotonic()
            if told["type"] == "ack":
                self.acked.append(now - self.said[told["key"]])
            for event in told.get("events", []):
                key = event.get("message", {}).get("key")
                if key in self.said:
                    self.heard.append(now - self.said[key])

    def take(self):
        """Return the 95th percentiles of what came since last asked, in milliseconds, and the number of unanswered."""
        found = {
            name: round(statistics.quantiles(values, n=20)[-1] * 1000) if len(values) > 2 else None
            for name, values in (("ack p95 ms", self.acked), ("delivery p95 ms", self.heard))
        }
        self.acked, self.heard = [], []
        return found


async def run(count, services, folder, **environment):
    """Start a process, some who talk, and the herd; return the figures."""
    environment = {"SOCKETS_MAX": str(count + 50), **environment}
    with Site(folder, MODE="embedded", **services) as site:
        site.migrate()
        talkers = site.ask("make", people=TALKERS)
        groups = [site.ask("make", people=GROUP) for _ in range(-(-count // (SOCKETS_EACH * GROUP)))]
        people = [[person["session"], group["room"]] for group in groups for person in group["people"]]
        process = site.start("sockets", **environment)
        door = site.door(process)
        memory = psutil.Process(process.popen.pid).memory_info
        work = psutil.Process(process.popen.pid).cpu_times
        connections = redis.Redis.from_url(services["REDIS_URL"])
        async with Talk(door, talkers["people"], talkers["room"]) as talk:
            await asyncio.sleep(4)
            calm, before, most, highest, worked = talk.take(), memory().rss, 0, 0, work()
            animals = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.hostile.herd", "--be", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}, limit=2**20,
            )  # fmt: skip
            told = [door.origin, door.port, door.cookies, people, count]
            animals.stdin.write(json.dumps(told).encode() + b"\n")
            line = asyncio.create_task(animals.stdout.readline())
            while not line.done():
                clients = await asyncio.to_thread(connections.info, "clients")
                most, highest = max(most, clients["connected_clients"]), max(highest, memory().rss)
                await asyncio.wait([line], timeout=0.3)
            found = json.loads(line.result())
            busy, done = talk.take(), work()
            await asyncio.sleep(3)
            after = memory().rss
            await asyncio.sleep(5)
            animals.stdin.close()
            await animals.wait()
        connections.close()
        said = process.said()
        return {
            "sockets": count,
            **found,
            "CPU s of the process": round(done.user + done.system - worked.user - worked.system, 1),
            "before": calm,
            "meanwhile": busy,
            "KB a socket": round((after - before) / count / KILOBYTE, 1),
            "KB a socket at most": round((highest - before) / count / KILOBYTE, 1),
            "Redis connections at most": most,
            "complaints": [text for text in said.splitlines() if "ERROR" in text or "Traceback" in text][:3],
        }


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if sys.argv[1:] == ["--be"]:
        origin, port, cookies, people, count = json.loads(sys.stdin.readline())
        asyncio.run(herd(Door(origin, port, cookies), people, count))
        return
    count = int(sys.argv[1]) if sys.argv[1:] else 3000
    base = os.environ["TEST_DATABASE_URL"]
    name = f"herd_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(base.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        services = {"DATABASE_URL": f"{base.rpartition('/')[0]}/{name}", "REDIS_URL": os.environ["TEST_REDIS_URL"]}
        try:
            with tempfile.TemporaryDirectory() as folder:
                print(json.dumps(asyncio.run(run(count, services, folder))))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
