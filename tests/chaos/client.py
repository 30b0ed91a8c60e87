"""A client that behaves as the room's page does, and notes all it sends and sees.

It follows static/js/chat/connection.js and static/js/chat/outbox.js line by line: acts wait in an outbox with their keys, one is
under way at a time, what was not answered is sent again with the same key; a gap makes it join again from what it has; it
comes back after a random time, or when `restart` said; after three handshakes that failed it polls by HTTP.

    client = Client("c1", person, doors=[site.door(first)], room=7, slug="harbours", note=history.of("c1").note)
    client.start()                 # at the head 0 of the log, or `since=`
    client.say("Hello")            # also edit(...), delete(...)
    await client.stop()
"""

import asyncio
import contextlib
import itertools
import json
import random
import time
import uuid
from dataclasses import dataclass

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

BASE = 1.0
CAP = 60.0
QUIET = 1.2
HELLO = 10.0
POLL = 4.0
FAILURES = 3
PATIENCE = 10.0
TOKEN = "k" * 32


@dataclass(eq=False)
class Act:
    """What waits in the outbox."""

    frame: dict
    sent_at: float = 0.0
    failed: str = ""

    @property
    def key(self):
        return self.frame["key"]


class Client:
    """One tab of one person in one room."""

    def __init__(
        self,
        name,
        person,
        *,
        doors,
        room,
        slug,
        note,
        since=0,
        sockets=True,
        seed=None,
        patience=PATIENCE,
        heartbeat=None,
    ):
        self.name, self.person, self.room, self.slug, self.note = name, person, room, slug, note
        self.doors, self.sockets, self.patience = list(doors), sockets, patience
        self.last, self.epoch = since, None
        self.random = random.Random(seed)
        self.heartbeat, self.fixed_heartbeat = heartbeat or 25.0, heartbeat
        self.outbox, self.current, self.waiting = [], None, False
        self.socket, self.greeted, self.joined, self.joining = None, False, False, False
        self.polling, self.ended = None, ""
        self.failures = self.attempt = 0
        self.restart = None
        self.opened = 0
        self.messages = {}
        """What the page shows: id -> the message as last told."""
        # When acts were acknowledged and refused for now, and after how long; when anything was heard.
        self.answers, self.refusals, self.heard = [], [], []
        self.tasks = set()
        self.timers = {}
        self.clients = {}
        self.woken = asyncio.Event()
        note(
            "begun",
            client=name,
            person=person["id"],
            room=room,
            since=since,
            transport="socket" if sockets else "http",
        )

    # --- From outside -------------------------------------------------------------------------------------------------

    def start(self):
        if self.sockets:
            self._spawn(self._stay())
        else:
            self.poll()
        return self

    async def stop(self):
        """Close the tab."""
        if not self.ended:
            self.ended = "stopped"
        self.note("stopped", room=self.room, last=self.last, unsent=[act.key for act in self.outbox if not act.failed])
        await self._finish()

    async def _finish(self):
        for timer in self.timers.values():
            timer.cancel()
        tasks = [task for task in self.tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        socket, self.socket = self.socket, None
        if socket is not None:
            socket.transport.abort()
        for client in self.clients.values():
            await client.aclose()

    @property
    def is_ready(self):
        return self.joined or self.polling is not None

    @property
    def is_done(self):
        """Whether everything said has its outcome."""
        return all(act.failed for act in self.outbox)

    def longest_silence(self, since, until):
        """Return the longest time between two moments in which nothing was heard from the server."""
        times = [since, *(at for at in self.heard if since <= at <= until), until]
        return max(later - earlier for earlier, later in itertools.pairwise(times))

    def say(self, body, **more):
        return self._add({"type": "send", "body": body, **more})

    def edit(self, message, body):
        return self._add({"type": "edit", "id": message["id"], "base": message["version"], "body": body})

    def delete(self, message):
        return self._add({"type": "delete", "id": message["id"]})

    def drop(self):
        """Lose the connection, as on a train."""
        if self.socket is not None:
            self.note("dropped", connection=self.opened)
            self.socket.transport.abort()

    def wake(self):
        """Come back now: the tab was brought to the front."""
        self.attempt = 0
        self.woken.set()
        if self.joined:
            self._probe()

    # --- The socket ---------------------------------------------------------------------------------------------------

    async def _stay(self):
        while not self.ended:
            code = await self._visit()
            if self.ended:
                return
            self._cancel("silence")
            self.failures = 0 if self.greeted else self.failures + 1
            self.joined = self.joining = False
            self.note("lost", connection=self.opened, code=code)
            if code == 4401:
                await self._end("signed-out")
                return
            wait = (
                self.restart if self.restart is not None else self.random.random() * min(CAP, BASE * 2**self.attempt)
            )
            self.attempt += 1
            self.restart = None
            if self.failures >= FAILURES:
                self.poll()
            self.woken.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), wait)

    async def _visit(self):
        """Open a socket, read until it ends, and return the code with which it did."""
        door = self.random.choice(self.doors)
        self.opened += 1
        self.greeted = self.joined = self.joining = False
        address = f"{'wss' if door.tls else 'ws'}://{door.origin.partition('://')[2]}"
        self.note("opening", connection=self.opened, port=door.port)
        try:
            live = await connect(
                f"{address}/ws/",
                host=door.host,
                port=door.port,
                ssl=door.context,
                origin=door.origin,
                additional_headers={"Cookie": self._cookies(door), **door.headers()},
                open_timeout=HELLO,
                close_timeout=1,
                ping_interval=None,
                compression=None,
                proxy=None,
                max_size=None,
            )
        except (OSError, TimeoutError, WebSocketException, EOFError) as error:
            self.note("refused", connection=self.opened, why=type(error).__name__)
            return 1006
        self.socket = live
        self._watch(HELLO)
        try:
            async for text in live:
                self._receive(json.loads(text))
                if self.ended:
                    break
        except ConnectionClosed:
            pass
        finally:
            if self.socket is live:
                self.socket = None
            if not live.close_code:
                live.transport.abort()
        return live.close_code or 1006

    def _cookies(self, door):
        return f"{door.cookies}session={self.person['session']}; {door.cookies}csrf={TOKEN}"

    def _watch(self, seconds, then=None):
        self._after("silence", seconds, then or self._silent)

    def _probe(self):
        self._watch(HELLO)
        self._join()

    def _silent(self):
        self.note("silent", connection=self.opened)
        if self.socket is not None:
            self.socket.transport.abort()

    def _write(self, frame):
        if self.socket is None:
            return False
        self._spawn(self._write_now(self.socket, json.dumps(frame)))
        return True

    async def _write_now(self, socket, text):
        with contextlib.suppress(ConnectionClosed, OSError):
            await socket.send(text)

    def _join(self):
        self.joining = self._write({"type": "join", "room": self.room, "since": self.last, "epoch": self.epoch})
        if self.joining:
            self.note("join", connection=self.opened, since=self.last)

    def _receive(self, frame):
        self.heard.append(time.time())
        self._watch(self.heartbeat * QUIET, self._probe)
        match frame["type"]:
            case "hello":
                self.greeted = True
                self.failures = 0
                self.heartbeat = self.fixed_heartbeat or frame["heartbeat"]
                self.epoch = self.epoch or frame["epoch"]
                self.note("hello", connection=self.opened, epoch=frame["epoch"])
                self._join()
            case "joined" if frame["room"] == self.room:
                self.note("joined", connection=self.opened, room=self.room, head=frame["head"], floor=frame["floor"])
                self.attempt = 0
                self.joined, self.joining = True, False
                self._skip_to(frame)
                self._stop_polling()
                self._again()
            case "events":
                if not self._take(frame["room"], frame["events"], "socket") and frame["room"] == self.room:
                    self._join()
            case "heads":
                head = frame["rooms"].get(str(self.room), 0)
                self.note("heads", connection=self.opened, head=head)
                if head > self.last:
                    self._join()
            case "reset" if frame["room"] == self.room:
                self._spawn(self._reset())
            case "closed" if frame["room"] == self.room:
                self.note("closed", connection=self.opened, room=self.room, reason=frame["reason"])
                self._spawn(self._end("removed"))
            case "restart":
                self.note("restart", connection=self.opened, retry_after=frame["retry_after"])
                self.restart = frame["retry_after"]
            case "ack":
                self._answered(frame, "socket")
            case "error":
                if frame.get("key"):
                    self._answered(frame, "socket")
                elif self.joining:
                    self._not_joined(frame)

    def _not_joined(self, frame):
        self.joining = False
        self.note("not joined", connection=self.opened, code=frame["code"])
        if frame["code"] == "not_found":
            self._spawn(self._end("removed"))
        else:
            self._after("rejoin", frame.get("retry_after", 5), lambda: self.joining or self._join())

    # --- The log ------------------------------------------------------------------------------------------------------

    def _skip_to(self, frame):
        self.last = max(self.last, min(frame["floor"] - 1, frame["head"]))

    def _take(self, room, events, transport):
        """Hand on what is new and next; False when something between is missing."""
        fresh, whole = [], True
        for event in events:
            if room != self.room or event["seq"] <= self.last:
                continue
            if event["seq"] > self.last + 1:
                whole = False
                break
            self.last = event["seq"]
            fresh.append(event["seq"])
            self._show(event)
        # `handed` is what the page shows from now on; the rest came besides.
        self.note(
            "events", connection=self.opened, transport=transport, room=room, events=events, handed=fresh, whole=whole
        )
        return whole

    def _show(self, event):
        message = event.get("message")
        if message:
            known = self.messages.get(message["id"])
            if message.get("deleted"):
                self.messages.pop(message["id"], None)
            elif known is None or known["version"] <= message["version"]:
                self.messages[message["id"]] = message

    def own(self):
        """Return the messages on the page that the person may change."""
        return [one for one in self.messages.values() if one["author"] and one["author"]["id"] == self.person["id"]]

    # --- The outbox ---------------------------------------------------------------------------------------------------

    def _add(self, frame):
        act = Act({"room": self.room, "key": str(uuid.uuid4()), **frame})
        self.note("said", key=act.key, kind=frame["type"], room=self.room, body=frame.get("body", ""))
        self.outbox.append(act)
        self._flush()
        return act

    def _flush(self):
        if self.current or self.waiting or not self.is_ready or self.ended:
            return
        act = next((one for one in self.outbox if not one.failed), None)
        if act is None:
            return
        self.current = act
        act.sent_at = time.time()
        if self.joined and self._write(act.frame):
            self.note("sent", key=act.key, transport="socket", connection=self.opened)
            self._after("patience", self.patience, lambda socket=self.socket: self._impatient(socket))
        else:
            self.note("sent", key=act.key, transport="http")
            self._spawn(self._post(act))

    def _impatient(self, socket):
        self._release()
        self.note("impatient", connection=self.opened)
        if socket is self.socket is not None:
            self.socket.transport.abort()

    def _again(self):
        self._release()
        self._cancel("later")
        self.waiting = False
        self._flush()

    def _answered(self, frame, transport):
        act = next((one for one in self.outbox if one.key == frame["key"]), None)
        if frame["type"] == "ack":
            told = {name: frame[name] for name in ("room", "key", "seq", "id", "version")}
            self.note("ack", transport=transport, epoch=self.epoch, **told)
        else:
            told = {"code": frame["code"], "retry_after": frame.get("retry_after")}
            self.note("error", transport=transport, key=frame["key"], **told)
        if act is None:
            return
        now = time.time()
        (self.answers if frame["type"] == "ack" else self.refusals).append((now, now - act.sent_at))
        if act is self.current:
            self._release()
        if frame["type"] == "ack":
            self.outbox.remove(act)
        elif frame.get("retry_after"):
            self._later(frame["retry_after"])
            return
        else:
            act.failed = frame["code"]
        self._flush()

    def _later(self, seconds):
        self._release()
        self.waiting = True

        def on():
            self.waiting = False
            self._flush()

        self._after("later", seconds * (1 + 0.2 * self.random.random()), on)

    def _release(self):
        self._cancel("patience")
        self.current = None

    # --- The same by HTTP ---------------------------------------------------------------------------------------------

    async def ask(self, path, method="GET", body=None):
        """Ask the room's address by HTTP, as the page does; return the JSON that came, or raise."""
        door = self.random.choice(self.doors)
        client = self.clients.get(door)
        if client is None:
            client = self.clients[door] = httpx.AsyncClient(verify=door.context or True, timeout=15, trust_env=False)
        headers = {
            "Host": door.origin.partition("://")[2],
            "Accept": "application/json",
            "Referer": f"{door.origin}/",
            "Cookie": self._cookies(door),
            "X-CSRFToken": TOKEN,
            **door.headers(),
        }
        answer = await client.request(
            method,
            f"{door.scheme}://{door.host}:{door.port}/groups/{self.slug}/chat/{self.room}/{path}",
            headers=headers,
            json=body,
            extensions={"sni_hostname": headers["Host"].partition(":")[0]},
        )
        self.note("answer", status=answer.status_code, method=method, path=path.partition("?")[0])
        if answer.headers.get("content-type", "").startswith("application/json"):
            if answer.status_code == 401:
                await self._end("signed-out")
            return answer.json()
        if answer.status_code < 400 or answer.status_code >= 500 or answer.status_code == 429:
            raise httpx.HTTPError(f"answered {answer.status_code}")
        return {"type": "error", "code": "too_long" if answer.status_code == 413 else "other"}

    async def _post(self, act):
        frame = dict(act.frame)
        kind, about = frame.pop("type"), frame.pop("id", None)
        frame.pop("room")
        ways = {
            "send": ("messages", "POST"),
            "edit": (f"messages/{about}", "PUT"),
            "delete": (f"messages/{about}", "DELETE"),
        }
        path, method = ways[kind]
        try:
            answer = await self.ask(path, method, frame)
        except (httpx.HTTPError, OSError, ValueError) as error:
            self.note("no answer", key=act.key, why=type(error).__name__)
            self._later(2)
        else:
            self._answered({"key": act.key, **answer}, "http")

    def poll(self):
        if self.polling is None and not self.ended:
            self.note("polling")
            self.polling = self._spawn(self._poll())

    async def _poll(self):
        while not self.ended:
            wait = POLL
            try:
                await self._fetch_new()
                self._flush()
            except (httpx.HTTPError, OSError, ValueError):
                wait *= 2
            await asyncio.sleep(wait * (0.8 + 0.4 * self.random.random()))

    def _stop_polling(self):
        if self.polling is not None:
            self.polling.cancel()
            self.polling = None

    async def _fetch_new(self):
        more = True
        while more and not self.ended:
            page = await self.ask(f"events?since={self.last}&limit=200")
            if page.get("type") == "error":
                if page["code"] == "not_found":
                    await self._end("removed")
                return
            self.epoch = self.epoch or page["epoch"]
            if page["epoch"] != self.epoch or not 0 <= page["head"] - self.last <= 1000:
                await self._reset()
                return
            self.note(
                "page", room=self.room, epoch=self.epoch, head=page["head"], floor=page["floor"], since=self.last
            )
            self._skip_to(page)
            self._take(self.room, page["events"], "http")
            more = page["more"]

    async def _reset(self):
        self.joined = self.joining = False
        self.note("reset", connection=self.opened, room=self.room, last=self.last, epoch=self.epoch)
        while not self.ended:
            try:
                page = await self.ask("events?limit=100")
            except (httpx.HTTPError, OSError, ValueError):
                page = {"type": "error", "code": "other"}
            if page.get("code") == "not_found":
                await self._end("removed")
                return
            if page.get("type") != "error":
                break
            await asyncio.sleep(page.get("retry_after", 5) * (1 + self.random.random()))
        if self.ended:
            return
        self.epoch, self.last = page["epoch"], page["head"]
        self.messages = {}
        for event in page["events"]:
            self._show(event)
        self.note("reloaded", room=self.room, epoch=self.epoch, head=self.last, events=page["events"])
        if self.socket is not None:
            self._join()

    # --- Small things -------------------------------------------------------------------------------------------------

    async def _end(self, why):
        if self.ended:
            return
        self.ended = why
        self.note("ended", why=why, room=self.room, last=self.last)
        self.outbox = []
        await self._finish()

    def _spawn(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def _after(self, name, seconds, act):
        self._cancel(name)
        self.timers[name] = asyncio.get_running_loop().call_later(seconds, act)

    def _cancel(self, name):
        if timer := self.timers.pop(name, None):
            timer.cancel()


async def until(condition, within=30):
    """Wait until it holds; return how long that took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < within, "it did not happen in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun
