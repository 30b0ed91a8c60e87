"""G22. Where sockets are blocked the same holds by plain requests: the same log, the same acts, the same answers.

Everybody is here twice, once by a socket and once by HTTP, while messages come, change and go, bells are lost, sockets drop
and people are removed and named again. In the end both have the same log, and it is that of the tables.
"""

import asyncio
import json
import uuid
from itertools import count

import pytest
from django.db import transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.events import publish
from core.realtime import hub as hubs
from core.realtime import limits
from core.realtime.hub import Hub
from core.realtime.threads import in_thread
from discussions.chat import services
from discussions.chat.models import Event, Message, Room, RoomReading
from groups.events import ParticipantEnded, ParticipantStarted
from groups.models import Group, Participant
from tests.chat.memory import Client, settle
from tests.guarantees.conftest import size

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("lead", "member", "observer")


class BySocket(Client):
    """A client on a socket, in this room; it notes whole events."""

    def __init__(self, person, room, numbers):
        super().__init__(person.pk, numbers)
        self.room_id = room

    async def join(self):
        try:
            await self.hub.join(self.socket, self.room_id, self.last, None)
        except hubs.Http404:
            self.out = True

    async def take(self, frame):
        if frame["type"] == "closed":
            self.out = True
        assert not (self.out and frame["type"] == "events"), "something followed after closed"
        if frame["type"] == "joined":
            self.out, self.floor = False, frame["floor"]
            self.last = max(self.last, min(self.floor - 1, frame["head"]))
        elif frame["type"] == "heads" and frame["rooms"].get(str(self.room_id), 0) > self.last:
            await self.join()
        elif frame["type"] == "events":
            for event in frame["events"]:
                if event["seq"] == self.last + 1:
                    self.last = event["seq"]
                    self.log.append(event)
                elif event["seq"] > self.last:
                    await self.join()
                    return


class ByHttp:
    """The same person's other device, which asks now and then what is new."""

    def __init__(self, person, room):
        self.browser = Browser()
        self.browser.force_login(person)
        self.base = f"/groups/supply-chains/chat/{room}/"
        self.log, self.last, self.floor, self.out = [], 0, 1, False

    def poll(self, limit=200):
        """Ask for what is new, a page at a time."""
        more = True
        while more:
            answer = self.browser.get(f"{self.base}events?since={self.last}&limit={limit}")
            if answer.status_code != 200:
                assert answer.json() == {"type": "error", "code": "not_found"}
                self.out = True
                return
            page = answer.json()
            self.out, self.floor = False, page["floor"]
            self.last = max(self.last, min(page["floor"] - 1, page["head"]))
            for event in page["events"]:
                assert event["seq"] == self.last + 1, "dense, in order, none twice"
                self.last = event["seq"]
                self.log.append(event)
            more = page["more"]


def kept(log):
    """Return what a client shows in the end: each message as it was last told, and which numbers it knows."""
    messages = {}
    for event in log:
        message = event.get("message")
        if message is None:
            continue
        if message.get("deleted"):
            messages[message["id"]] = None
        elif messages.get(message["id"], {"version": 0}) is not None:
            known = messages.get(message["id"], {"version": 0})
            if message["version"] >= known["version"]:
                messages[message["id"]] = {"version": message["version"], "body": message["body"]}
    return messages


