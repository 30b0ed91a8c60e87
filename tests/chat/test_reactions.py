"""Signs on messages and pinned messages: numbered like everything else, done once, told to everybody as they are now."""

import json
import uuid

import pytest
from asgiref.sync import sync_to_async

from core.errors import Conflict
from core.models import AuditEntry
from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Event, Message, Reaction, Room
from groups.standing import NotAllowed

PAGE = "/groups/supply-chains/chat/"
THUMB, PARTY = "👍", "🎉"


@pytest.fixture
def react():
    """Put a sign on a message, as somebody."""

    def act(person, room, message, emoji=THUMB, on=True, key=None):
        limits.pace.forget()
        return services.react(room.pk, message, by=person, key=key or uuid.uuid4(), emoji=emoji, on=on)

    return act


@pytest.fixture
def pin():
    """Pin a message, as somebody."""

    def act(person, room, message, on=True, key=None):
        limits.pace.forget()
        return services.pin_message(room.pk, message, by=person, key=key or uuid.uuid4(), on=on)

    return act


def events(client, room, since=0):
    return client.get(f"{PAGE}{room.pk}/events?since={since}").json()["events"]


def test_a_sign_takes_a_number_and_is_told_as_it_is_now(signed_in, lead, member, room, say, react):
    first = say(lead, room, "The venue is booked")
    assert react(member, room, first.id).seq == 5
    react(lead, room, first.id, PARTY)
    assert react(member, room, first.id, on=False).seq == 7
    log = events(signed_in(member), room)
    assert [event["kind"] for event in log[3:]] == ["message", "reacted", "reacted", "reacted"]
    now = [{"emoji": PARTY, "people": [lead.pk]}]
    assert log[3]["message"]["reactions"] == now
    assert log[4] == {
        "seq": 5, "kind": "reacted",
        "message": {"id": first.id, "number": 1, "version": 1, "reactions": now},
    }  # fmt: skip
    say(lead, room, "Nothing on this one")
    assert "reactions" not in events(signed_in(member), room, 7)[0]["message"]


def test_the_same_act_happens_once(lead, member, room, say, react):
    first, key = say(lead, room), uuid.uuid4()
    once = react(member, room, first.id, key=key)
    react(member, room, first.id, on=False)
    assert react(member, room, first.id, key=key) == once
    assert not Reaction.objects.exists(), "a retry is answered, not done again"
    with pytest.raises(Conflict):
        react(member, room, first.id, PARTY, key=key)
    with pytest.raises(Conflict):
        services.edit_message(room.pk, first.id, by=member, key=key, base=1, body="x")
    assert Event.objects.filter(kind="reacted").count() == 2


def test_a_sign_on_and_off_again_changes_nothing_but_the_number(lead, member, room, say, react):
    first = say(lead, room)
    for on in (True, True, False, False):
        react(member, room, first.id, on=on)
    assert list(Event.objects.filter(kind="reacted").values_list("seq", flat=True)) == [5, 6, 7, 8]
    assert not Reaction.objects.exists()


def test_only_signs_of_the_list(lead, member, room, say, react):
    first = say(lead, room)
    for odd in ("", "x", "🖕", THUMB * 9):
        with pytest.raises(services.Malformed):
            react(member, room, first.id, odd)


def test_who_may_react_and_who_may_pin(lead, member, observer, room, say, react, pin):
    first = say(lead, room)
    Room.objects.update(writers="leads")
    react(member, room, first.id)
    for person, act in ((observer, react), (observer, pin), (member, pin)):
        with pytest.raises(NotAllowed):
            act(person, room, first.id)
    pin(lead, room, first.id)
    assert not AuditEntry.objects.filter(verb="message.pinned", actor_id=member.pk).exists()


def test_a_deleted_message_loses_its_signs_and_its_pin(signed_in, lead, member, room, say, react, pin):
    first = say(lead, room)
    react(member, room, first.id)
    pin(lead, room, first.id)
    services.delete_message(room.pk, first.id, by=lead, key=uuid.uuid4())
    assert not Reaction.objects.exists()
    log = events(signed_in(member), room)
    assert {"reactions", "pinned"}.isdisjoint(log[3]["message"])
    assert (log[4]["message"]["reactions"], log[5]["message"]["pinned"]) == ([], False)
    for act in (react, pin):
        with pytest.raises(Conflict):
            act(lead, room, first.id)


