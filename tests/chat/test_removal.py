"""Who loses a room or a session is cut off, exactly there: by the bell at once, without it by the poll."""

import uuid

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from core.events import publish
from core.realtime import bell
from core.realtime.hub import Hub
from discussions.chat import services
from groups.events import MembershipChanged, ParticipantStarted
from groups.models import Group, Membership, Participant

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


# --- Sessions -----------------------------------------------------------------------------------------------------------


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


async def test_the_layer_carries_identifiers_only(joined, member, room, monkeypatch):
    sent = []
    layer = get_channel_layer()
    group_send = layer.group_send

    async def record(group, message):
        sent.extend((group, rung) for rung in bell.rung(message))
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
    assert rung == [(bell.shared(room.pk), {"type": "room.moved", "room": room.pk, "seq": 4})]
