"""Rooms with their own rights: who is in one, who writes, and what every way to it says to whom."""

import json
import uuid
from functools import partial

import pytest
from asgiref.sync import sync_to_async

from core.models import AuditEntry
from core.realtime import limits
from discussions.chat import services
from discussions.chat.access import place_in
from discussions.chat.live import Rooms
from discussions.chat.models import Audience, Event, Room, Writers
from discussions.chat.services import RoomRights
from discussions.chat.unread import room_badges
from groups.standing import NotAllowed
from notifications.models import Notice

PAGE = "/groups/supply-chains/chat/"
PEOPLE = ("lead", "member", "observer", "stranger", "outsider", "secretariat")
LEADS = RoomRights(Audience.LEADS, Writers.MEMBERS)
MEMBERS = RoomRights(Audience.MEMBERS, Writers.MEMBERS)
READ_ALONG = RoomRights(Audience.EVERYBODY, Writers.LEADS)

# what a room is -> its rights, and what each of PEOPLE may: w writes, s reads and reacts, r reads, . finds no such room.
TABLE = {
    "everybody": (RoomRights(), "wwr..."),
    "read along": (READ_ALONG, "wsr..."),
    "members": (MEMBERS, "ww...."),
    "members, leads write": (RoomRights(Audience.MEMBERS, Writers.LEADS), "ws...."),
    "leads": (LEADS, "w....."),
}


@pytest.fixture
def open_room(supply_chains, lead):
    """Open a further room with its own rights."""

    def make(rights=LEADS, name="Preparation"):
        return services.open_room(supply_chains, by=lead, name=name, rights=rights)

    return make


@pytest.fixture
def change(lead):
    """Change a room's rights, as the lead."""

    def act(room, rights):
        services.change_rights(room, by=lead, rights=rights)

    return act


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("kind", TABLE)
def test_who_may_what_in_which_room(client, request, room, say, lead, supply_chains, open_room, kind, who):
    rights, row = TABLE[kind]
    further = open_room(rights)
    message = say(lead, further, "canary")
    person, may = request.getfixturevalue(who), row[PEOPLE.index(who)]
    client.force_login(person)
    limits.pace.forget()
    base = f"{PAGE}{further.pk}/"

    def ask(method, address, **body):
        given = json.dumps({"key": str(uuid.uuid4()), **body})
        return getattr(client, method)(base + address, given, content_type="application/json").status_code

    sees = may != "."
    page = client.get(base)
    assert page.status_code == (200 if sees else 404)
    assert ("canary" in page.content.decode()) == sees
    assert client.get(f"{base}events").status_code == (200 if sees else 404)
    assert client.get(f"{base}messages/{message.id}/reactions").status_code == (200 if sees else 404)
    now = client.get(f"{base}rights")
    assert now.status_code == (200 if sees else 404)
    if sees:
        told = now.json()
        assert (told["writes"], told["reacts"]) == (may == "w", may in "ws")
        assert (told["pins"], told["moderates"]) == (who == "lead", who == "lead")
        assert bool(told["refusal"]) == (may != "w")
    refused = 403 if sees else 404
    assert ask("post", "messages", body="x") == (200 if may == "w" else refused)
    assert ask("put", f"messages/{message.id}/reactions", emoji="👍", on=True) == (200 if may in "ws" else refused)
    assert ask("put", f"messages/{message.id}/pin", on=True) == (200 if who == "lead" else refused)
    assert ask("post", "read", seq=1) == (200 if sees else 404)
    assert (person.pk in Rooms().rights(further.pk, [person.pk])) == sees
    assert (place_in(further, person) is not None) == sees
    assert Room.objects.visible_to(person).filter(pk=further.pk).exists() == sees
    listed = [badge.room.pk for badge in room_badges(person, [supply_chains])[supply_chains.pk]]
    assert (further.pk in listed) == sees
    if room.pk in listed:
        assert ("Preparation" in client.get(PAGE).content.decode()) == sees


