"""G7. A removal is exact: it has a number in the room's log, and nothing with a higher one reaches who was removed.

Nor does any change of anything earlier; on no socket of theirs, on no process, whoever writes at that moment. The sockets are
told within two seconds, without Redis within fifteen; by HTTP the room is gone with the next request.
"""

import asyncio
import json
import random
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts import services as accounts
from core.realtime import limits
from core.realtime.hub import POLL, Hub
from core.realtime.threads import in_thread
from discussions.chat import services
from discussions.chat.models import Audience, Event
from discussions.chat.services import RoomRights
from groups import services as groups
from groups.models import Membership, Participant
from groups.standing import Standing
from partners import services as partners
from partners.capacity import secretariat_capacity
from partners.models import Organisation
from tests.chaos.client import until
from tests.guarantees.conftest import size

RACES = size(2, 150)
SENDERS = 20
TOLD, WITHOUT_REDIS = 2.0, 15.0


def acting(person, group):
    return Standing.of(person, group).act()


def speaking(person, group):
    return Standing.of(person, group).speak()


def place_of(at):
    return Membership.objects.get(group=at["group"], participants__user=at["victim"])


def leave(at):
    groups.leave(place_of(at), by=speaking(at["victim"], at["group"]))


def removed(at):
    groups.remove_membership(place_of(at), by=acting(at["lead"], at["group"]), reason="Left the alliance")


def seat_ended(at):
    seat = Participant.objects.get(user=at["victim"], ended_at=None)
    groups.end_participation(seat, by=speaking(at["victim"], at["group"]))


def suspended(at):
    by = secretariat_capacity(at["secretariat"])
    partners.suspend_organisation(Organisation.objects.get(pk=place_of(at).organisation_id), by=by, reason="Unclear")


def left_the_alliance(at):
    by = secretariat_capacity(at["secretariat"])
    partners.leave_alliance(Organisation.objects.get(pk=place_of(at).organisation_id), by=by, reason="Dissolved")


def narrowed(at):
    """The room is for members from now on, and the victim is an observer; it opens again for the next race."""
    services.change_rights(at["room"], by=at["lead"], rights=RoomRights(Audience.MEMBERS))


def account_closed(at):
    accounts.change_standing(
        at["victim"], by=at["boss"], is_secretariat=False, is_staff=False, is_active=False, reason="Left"
    )


VARIANTS = [leave, removed, seat_ended, suspended, left_the_alliance, account_closed, narrowed]


def say(room, person, body):
    limits.pace.forget()
    return services.send_message(room.pk, by=person, key=uuid.uuid4(), body=body)


def change(room, person, message, body):
    limits.pace.forget()
    now = Event.objects.filter(message=message).latest("seq").version
    return services.edit_message(room.pk, message, by=person, key=uuid.uuid4(), base=now, body=body)


async def seen_by(socket):
    """Return the numbers of all that comes to a socket until it is told that it is out."""
    seen = []
    while True:
        message = await socket.receive_output(timeout=20)
        if message["type"] == "websocket.close":
            assert message["code"] == 4401
            return seen
        frame = json.loads(message["text"])
        if frame["type"] == "closed":
            assert frame["reason"] == "removed"
            return seen
        seen += [event["seq"] for event in frame.get("events", [])]


def removal_in(room, victim, how):
    """Return the number of the removal in the room's log."""
    changes = Event.objects.filter(room=room, kind="membership")
    about = changes.filter(change="rights") if how is narrowed else changes.filter(person=victim, change="ended")
    return about.latest("seq").seq