def test_a_pin_is_told_recorded_and_listed(signed_in, lead, member, room, say, pin):
    first = say(lead, room, "Read this first, @Marco Silva")
    ack = pin(lead, room, first.id)
    client = signed_in(member)
    about = {"id": first.id, "number": 1, "version": 1, "pinned": True}
    assert events(client, room, ack.seq - 1) == [{"seq": ack.seq, "kind": "pinned", "message": about}]
    assert client.get(f"{PAGE}{room.pk}/pins").json()["pins"] == [
        {"id": first.id, "number": 1, "author": "Lina Okafor", "excerpt": "Read this first, @Marco Silva"}
    ]
    pin(lead, room, first.id)
    pin(lead, room, first.id, on=False)
    assert client.get(f"{PAGE}{room.pk}/pins").json()["pins"] == []
    verbs = AuditEntry.objects.filter(verb__startswith="message.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["message.pinned", "message.unpinned"], "what changes nothing is no act"


def test_twenty_pins_and_no_more(lead, room, say, pin):
    acks = [say(lead, room, f"Message {number}") for number in range(21)]
    for ack in acks[:20]:
        pin(lead, room, ack.id)
    with pytest.raises(NotAllowed, match="at most 20"):
        pin(lead, room, acks[20].id)
    pin(lead, room, acks[0].id)
    pin(lead, room, acks[0].id, on=False)
    pin(lead, room, acks[20].id)
    assert Message.objects.filter(pinned_at__isnull=False).count() == 20


def test_below_the_floor_there_is_nothing_to_react_to(
    signed_in, lead, room, say, react, pin, supply_chains, make_insider
):
    before = say(lead, room, "canary")
    pin(lead, room, before.id)
    newcomer = make_insider(supply_chains, role="lead")
    supply_chains.history = "from-joining"
    supply_chains.save()
    react(lead, room, before.id)
    client = signed_in(newcomer)
    assert events(client, room)[-1] == {"seq": 7, "kind": "hidden"}
    assert client.get(f"{PAGE}{room.pk}/pins").json()["pins"] == []
    for method, address, body in (
        ("get", "reactions", None),
        ("put", "reactions", {"key": str(uuid.uuid4()), "emoji": THUMB, "on": True}),
        ("put", "pin", {"key": str(uuid.uuid4()), "on": False}),
    ):
        address = f"{PAGE}{room.pk}/messages/{before.id}/{address}"
        answer = getattr(client, method)(address, body and json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_acts_by_json_and_the_names_of_those_who_reacted(signed_in, lead, member, observer, room, say, react):
    first = say(lead, room)
    react(lead, room, first.id)
    client, base = signed_in(member), f"{PAGE}{room.pk}/messages/{first.id}/"

    def put(what, **body):
        return client.put(base + what, json.dumps(body), content_type="application/json")

    key = str(uuid.uuid4())
    answer = put("reactions", key=key, emoji=THUMB, on=True)
    assert answer.json() == {"type": "ack", "room": room.pk, "key": key, "seq": 6, "id": first.id, "version": 1}
    assert client.get(base + "reactions").json() == {
        "id": first.id,
        "reactions": [{"emoji": THUMB, "meaning": "Agreed", "names": ["Lina Okafor", "Marco Silva"]}],
    }
    assert put("reactions", key=key, emoji=THUMB, on=1).status_code == 400
    assert put("reactions", key=str(uuid.uuid4()), emoji="x", on=True).status_code == 400
    assert put("pin", key=str(uuid.uuid4()), on=True).status_code == 403


@pytest.mark.django_db(transaction=True)
async def test_signs_and_pins_arrive_live(joined, lead, member, room, asay):
    first = await asay(lead, room)
    hers, his = await joined(lead, room), await joined(member, room)
    key = str(uuid.uuid4())
    await his.say(type="react", room=room.pk, key=key, id=first.id, emoji=THUMB, on=True)
    ack, _ = await his.until("ack")
    assert ack == {"type": "ack", "room": room.pk, "key": key, "seq": 5, "id": first.id, "version": 1}
    await hers.say(type="pin", room=room.pk, key=str(uuid.uuid4()), id=first.id, on=True)
    seen = await hers.events(6)
    about = {"id": first.id, "number": 1, "version": 1}
    assert seen == [
        {"seq": 5, "kind": "reacted", "message": about | {"reactions": [{"emoji": THUMB, "people": [member.pk]}]}},
        {"seq": 6, "kind": "pinned", "message": about | {"pinned": True}},
    ]


@pytest.mark.django_db(transaction=True)
async def test_the_log_of_signs_by_json_is_the_log_by_socket(joined, member, lead, room, asay, async_client, react):
    first = await asay(lead, room)
    await sync_to_async(react)(member, room, first.id)
    await sync_to_async(react)(lead, room, first.id, PARTY)
    by_socket = await (await joined(member, room, since=0)).events(6)
    await async_client.aforce_login(member)
    by_json = (await async_client.get(f"{PAGE}{room.pk}/events?since=0")).json()
    assert by_json["events"] == by_socket