def test_a_room_opens_with_its_rights_and_only_leads_open_one(supply_chains, lead, member, open_room):
    further = open_room()
    assert (further.audience, further.writers, further.shows_readers) == ("leads", "members", False)
    with pytest.raises(NotAllowed):
        services.open_room(supply_chains, by=member, name="Sneaky", rights=LEADS)


def test_a_change_is_an_act_with_a_number(lead, member, secretariat, room, open_room, change):
    further = open_room()
    before = Room.objects.get(pk=further.pk)
    change(further, MEMBERS)
    change(further, MEMBERS)
    after = Room.objects.get(pk=further.pk)
    assert (after.last_seq, after.acl_version) == (before.last_seq + 1, before.acl_version + 1)
    event = Event.objects.get(room=further, seq=after.last_seq)
    assert (event.kind, event.change, event.acl_version) == ("membership", "rights", after.acl_version)
    assert AuditEntry.objects.filter(verb="room.rights_changed").count() == 1, "what changes nothing is no act"
    for person in (member, secretariat):
        with pytest.raises(NotAllowed):
            services.change_rights(further, by=person, rights=LEADS)
    with pytest.raises(NotAllowed):
        change(room, LEADS)
    change(room, READ_ALONG)
    assert Room.objects.get(pk=room.pk).writers == "leads"


def test_only_people_of_the_room_are_named_and_told(lead, member, room, say, open_room):
    further = open_room()
    say(lead, further, "For @Marco Silva?")
    assert further.messages.get().body == "For @Marco Silva?"
    assert not Notice.objects.filter(kind="chat_mention").exists()
    say(lead, room, "For @Marco Silva?")
    assert room.messages.get().body == f"For @[{member.pk}]?"
    assert Notice.objects.get(kind="chat_mention").user == member


def test_a_notice_of_a_room_one_has_lost_is_shown_no_more(signed_in, lead, member, say, open_room, change):
    further = open_room(MEMBERS)
    say(lead, further, "canary for @Marco Silva")
    client = signed_in(member)
    assert "canary" in client.get("/notifications/").content.decode()
    change(further, LEADS)
    assert "canary" not in client.get("/notifications/").content.decode()


@pytest.mark.django_db(transaction=True)
async def test_whoever_loses_the_room_is_cut_off_exactly(joined, lead, member, observer, open_room, change, asay):
    further = await sync_to_async(open_room)(RoomRights())
    hers, his, theirs = [await joined(person, further) for person in (lead, member, observer)]
    await asay(lead, further, "Before")
    assert [event["seq"] for event in await theirs.events(1)] == [1]
    await sync_to_async(change)(further, MEMBERS)
    await asay(lead, further, "Between")
    closed = {"type": "closed", "room": further.pk, "reason": "removed"}
    assert await theirs.until("closed") == (closed, [])
    assert await theirs.silent()
    assert (await theirs.ask(type="join", room=further.pk))["code"] == "not_found"
    assert [event["kind"] for event in await his.events(3)] == ["message", "membership", "message"]
    await sync_to_async(change)(further, LEADS)
    await asay(lead, further, "After")
    seen = await hers.events(5)
    assert [event["kind"] for event in seen] == ["message", "membership", "message", "membership", "message"]
    assert await his.until("closed") == (closed, [])
    assert await his.silent()


@pytest.mark.django_db(transaction=True)
async def test_whoever_wins_the_room_is_let_in(joined, tab, lead, member, open_room, change, asay):
    further = await sync_to_async(open_room)(LEADS)
    his = await tab(member)
    assert (await his.ask(type="join", room=further.pk))["code"] == "not_found"
    await sync_to_async(change)(further, RoomRights())
    assert (await his.ask(type="join", room=further.pk, since=0))["type"] == "joined"
    await asay(lead, further, "Welcome")
    assert [event["kind"] for event in await his.events(2)] == ["membership", "message"]
    await sync_to_async(change)(further, READ_ALONG)
    assert (await his.events(3))[-1]["membership"]["change"] == "rights"
    answer = await his.ask(type="send", room=further.pk, key=str(uuid.uuid4()), body="x")
    assert answer["code"] == "forbidden"


