"""What a chaos test plays on: servers of its own, the processes of a site, and clients with their history.

    with Stage(folder) as stage:                      # PostgreSQL, Redis, two socket processes and one for pages
        async with stage.play(people=8) as play:      # a group with its room; a client for each person
            play.talk(rate=20)
            with play.fault("redis", "killed"):
                stage.redis.kill()
                await asyncio.sleep(10)
            await play.settle(within=35)
        assert play.broken() == []                    # what the checker finds

`stage.site`, `stage.postgres` and `stage.redis` may be done to whatever is needed; `play.note` writes what the checker must
know of it. On SQLite (`Stage(folder, embedded=True)`) there is one process, which serves the pages too, and no Redis.
"""

import asyncio
import contextlib
import functools
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chaos import checker, figures
from tests.chaos.client import Client, until
from tests.chaos.history import History
from tests.processes.servers import Postgres, Redis
from tests.processes.site import Site

WORDS = "tide harbour crane rope ledger pilot lantern anchor quay barge signal ferry".split()


class Stage:
    """Servers and processes; clients come with `play`."""

    def __init__(self, folder, *, embedded=False, processes=2, proxy=False, serving=True, **environment):
        self.folder = Path(folder)
        self.embedded, self.count, self.with_proxy = embedded, 1 if embedded else processes, proxy
        self.is_serving, self.via = serving, "config.launcher"
        self.environment = environment
        self.stack = contextlib.ExitStack()
        self.plays = self.seed = 0
        self.sockets, self.pages = [], None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.stack = stack
            if self.embedded:
                self.site = stack.enter_context(Site(self.folder / "site", MODE="embedded", **self.environment))
                self.database = f"sqlite://{self.folder / 'site' / 'data' / 'database.sqlite3'}"
            else:
                self.postgres = Postgres()
                stack.callback(self.postgres.close)
                self.postgres.start()
                self.redis = Redis(self.folder / "redis")
                stack.callback(self.redis.close)
                self.redis.start()
                self.database = self.postgres.url
                services = {"DATABASE_URL": self.database, "REDIS_URL": self.redis.url}
                self.site = stack.enter_context(Site(self.folder / "site", **services | self.environment))
            if self.with_proxy:
                self.site.at_a_proxy()
            self.site.migrate()
            if self.is_serving:
                self._serve()
            if not self.embedded:
                self.pages = self.site.start("pages")
            if self.with_proxy:
                self.proxy = self.site.proxy(pages=[self.pages], sockets=self.sockets)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self.stack.close()

    def _serve(self, **environment):
        with ThreadPoolExecutor() as pool:
            start = functools.partial(self.site.start, "sockets", via=self.via, **environment)
            self.sockets = [one.result() for one in [pool.submit(start) for _ in range(self.count)]]

    @contextlib.contextmanager
    def serving(self, via="config.launcher", **environment):
        """Run other socket processes for a while, by another module than the launcher or with other settings."""
        self.via = via
        self._serve(**environment)
        try:
            yield
        finally:
            for process in self.sockets:
                process.kill()
            self.via = "config.launcher"

    def again(self, number, **more):
        """Start a socket process anew that is gone; `more` as for `Site.start`."""
        self.sockets[number] = self.site.start("sockets", port=self.sockets[number].port, via=self.via, **more)

    def again_all(self):
        """Start every process anew, on the ports they had."""
        with ThreadPoolExecutor() as pool:
            starting = [pool.submit(self.again, number) for number in range(len(self.sockets))]
            if self.pages is not None:
                self.pages = self.site.start("pages", port=self.pages.port)
            for one in starting:
                one.result()

    def mend(self):
        """Bring back whatever a play that came to no end has left dead or frozen."""
        if not self.embedded:
            self.redis.thaw()
            self.redis.kill()
            self.redis.start()
            if self.postgres.process.poll() is not None:
                self.postgres.start()
        for number, process in enumerate(self.sockets):
            process.thaw()
            if not process.is_alive:
                self.again(number)

    @property
    def doors(self):
        """The ways in: the proxy's, or those of the socket processes."""
        if self.with_proxy:
            return [self.proxy]
        return [self.site.door(process) for process in self.sockets]

    @contextlib.asynccontextmanager
    async def play(self, *, people=8, rooms=1, clients=True, polling=1, history="all", **more):
        """A group with rooms and people, a client for each of them in the first room; the last `polling` have no sockets."""
        self.plays += 1
        made = await asyncio.to_thread(self.site.ask, "make", people=people, rooms=rooms, history=history)
        play = Play(self, made, History(self.folder / f"history-{self.plays}"))
        try:
            if clients:
                for number in range(people):
                    play.join(number, sockets=number < people - polling, **more)
            yield play
        finally:
            await play.leave()