class Story:
    """What happens in one room."""

    def __init__(self, people, group, room):
        self.people, self.group, self.room = people, group, room
        self.processes = [Hub(poll=3600), Hub(poll=3600)]
        numbers = count()
        self.sockets = {name: BySocket(person, room.pk, numbers) for name, person in people.items()}
        self.pollers = {name: ByHttp(person, room.pk) for name, person in people.items()}
        self.inside = set(NAMES)
        self.removed_at = {}

    async def ring(self, fate):
        seq = (await in_thread(Room.objects.get, pk=self.room.pk)).last_seq
        for hub in {"all": self.processes, "one": self.processes[:1], "none": []}[fate]:
            hub._heard({"type": "room.moved", "room": self.room.pk, "seq": seq})

    def act(self, kind, who):
        """Do something in the database; return whether anything was done."""
        limits.pace.forget()
        person = self.people[who]
        own = Message.objects.filter(room=self.room, author=person, deleted_at=None).last()
        match kind:
            case "say" if who in self.inside and who != "observer":
                services.send_message(self.room.pk, by=person, key=uuid.uuid4(), body=f"Word of {who}")
            case "say by http" if who in self.inside and who != "observer":
                sent = json.dumps({"key": str(uuid.uuid4()), "body": f"By HTTP of {who}"})
                poller = self.pollers[who]
                answer = poller.browser.post(f"{poller.base}messages", sent, content_type="application/json")
                assert answer.json()["type"] == "ack"
            case "edit" if own and who in self.inside:
                services.edit_message(
                    self.room.pk, own.pk, by=person, key=uuid.uuid4(), base=own.version, body="Changed"
                )
            case "delete" if own and who in self.inside:
                services.delete_message(self.room.pk, own.pk, by=person, key=uuid.uuid4())
            case "remove" if who in self.inside and who != "lead":
                with transaction.atomic():
                    seat = Participant.objects.taking_part().get(user=person, membership__group=self.group)
                    seat.ended_at = seat.created_at
                    seat.save()
                    publish(ParticipantEnded(seat, "removed"))
                self.inside.discard(who)
                changes = Event.objects.filter(room=self.room, person=person, change="ended")
                self.removed_at[who] = changes.latest("seq").seq
            case "return" if who not in self.inside:
                with transaction.atomic():
                    old = Participant.objects.filter(user=person, membership__group=self.group).latest("pk")
                    seat = Participant.objects.create(
                        membership=old.membership, affiliation=old.affiliation, user=person
                    )
                    publish(ParticipantStarted(seat))
                self.inside.add(who)
                return "returned"
        return None

    async def come(self, name, process):
        client = self.sockets[name]
        client.open(self.processes[process])
        await client.join()

    async def step(self, step):
        match step:
            case ("drop", who, process):
                await self.sockets[who].close()
                await self.come(who, process)
            case ("poll", who, limit):
                await in_thread(self.pollers[who].poll, limit)
            case ("read", who):
                await self.sockets[who].read()
            case (kind, who, fate):
                if await in_thread(self.act, kind, who) == "returned":
                    # A new beginning, on both devices.
                    for client in (self.sockets[who], self.pollers[who]):
                        client.log, client.last = [], 0
                    await self.sockets[who].close()
                    await self.come(who, 0)
                await self.ring(fate)

    async def rest(self):
        for _ in range(2):
            for hub in self.processes:
                await hub.polling.look_around()
            await settle(list(self.sockets.values()))
            for client in self.sockets.values():
                client.hub.tell_heads(client.socket)
            await settle(list(self.sockets.values()))
        for poller in self.pollers.values():
            await in_thread(poller.poll)

    def check(self):
        """Both devices have the same, and it is what the tables hold for that person."""
        rows = list(Event.objects.filter(room=self.room).select_related("message").order_by("seq"))
        texts = {
            message.pk: None if message.is_deleted else {"version": message.version, "body": message.body}
            for message in Message.objects.filter(room=self.room)
        }
        for name in NAMES:
            socket, poller = self.sockets[name], self.pollers[name]
            assert (socket.out, poller.out) == (name not in self.inside,) * 2
            if name not in self.inside:
                for client in (socket, poller):
                    assert all(event["seq"] < self.removed_at[name] for event in client.log)
                continue
            floor = socket.floor
            assert floor == poller.floor
            visible = [
                (row.seq, row.kind if (row.message.seq if row.message else row.seq) >= floor else "hidden")
                for row in rows
                if row.seq >= floor
            ]
            for client in (socket, poller):
                assert [(event["seq"], event["kind"]) for event in client.log] == visible, name
                known = kept(client.log)
                assert known == {pk: texts[pk] for pk in known}
            assert kept(socket.log) == kept(poller.log)