def test_settings_of_a_room_by_form(signed_in, lead, member, observer, room, open_room):
    further = open_room(RoomRights())
    address = f"{PAGE}{further.pk}/settings/"
    chosen = {"name": "Preparation", "audience": "members", "writers": "leads", "shows_readers": "on"}
    assert signed_in(member).post(address, chosen).url == f"{PAGE}{further.pk}/"
    assert signed_in(lead).post(address, chosen | {"audience": "strangers"}).status_code == 422
    assert Room.objects.get(pk=further.pk).audience == "everybody"
    client = signed_in(lead)
    assert client.post(address, chosen).url == f"{PAGE}{further.pk}/"
    now = Room.objects.get(pk=further.pk)
    assert (now.audience, now.writers, now.shows_readers) == ("members", "leads", True)
    page = client.get(address).content.decode()
    assert "Members and leads of this group, not its observers" in page
    assert (
        "Members and leads of this group, not its observers"
        in signed_in(member).get(f"{PAGE}{further.pk}/").content.decode()
    )
    assert signed_in(observer).get(address).status_code == 404


def test_everybody_stays_in_the_main_room(signed_in, lead, room):
    client, address = signed_in(lead), f"{PAGE}{room.pk}/settings/"
    form = client.get(address).context["form"]
    assert form.fields.keys().isdisjoint({"name", "audience"})
    client.post(address, {"name": "Mine", "audience": "leads", "writers": "leads"})
    now = Room.objects.get(pk=room.pk)
    assert (now.name, now.audience, now.writers) == ("", "everybody", "leads")


def test_a_closed_room_is_read_only_until_it_is_opened_again(
    signed_in, lead, member, room, say, open_room, supply_chains
):
    first, second = open_room(RoomRights(), name="Agenda"), open_room(RoomRights(), name="Zebra")
    said = say(member, first, "Said before")
    base = f"{PAGE}{first.pk}/"
    signed_in(member).post(f"{base}state/", {"closed": "1"})
    assert Room.objects.get(pk=first.pk).closed_at is None
    for _ in range(2):
        signed_in(lead).post(f"{base}state/", {"closed": "1"})
    now = Room.objects.get(pk=first.pk)
    assert (now.last_seq, now.acl_version) == (2, 2)
    for person in (lead, member):
        mine = {"by": person, "key": uuid.uuid4()}
        for act in (
            partial(services.send_message, first.pk, body="x", **mine),
            partial(services.react, first.pk, said.id, emoji="👍", on=True, **mine),
            partial(services.pin_message, first.pk, said.id, on=True, **mine),
            partial(services.delete_message, first.pk, said.id, **mine),
        ):
            with pytest.raises(NotAllowed, match="This room is closed"):
                act()
    client = signed_in(member)
    page = client.get(base).content.decode()
    assert "Said before" in page and "This room is closed: it can be read" in page and 'id="say"' not in page
    listed = [badge.room for badge in room_badges(member, [supply_chains])[supply_chains.pk]]
    assert listed == [room, second, first]
    client = signed_in(lead)
    assert "Open the room again" in client.get(f"{base}settings/").content.decode()
    client.post(f"{base}state/")
    assert say(member, first, "Said after").seq == 4
    verbs = AuditEntry.objects.filter(verb__in=["room.closed", "room.reopened"]).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["room.closed", "room.reopened"]
    client.post(f"{PAGE}{room.pk}/state/", {"closed": "1"})
    assert "The main room stays open as long as the group." in client.get(PAGE).content.decode()
    assert Room.objects.get(pk=room.pk).closed_at is None


@pytest.mark.django_db(transaction=True)
async def test_closing_a_room_holds_for_those_who_are_in_it(joined, lead, member, open_room):
    further = await sync_to_async(open_room)(RoomRights())
    his = await joined(member, further)
    await sync_to_async(services.close_room)(further, by=lead)
    assert (await his.events(1))[0]["membership"]["change"] == "rights"
    answer = await his.ask(type="send", room=further.pk, key=str(uuid.uuid4()), body="x")
    assert answer["code"] == "forbidden"
