"""Who loses a room or a session is cut off, exactly there: by the bell at once, without it by the poll."""

import asyncio
import uuid

import pytest
from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts import services as accounts
from core.events import publish
from core.realtime.hub import Hub
from discussions.chat import services
from discussions.chat.models import Event
from groups.events import MembershipChanged, ParticipantStarted
from groups.models import Group, Membership, Participant
from partners.events import OrganisationStatusChanged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deaf(monkeypatch):
    """A hub that hears no bell at all, as when Redis is gone."""

    async def nothing(*args):
        return

    hub = Hub(poll=0.3)
    monkeypatch.setattr(hub, "_listen", nothing)
    return hub


def closed(room):
    return {"type": "closed", "room": room.pk, "reason": "removed"}


async def test_a_removed_member_is_cut_off(joined, member, lead, room, supply_chains, aend, asay):
    tabs = [await joined(member, room) for _ in range(3)]
    staying = await joined(lead, room)
    await asay(lead, room, "Before")
    for tab in tabs:
        assert [event["seq"] for event in (await tab.frame())["events"]] == [4]
    await aend(member, supply_chains)
    await asay(lead, room, "After")
    for tab in tabs:
        assert await tab.frame() == closed(room)
        assert await tab.silent()
        assert (await tab.ask(type="join", room=room.pk))["code"] == "not_found"
    assert [event["seq"] for event in await staying.events(6)] == [4, 5, 6]


async def test_removal_without_a_bell(joined, member, lead, room, supply_chains, aend, asay, deaf):
    tab = await joined(member, room, hub=deaf)
    await aend(member, supply_chains)
    await asay(lead, room, "After")
    assert await tab.frame() == closed(room)
    assert await tab.silent(1)


async def test_a_group_that_suspends_an_organisation_closes_its_rooms(joined, member, room, weavers, secretariat):

    tab = await joined(member, room)

    def suspend():

        with transaction.atomic():
            weavers.status = "suspended"
            weavers.save()
            publish(OrganisationStatusChanged(weavers))

    await sync_to_async(suspend)()
    # They are told of it as well; that may come first.
    assert (await tab.until("closed"))[0] == closed(room)


async def test_an_observer_may_still_read_but_not_write(joined, member, lead, room, weavers, supply_chains, asay):

    tab = await joined(member, room)

    def demote():
        with transaction.atomic():
            membership = Membership.objects.get(group=supply_chains, organisation=weavers)
            membership.role = "observer"
            membership.save()
            publish(MembershipChanged(membership))

    await sync_to_async(demote)()
    (changed,) = (await tab.frame())["events"]
    assert changed["membership"]["change"] == "rights"
    answer = await tab.ask(type="send", room=room.pk, key=str(uuid.uuid4()), body="x")
    assert answer["code"] == "forbidden"
    await asay(lead, room, "You still read this")
    assert (await tab.frame())["events"][0]["message"]["body"] == "You still read this"


async def test_who_comes_back_begins_anew(joined, member, lead, room, supply_chains, aend, asay):
    """Removed and named again while the socket was deaf: what was said between is not shown where history is from joining."""
    await Group.objects.filter(pk=supply_chains.pk).aupdate(history="from-joining")
    tab = await joined(member, room, hub=Hub(poll=3600))
    await aend(member, supply_chains)
    assert await tab.frame() == closed(room)
    await asay(lead, room, "canary")

    def back():

        with transaction.atomic():
            old = Participant.objects.filter(user=member).latest("pk")
            seat = Participant.objects.create(membership=old.membership, affiliation=old.affiliation, user=member)
            publish(ParticipantStarted(seat))

    await sync_to_async(back)()
    answer = await tab.ask(type="join", room=room.pk, since=0)
    assert (answer["floor"], answer["head"]) == (6, 6)
    assert [event["seq"] for event in await tab.events(6)] == [6]


async def test_removal_races_with_senders(joined, member, lead, observer, room, supply_chains, aend, asay):
    """Twelve senders against one removal: nothing with a `seq` above the removal's reaches the removed person."""
    tabs = [await joined(member, room) for _ in range(3)]
    sends = [asay(lead, room, f"Message {number}") for number in range(12)]
    sends.insert(6, aend(member, supply_chains))
    await asyncio.gather(*sends)
    removal = await Event.objects.aget(room=room, change="ended")
    for tab in tabs:
        seen = []
        while (frame := await tab.frame())["type"] != "closed":
            seen += [event["seq"] for event in frame["events"]]
        assert all(seq < removal.seq for seq in seen)
        assert seen == list(range(4, 4 + len(seen)))
        assert await tab.silent(0.1)