async def told(people, group, room, steps):
    story = await in_thread(Story, people, group, room)
    for place, name in enumerate(NAMES):
        await story.come(name, place % 2)
    try:
        for step in steps:
            await story.step(step)
        await story.rest()
        await in_thread(story.check)
    finally:
        for client in story.sockets.values():
            await client.close()
        for name in NAMES:
            await in_thread(story.act, "return", name)


WHO = some.sampled_from(NAMES)
FATE = some.sampled_from(["all", "one", "none"])
STEPS = some.lists(
    some.tuples(some.sampled_from(["say", "say by http", "edit", "delete"]), WHO, FATE)
    | some.tuples(some.sampled_from(["remove", "return"]), WHO, FATE)
    | some.tuples(some.just("drop"), WHO, some.sampled_from([0, 1]))
    | some.tuples(some.just("poll"), WHO, some.integers(1, 5))
    | some.tuples(some.just("read"), WHO),
    max_size=25,
)


@pytest.fixture
def quiet(monkeypatch):
    """Only the story rings the bells."""
    monkeypatch.setattr("core.realtime.bell.ring", lambda *bell, **newest: None)


@given(STEPS, some.booleans())
@settings(
    max_examples=size(15, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_both_ways_lead_to_the_same_log(supply_chains, room, lead, member, observer, quiet, steps, from_joining):
    people = {"lead": lead, "member": member, "observer": observer}
    Group.objects.filter(pk=supply_chains.pk).update(history="from-joining" if from_joining else "all")
    fresh = Room.objects.create(group=supply_chains, name=f"Room {Room.objects.count()}")
    RoomReading.objects.filter(room=fresh).delete()
    asyncio.run(told(people, supply_chains, fresh, steps))
    # Rooms of earlier histories take no further part.
    RoomReading.objects.filter(room=fresh).delete()
    Event.objects.filter(room=fresh).delete()
    Message.objects.filter(room=fresh).delete()
    fresh.delete()


@pytest.mark.parametrize(
    ("frame", "method", "path"),
    [
        ({"type": "send", "body": "Once"}, "post", "messages"),
        ({"type": "send", "body": " "}, "post", "messages"),
        ({"type": "send", "body": "x" * 17_000}, "post", "messages"),
        ({"type": "send", "body": "Once", "reply_to": 10**9}, "post", "messages"),
        ({"type": "edit", "body": "Other", "base": 1}, "put", "messages/{id}"),
        ({"type": "edit", "body": "Other", "base": 9}, "put", "messages/{id}"),
        ({"type": "delete"}, "delete", "messages/{id}"),
    ],
    ids=["sent", "empty", "too long", "answer to nothing", "changed", "changed too late", "deleted"],
)
async def test_every_act_is_answered_alike_by_both_ways(frame, method, path, joined, member, room, asay):
    """First by HTTP, then once more by a socket, with the same key: the socket gives the same answer."""
    message = await asay(member, room, "One")
    frame = {**frame, "key": str(uuid.uuid4()), "id": message.id}
    if frame["type"] == "send":
        del frame["id"]
    browser = Browser()
    await in_thread(browser.force_login, member)
    ask = getattr(browser, method)
    address = f"/groups/supply-chains/chat/{room.pk}/{path.format(id=message.id)}"
    sent = json.dumps({name: value for name, value in frame.items() if name not in ("type", "id")})
    answer = (await in_thread(ask, address, sent, content_type="application/json")).json()
    socket = await joined(member, room)
    limits.pace.forget()
    await socket.say(room=room.pk, **frame)
    same = await socket.frame()
    while same["type"] == "events":
        same = await socket.frame()
    about = {"room": room.pk, "key": frame["key"]}
    assert same == {**answer, **about}
