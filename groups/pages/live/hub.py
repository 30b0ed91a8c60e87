"""One process's pages: it hears each page's bell once, and asks the database every ten seconds what no bell told of."""

import asyncio
import logging
import random
import time
import uuid
from collections import Counter
from collections.abc import Collection, Coroutine
from typing import Any

from django.db import Error as DatabaseError

from core.logs import happening
from core.realtime import bell, sessions
from core.realtime.hearing import Ear
from core.realtime.sockets import close_ended
from core.realtime.threads import in_thread
from groups.pages.access import Right, page_rights
from groups.pages.channels import RIGHTS, page_channel
from groups.pages.live.client import Client
from groups.pages.live.opened import GONE, Opened
from groups.pages.live.places import Place
from groups.pages.services.reading import asked_of, groups_of, heads_of

logger = logging.getLogger(__name__)

POLL = 10.0


class PageHub:
    """Runs while a page is open in the process; everything in it happens on the event loop that serves the sockets."""

    def __init__(self, *, poll: float = POLL) -> None:
        self.poll_every = poll
        self.name = uuid.uuid4().hex
        self.pages: dict[int, Opened] = {}
        self.per_user: Counter[int] = Counter()
        self.ear = Ear()
        self._services: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def enter(self, page: int, client: Client) -> Opened:
        """Take in a socket: hear the page's bell first, so that nothing falls between it and what is read after it."""
        self.per_user[client.user_id] += 1
        if not self._services:
            bell.serve_from(asyncio.get_running_loop())
            self._services = [asyncio.create_task(run()) for run in (self._listen, self._poll)]
        opened = self.pages.get(page)
        if opened is None:
            opened = self.pages[page] = Opened(self, page)
            self.spawn(opened.begin())
        opened.clients.add(client)
        await opened.ready.wait()
        return opened

    async def leave(self, opened: Opened, client: Client) -> None:
        """Let a socket go, with the last one its page, and with the last page everything else."""
        opened.leave(client)
        self.per_user[client.user_id] -= 1
        if self.per_user[client.user_id] <= 0:
            del self.per_user[client.user_id]
        if not opened.clients:
            await opened.written()
            await self._settled()
        if not opened.clients and self.pages.get(opened.page) is opened:
            del self.pages[opened.page]
            if self.pages:
                await self.ear.hear_no_more(page_channel(opened.page))
        if not self.pages:
            await self._rest()

    async def _settled(self) -> None:
        """Wait until what is being told has been told, for as long as a bell may take."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=bell.PATIENCE)
        await bell.settled()

    async def _rest(self) -> None:
        services, self._services = self._services, []
        tasks = [*services, *self._tasks]
        ear, self.ear = self.ear, Ear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await ear.close()

    async def take_leave(self) -> None:
        """Commit what has been written before the process stops."""
        await asyncio.gather(*(opened.written() for opened in list(self.pages.values())))

    # --- What is told ---------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        await self.ear.listen(self._bells, heard=self._heard, again=lambda: self.spawn(self.look_around()))

    def _bells(self) -> list[str]:
        return [sessions.PEOPLE, RIGHTS, *map(page_channel, self.pages)]

    def _heard(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "page.moved", "page": int(page), "seq": int(seq)}:
                if opened := self.pages.get(page):
                    opened.moved(seq)
            case {"type": "page.place", "page": int(page), "process": str(process)}:
                if process != self.name and (opened := self.pages.get(page)):
                    opened.heard(_told(message))
            case {"type": "person.sessions", "user": int(user)}:
                self.spawn(close_ended([one for one in self._clients() if one.user_id == user]))
            case {"type": "person.presence", "user": int(user)}:
                self.spawn(self.check_rights([page for page in self.pages.values() if _has(page, user)]))
            case {"type": "pages.rights", "groups": list(groups)}:
                self.spawn(self._rights_moved(groups))

    async def _rights_moved(self, groups: list[int]) -> None:
        found = await in_thread(groups_of, list(self.pages))
        await self.check_rights(
            [self.pages[page] for page, group in found.items() if group in groups and page in self.pages]
        )

    # --- What is asked --------------------------------------------------------------------------------------------

    def _asked(self, page: int, people: Collection[int]) -> tuple[tuple[int, int], dict[int, Right]]:
        return asked_of(page), self.rights(page, people)

    def rights(self, page: int, people: Collection[int]) -> dict[int, Right]:
        """Return what these people may do with the page."""
        return page_rights(page, people)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self.poll_every * random.uniform(0.8, 1.2))  # noqa: S311 - nothing secret
            try:
                await self.poll()
                await self.ear.hear_missing()
            except DatabaseError as error:
                name = type(error).__name__
                logger.warning("Polling pages failed: %s.", name, extra=happening("poll.failed", error=name))

    async def poll(self) -> None:
        """Find what no bell told of: changes, rights that were lost, ended sessions."""
        await close_ended(self._clients())
        await self.check_rights(list(self.pages.values()))
        await self.look_around()
        for opened in self.pages.values():
            opened.forget_old()

    async def look_around(self) -> None:
        """Compare every open page with the database."""
        heads = await in_thread(heads_of, list(self.pages))
        for page, head in heads.items():
            if opened := self.pages.get(page):
                opened.moved(head)

    async def check_rights(self, pages: Collection[Opened]) -> None:
        """Ask anew what everybody may do; to whom the page looks like none now, it is closed."""
        for opened in pages:
            await self.check(opened, list(opened.clients))

    async def check(self, opened: Opened, clients: Collection[Client]) -> None:
        """Ask anew what these may do: the number of the rights first and the rights after it, which are at least as new."""
        if clients:
            asked, rights = await in_thread(self._asked, opened.page, {client.user_id for client in clients})
            for client in clients:
                client.asked, right = asked, rights.get(client.user_id)
                if right is None:
                    client.deny("gone")
                    client.close(GONE)
                    continue
                if client.right.may_write and not right.may_write:
                    client.deny("read-only")
                if not right.shows:
                    opened.take_away(client)
                client.right = right

    def _clients(self) -> list[Client]:
        return [client for opened in self.pages.values() for client in opened.clients]

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done beside all this."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("Work for a page failed.", exc_info=error)


def _has(opened: Opened, user: int) -> bool:
    return any(client.user_id == user for client in opened.clients)


def _told(message: dict[str, Any]) -> Place:
    cursor = message.get("cursor")
    return Place(
        int(message["client"]),
        int(message["clock"]),
        int(message["person"]),
        cursor if isinstance(cursor, dict) else None,
        bool(message.get("gone")),
        time.monotonic(),
    )