class Play:
    """The clients of one room or several, and what is done while they talk."""

    def __init__(self, stage, made, history):
        self.stage, self.history = stage, history
        self.slug, self.room, self.rooms, self.people = made["slug"], made["room"], made["rooms"], made["people"]
        self.random = random.Random(stage.seed)
        self.clients, self.talking = [], []
        self.note = history.note
        self.said = self.kills = self.burst = 0
        # What a fault row finds besides the checker, whether its fault excuses answers of 5xx, and a remark.
        self.failures, self.may_refuse, self.extra = [], False, ""

    def join(self, person, *, room=None, sockets=True, doors=None, name=None, **more):
        """Open a tab for a person (by number) and return the client."""
        name = name or f"client-{len(self.clients)}"
        client = Client(
            name,
            self.people[person],
            doors=doors or self.stage.doors,
            room=room or self.room,
            slug=self.slug,
            note=self.history.of(name, client=name).note,
            sockets=sockets,
            seed=self.random.random(),
            **more,
        )
        self.clients.append(client.start())
        return client

    def kill(self, victim):
        """Kill a server or a process, and count it."""
        self.kills += 1
        victim.kill()

    def acks(self):
        """Return how many acts were acknowledged so far."""
        return sum(len(client.answers) for client in self.clients)

    def epochs(self):
        """Return the epochs that the clients are in."""
        return {client.epoch for client in self.clients}

    async def do(self, name, *arguments, **named):
        """Have the site's other process do something; see tests/processes/driver.py."""
        return await asyncio.to_thread(self.stage.site.ask, name, *arguments, **named)

    async def end(self, person):
        """Remove a person, by number, from the group; note it and return the `seq`."""
        return await self.do("end", self.people[person]["id"])

    async def sign_out(self, person):
        """End a person's session, by number, and note when."""
        who = self.people[person]
        await self.do("sign_out", who["session"], who["id"])
        self.note("session ended", person=who["id"])

    # --- Talk ---------------------------------------------------------------------------------------------------------

    def talk(self, rate, clients=None):
        """Have the clients say, edit and delete things, so many a second in all, until `hush`."""
        speakers = clients or self.clients
        for client in speakers:
            self.talking.append(asyncio.create_task(self._talk(client, len(speakers) / rate)))

    async def _talk(self, client, every):
        chance = random.Random(self.random.random())
        await asyncio.sleep(every * chance.random())
        while not client.ended:
            self.speak(client, chance)
            await asyncio.sleep(every * (0.5 + chance.random()))

    def speak(self, client, chance=random):
        """Do one act: mostly something new, now and then an answer, a change, a deletion."""
        self.said += 1
        body = f"{chance.choice(WORDS)} {chance.choice(WORDS)} {client.name} {self.said}"
        own, dice = client.own(), chance.random()
        if own and dice < 0.08:
            return client.edit(chance.choice(own), body)
        if own and dice < 0.13:
            return client.delete(chance.choice(own))
        if client.messages and dice < 0.3:
            return client.say(body, reply_to=chance.choice(list(client.messages)))
        return client.say(body)

    async def hush(self):
        """Stop talking; what waits in the outboxes still goes out."""
        for task in self.talking:
            task.cancel()
        await asyncio.gather(*self.talking, return_exceptions=True)
        self.talking = []

    @contextlib.contextmanager
    def fault(self, name, what="", *, acked_within=None):
        """Note how long a fault lasts, and within how many seconds sends must be acknowledged meanwhile."""
        self.note("fault", name=name, how=what, acked_within=acked_within)
        try:
            yield
        finally:
            self.note("fault over", name=name, how=what)

    # --- The end ------------------------------------------------------------------------------------------------------

    async def settle(self, within=35):
        """Hush, and wait until everybody has everything and every act its outcome; return how long that took."""
        await self.hush()
        self.note("hushed")
        begun = time.monotonic()
        present = [client for client in self.clients if not client.ended]
        deadline = begun + within
        for client in present:
            with contextlib.suppress(AssertionError):
                await until(lambda client=client: client.ended or client.is_done, max(deadline - time.monotonic(), 0))
        heads = await self.heads()
        for client in present:
            with contextlib.suppress(AssertionError):
                await until(
                    lambda client=client: client.ended or client.last >= heads[client.room],
                    max(deadline - time.monotonic(), 0),
                )
        took = time.monotonic() - begun
        self.note("settled", heads={str(room): head for room, head in heads.items()}, took=took)
        return took

    async def heads(self):
        """Return how far each room is."""
        return {room: await self.do("head", room) for room in self.rooms}

    async def leave(self):
        """Close every tab and the history."""
        await self.hush()
        await asyncio.gather(*(client.stop() for client in self.clients))
        self.history.close()

    def broken(self):
        """Return what the checker finds; call it after the play."""
        return checker.check(self.history.folder, self.stage.database)

    def figures(self):
        """Return counts and times of this play."""
        return figures.figures(self.history.folder)