@pytest.mark.parametrize("how", VARIANTS, ids=lambda how: how.__name__)
async def test_nothing_above_a_removal_reaches_any_socket(
    how, joined, lead, member, secretariat, supply_chains, make_person, make_insider, hub
):
    chance = random.Random(how.__name__)
    processes = [hub, Hub(poll=3600)]
    boss = await sync_to_async(make_person)("Boss", is_staff=True)
    room = await sync_to_async(services.open_room)(supply_chains, by=lead, name="Drafting")
    first = await in_thread(say, room, lead, "First")
    for race in range(RACES):
        role = "observer" if how is narrowed else "member"
        victim = await sync_to_async(make_insider)(supply_chains, f"Victim {race}", role=role)
        at = {
            "victim": victim,
            "lead": lead,
            "boss": boss,
            "secretariat": secretariat,
            "group": supply_chains,
            "room": room,
        }
        sockets = [await joined(victim, room, hub=processes[place % 2]) for place in range(3)]
        begun = (await Event.objects.filter(room=room).alatest("seq")).seq

        async def after(seconds, work, *arguments):
            await asyncio.sleep(seconds)
            return await in_thread(work, *arguments)

        talk = [
            after(chance.uniform(0, 0.1), say, room, chance.choice([lead, member]), f"Word {number}")
            for number in range(SENDERS)
        ]
        talk += [after(chance.uniform(0.02, 0.15), change, room, lead, first.id, f"Changed in {race}")]
        loop = asyncio.get_running_loop()
        ended = loop.create_task(after(chance.uniform(0, 0.1), how, at))
        watching = [loop.create_task(seen_by(socket)) for socket in sockets]
        await asyncio.gather(*talk, ended)
        over = loop.time()
        removal = await in_thread(removal_in, room, victim, how)
        for watch in watching:
            seen = await watch
            assert [seq for seq in seen if seq > removal] == [], how.__name__
            assert seen == list(range(begun + 1, begun + 1 + len(seen))), "up to it nothing is missing"
        assert loop.time() - over < TOLD + 1

        await in_thread(change, room, lead, first.id, f"Changed after {race}")
        client = Client()
        await sync_to_async(client.force_login)(victim)
        answer = await sync_to_async(client.get)(f"/groups/{supply_chains.slug}/chat/{room.pk}/events?since=0")
        assert answer.status_code in (401, 404)
        for socket in sockets:
            while not await socket.receive_nothing(timeout=0.05, interval=0.01):
                message = await socket.receive_output(timeout=20)
                if message["type"] == "websocket.close":  # of a closed account, which may come a moment later
                    assert message["code"] == 4401
                    break
                assert json.loads(message["text"])["type"] == "notice", "something about the room followed"
            await socket.disconnect()
        if how is narrowed:
            await in_thread(services.change_rights, room, by=lead, rights=RoomRights())


async def test_a_group_that_hides_shows_itself_to_nobody_new_and_goes_on_for_those_inside(
    joined, tab, lead, member, stranger, room, supply_chains, asay
):
    inside, outside = await joined(member, room), await tab(stranger)
    assert (await outside.ask(type="join", room=room.pk))["code"] == "not_found"
    hide = sync_to_async(groups.change_switches)
    by = await sync_to_async(acting)(lead, supply_chains)
    await hide(supply_chains, by=by, find="members", read="members", join="invitation")
    ack = await asay(lead, room, "Among us")
    assert [event["kind"] for event in await inside.events(ack.seq)] == ["membership", "message"]
    assert (await outside.ask(type="join", room=room.pk))["code"] == "not_found"
    assert await outside.silent()


async def test_without_a_bell_the_poll_shuts_out(joined, member, lead, room, supply_chains, aend, asay, monkeypatch):
    async def nothing(*arguments):
        return

    deaf = Hub(poll=POLL / 30)
    monkeypatch.setattr(deaf, "_listen", nothing)
    socket = await joined(member, room, hub=deaf)
    await aend(member, supply_chains)
    await asay(lead, room, "After")
    assert await socket.frame() == {"type": "closed", "room": room.pk, "reason": "removed"}
    assert await socket.silent(1)
    assert POLL * 1.2 < WITHOUT_REDIS


@pytest.mark.services
@pytest.mark.slow
async def test_on_two_processes_removal_is_exact_with_redis_and_without(stage):
    """Each person has three tabs on two processes; they are removed one after the other while the others talk."""
    victims = size(3, 20)
    async with stage.play(people=victims + 4, polling=1) as play:
        for person in range(victims):
            for _ in range(2):
                play.join(person)
        await until(lambda: all(client.joined for client in play.clients if client.sockets))
        play.talk(rate=size(15, 30), clients=play.clients[victims : victims + 4])

        async def remove(person, within):
            who = play.people[person]["id"]
            await play.end(person)
            tabs = [client for client in play.clients if client.person["id"] == who]
            return await until(lambda: all(tab.ended == "removed" for tab in tabs), within)

        for person in range(victims - 1):
            await asyncio.sleep(play.random.random())
            assert await remove(person, TOLD + 1) <= TOLD + 1
        with play.fault("redis", "frozen", acked_within=3):
            stage.redis.freeze()
            try:
                assert await remove(victims - 1, WITHOUT_REDIS) <= WITHOUT_REDIS
            finally:
                stage.redis.thaw()
        await play.settle()
    assert play.broken() == []