# --- Sessions -----------------------------------------------------------------------------------------------------------


async def signed_in_client(async_client, person):
    await async_client.aforce_login(person)
    return async_client.cookies[next(iter(async_client.cookies))].value


async def test_signing_out_closes_the_sockets_of_that_session_only(tab, member, async_client):
    key = await signed_in_client(async_client, member)
    here, elsewhere = await tab(member, key=key), await tab(member)
    await async_client.post("/account/logout/")
    assert await here.close_code() == 4401
    assert await elsewhere.silent()


async def test_another_password_closes_every_socket(tab, member):

    sockets = [await tab(member), await tab(member)]
    await sync_to_async(get_adapter().set_password)(member, "another horse battery")
    for socket in sockets:
        assert await socket.close_code() == 4401


async def test_a_device_signed_out_from_the_list_is_closed(tab, member, async_client):

    await signed_in_client(async_client, member)
    other = await tab(member)
    row = await UserSession.objects.acreate(user=member, session_key=other.session_key, ip="127.0.0.1", user_agent="x")
    await async_client.post(f"/account/sessions/{row.pk}/end/")
    assert await other.close_code() == 4401


async def test_a_closed_account_is_out_at_once(tab, member, make_person):
    socket = await tab(member)
    boss = await sync_to_async(make_person)("Boss", is_staff=True)
    await sync_to_async(accounts.change_standing)(
        member, by=boss, is_secretariat=False, is_staff=False, is_active=False, reason="Left"
    )
    assert await socket.close_code() == 4401


@pytest.mark.parametrize("how", ["gone", "expired", "password", "disabled"])
async def test_session_end_without_a_bell(tab, member, deaf, how):
    socket = await tab(member, hub=deaf)
    row = Session.objects.filter(session_key=socket.session_key)
    if how == "gone":
        await row.adelete()
    elif how == "expired":
        await row.aupdate(expire_date=timezone.now())
    elif how == "password":
        await sync_to_async(member.set_password)("another horse battery")
        await member.asave()
    else:
        await type(member).objects.filter(pk=member.pk).aupdate(is_active=False)
    assert await socket.close_code() == 4401


async def test_a_session_that_goes_on_stays_open(tab, member, deaf):
    socket = await tab(member, hub=deaf)

    def touch():

        session = SessionStore(socket.session_key)
        session["note"] = "changed by a page"
        session.save()

    await sync_to_async(touch)()
    assert await socket.silent(1)


# --- Without the layer ----------------------------------------------------------------------------------------------------


async def test_messages_come_without_a_bell(joined, member, lead, room, asay, deaf):
    reader, writer = await joined(member, room, hub=deaf), await joined(lead, room, hub=deaf)
    await writer.say(type="send", room=room.pk, key=str(uuid.uuid4()), body="No bell")
    assert (await writer.until("ack"))[0]["seq"] == 4
    assert [event["seq"] for event in await reader.events(4)] == [4]


async def test_a_layer_that_fails_fails_nobody(joined, member, lead, room, monkeypatch):
    hub = Hub(poll=0.3)
    reader, writer = await joined(member, room, hub=hub), await joined(lead, room, hub=hub)

    async def broken(*args):
        raise ConnectionError

    monkeypatch.setattr(get_channel_layer(), "group_send", broken)
    await writer.say(type="send", room=room.pk, key=str(uuid.uuid4()), body="No layer")
    assert (await writer.until("ack"))[0]["seq"] == 4
    assert [event["seq"] for event in await reader.events(4)] == [4]


async def test_the_layer_carries_identifiers_only(joined, member, room, monkeypatch):
    sent = []
    layer = get_channel_layer()
    group_send = layer.group_send

    async def record(group, message):
        sent.append((group, message))
        await group_send(group, message)

    monkeypatch.setattr(layer, "group_send", record)
    socket = await joined(member, room)
    await socket.say(type="send", room=room.pk, key=str(uuid.uuid4()), body="canary")
    ack, _ = await socket.until("ack")
    await sync_to_async(services.mark_read)(room, by=member, seq=1)
    assert ack["seq"] == 4
    rung = [
        (group, message) for group, message in sent if message["seq"] > 3
    ]  # those before are of how the room was made
    assert rung == [(f"room.{room.pk}", {"type": "room.moved", "room": room.pk, "seq": 4})]
