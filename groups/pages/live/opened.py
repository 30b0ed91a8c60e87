"""One page in this process: who has it open, how far they have been told, and what they wrote that is not committed yet."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from django.http import Http404
from django.utils.timezone import now
from pycrdt import merge_updates

from core.logs import happening
from core.realtime import bell
from core.realtime.sockets import BUSY
from core.realtime.threads import in_thread
from groups.pages import protocol
from groups.pages.channels import page_channel
from groups.pages.live.client import Client
from groups.pages.live.ground import Ground
from groups.pages.live.places import Place, place_of
from groups.pages.protocol import STEP_1, UPDATE, State
from groups.pages.services import Outcome, Write, append
from groups.pages.services.reading import heads_of, news_after, state_of

if TYPE_CHECKING:
    from groups.pages.live.hub import PageHub

logger = logging.getLogger(__name__)

PLACES_EVERY = 0.1
AGAIN_AFTER = 0.5
GONE = 4404
CLIENTS_EACH = 4
PENDING_MAX = 4 * 1024**2
"""Bytes that wait for the database; then nothing more is read from those who write."""


class Opened:
    """A page that at least one socket of this process has open."""

    def __init__(self, hub: "PageHub", page: int) -> None:
        self.hub, self.page = hub, page
        self.clients: set[Client] = set()
        self.ground = Ground(page)
        self.head = 0
        self.wanted = 0
        self.places: dict[int, Place] = {}
        self.names: dict[int, str] = {}
        self._moved: dict[int, Place] = {}
        self._pending: list[tuple[Client, bytes]] = []
        self._bytes = 0
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._writer: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._teller: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    async def begin(self) -> None:
        """Hear the page's bell, then read how far it is: whoever came before that is told of everything after it."""
        try:
            await self.hub.ear.hear(page_channel(self.page))
            self.head = (await in_thread(heads_of, [self.page])).get(self.page, 0)
        except DatabaseError:
            self.head = 0  # the first that is heard brings the whole page
        finally:
            self.ready.set()
        self.moved(self.wanted)

    # --- Writing --------------------------------------------------------------------------------------------------

    async def write(self, client: Client, data: bytes) -> None:
        """Take a change; it is committed with what others write meanwhile, and said to be saved then."""
        await self._roomy.wait()
        self._pending.append((client, data))
        self._bytes += len(data)
        if self._bytes > PENDING_MAX:
            self._roomy.clear()
        if self._writer is None or self._writer.done():
            self._writer = self.hub.spawn(self._write())

    async def written(self) -> None:
        """Wait until everything taken has been committed, or refused."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait([self._writer])

    async def _write(self) -> None:
        """Commit at once what comes alone; what comes while a commit is under way goes into the next one, all together."""
        while self._pending:
            taken, self._pending, self._bytes = self._pending, [], 0
            self._roomy.set()
            said: dict[Client, list[bytes]] = {}
            for client, data in taken:
                said.setdefault(client, []).append(data)
            merged = [(client, _merged(parts)) for client, parts in said.items()]
            writes = [Write(client.user_id, client.organisation_id, data) for client, data in merged]
            try:
                outcomes = await in_thread(self._append, writes)
            except DatabaseError as error:
                name = type(error).__name__
                logger.warning("A page was not saved: %s.", name, extra=happening("page.unsaved", error=name))
                self._pending = taken + self._pending
                await asyncio.sleep(AGAIN_AFTER)
                continue
            except Http404:
                outcomes = [Outcome("gone")] * len(writes)
            await self._tell(merged, outcomes, {client: len(parts) for client, parts in said.items()})

    def _append(self, writes: list[Write]) -> list[Outcome]:
        """Add changes to the log, but for those that put something where it may not stand."""
        fits = [self._takes(one.data) for one in writes]
        added = append(self.page, [one for one, fit in zip(writes, fits, strict=True) if fit]) if any(fits) else []
        if not all(one.seq or one.refused == "known" for one in added):
            self.ground = Ground(self.page)  # it was told of what never came into the page
        each = iter(added)
        return [next(each) if fit else Outcome("unknown") for fit in fits]

    def _takes(self, data: bytes) -> bool:
        """Whether a change may come in; nothing is refused for what somebody only claimed: the log is asked anew before."""
        if self.ground.takes(data):
            return True
        if self.ground.is_from_log:
            return False
        self.ground = Ground(self.page)
        return self.ground.takes(data)

    async def _tell(
        self, written: list[tuple[Client, bytes]], outcomes: list[Outcome], counts: dict[Client, int]
    ) -> None:
        """Say to each what became of its changes, and of how many; hand on what was committed."""
        rows: list[tuple[int, Client, bytes]] = []
        for (client, data), outcome in zip(written, outcomes, strict=True):
            if outcome.seq:
                rows.append((outcome.seq, client, data))
                client.say(type="saved", at=outcome.at.isoformat() if outcome.at else "", count=counts[client])
            elif outcome.refused == "known":
                client.say(type="saved", at=now().isoformat(), count=counts[client])
            elif outcome.refused == "gap":
                self.hub.spawn(self.ask(client))
            else:
                client.deny(outcome.refused)
                if outcome.refused == "gone":
                    client.close(GONE)
        if not rows:
            return
        if rows[0][0] == self.head + 1:
            self.ground.hear(self.head, rows[-1][0], [data for _, _, data in rows])
            self.head = rows[-1][0]
            alone = rows[0][1] if len(rows) == 1 else None
            asked = max(outcome.asked for outcome in outcomes)
            await self._send(_merged([data for _, _, data in rows]), asked, apart_from=alone)
        self.moved(rows[-1][0])

    # --- Reading --------------------------------------------------------------------------------------------------

    async def ask(self, client: Client) -> None:
        """Ask a client for what it has and the page has not: its answer is a change like any other."""
        client.put(protocol.sync(STEP_1, await in_thread(state_of, self.page)))

    def moved(self, seq: int) -> None:
        """Hear that the page has changes up to a number, and read those that nobody here has been told of."""
        self.wanted = max(self.wanted, seq)
        if self.wanted > self.head and (self._reader is None or self._reader.done()):
            self._reader = self.hub.spawn(self._read())

    async def _read(self) -> None:
        while self.wanted > self.head:
            try:
                seq, rows, asked = await in_thread(news_after, self.page, self.head)
            except (DatabaseError, Http404):
                return  # the poll comes again
            if seq <= self.head:
                return
            self.ground.hear(self.head, seq, rows)
            self.head = seq
            if rows:
                await self._send(_merged(rows), asked)

    async def _send(self, update: bytes, asked: tuple[int, int], *, apart_from: Client | None = None) -> None:
        """Hand on what was committed when rights were named so: who was asked under another name is asked again first."""
        stale = [client for client in self.clients if client.asked != asked]
        try:
            await self.hub.check(self, stale)
        except DatabaseError:
            for client in stale:
                client.close(BUSY)  # they come again, and get what they missed
        frame = protocol.sync(UPDATE, update)
        for client in self.clients:
            if client is not apart_from:
                client.put(frame)

    # --- Places ---------------------------------------------------------------------------------------------------

    def place(self, client: Client, states: tuple[State, ...]) -> None:
        """Note where a client says it is. It speaks for itself only: not for a client that comes by another socket."""
        if not client.right.shows:
            return
        for state in states:
            known = self.places.get(state.client)
            if state.client not in client.speaks_for:
                others = known is not None and not known.gone and not known.is_old
                if others or len(client.speaks_for) >= CLIENTS_EACH or state.said is None:
                    continue
                client.speaks_for.add(state.client)
            if known is None or state.clock > known.clock or (state.clock == known.clock and state.said is None):
                self.names[client.user_id] = client.right.name
                self._note(place_of(state, client.user_id), ours=True)

    def heard(self, place: Place) -> None:
        """Note where a client of another process is."""
        known = self.places.get(place.client)
        if known is None or place.clock > known.clock or (place.clock == known.clock and place.gone):
            self._note(place, ours=False)

    def _note(self, place: Place, *, ours: bool) -> None:
        self.places[place.client] = place
        self._moved[place.client] = place
        if self._teller is None or self._teller.done():
            self._teller = self.hub.spawn(self._tell_places())
        if ours:
            message = place.message(self.page, self.hub.name)
            bell.ring(page_channel(self.page), message, newest_of=place.client)

    async def _tell_places(self) -> None:
        while self._moved:
            moved, self._moved = list(self._moved.values()), {}
            await self._know({place.person for place in moved})
            self._show(moved, list(self.clients))
            await asyncio.sleep(PLACES_EVERY)

    async def show_all(self, client: Client) -> None:
        """Tell a client where everybody is."""
        await self._know({place.person for place in self.places.values()})
        self._show([place for place in self.places.values() if not place.gone], [client])

    def _show(self, places: list[Place], clients: list[Client]) -> None:
        states = [place.state(self.names.get(place.person, "")) for place in places]
        if not states:
            return
        everything = protocol.aware(states)
        for client in clients:
            if client.right.sees:
                own = client.speaks_for
                others = [state for state in states if state.client not in own]
                if len(others) == len(states):
                    client.put(everything)
                elif others:
                    client.put(protocol.aware(others))

    async def _know(self, people: set[int]) -> None:
        """Look up the names of people of other processes."""
        if missing := people - self.names.keys():
            try:
                rights = await in_thread(self.hub.rights, self.page, missing)
            except DatabaseError:
                return
            self.names.update({person: right.name for person, right in rights.items()})

    def leave(self, client: Client) -> None:
        """Let a client go; others see its cursors no more."""
        self.clients.discard(client)
        self.take_away(client)

    def take_away(self, client: Client) -> None:
        """Show a client's cursors no more."""
        for one in client.speaks_for:
            if (known := self.places.get(one)) and not known.gone:
                self._note(
                    Place(one, known.clock + 1, known.person, None, gone=True, heard_at=time.monotonic()), ours=True
                )
        client.speaks_for.clear()

    def forget_old(self) -> None:
        """Show no more where those were who have said nothing for too long."""
        for place in [one for one in self.places.values() if one.is_old]:
            if place.gone:
                del self.places[place.client]
            else:
                self._note(
                    Place(place.client, place.clock + 1, place.person, None, True, time.monotonic()), ours=False
                )


def _merged(parts: list[bytes]) -> bytes:
    return parts[0] if len(parts) == 1 else merge_updates(*parts)
