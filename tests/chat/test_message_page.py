"""Everything people add to messages, by plain pages: signs, pins, the page of one message, who has read, links."""

import uuid

import pytest
from django.core.cache import caches

from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Reaction, Room

PAGE = "/groups/supply-chains/chat/"
THUMB = "👍"


def words(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def base(room):
    return f"{PAGE}{room.pk}/"


@pytest.fixture
def react():
    def act(person, room, message, emoji=THUMB):
        limits.pace.forget()
        return services.react(room.pk, message, by=person, key=uuid.uuid4(), emoji=emoji, on=True)

    return act


@pytest.fixture
def pin():
    def act(person, room, message, on=True):
        limits.pace.forget()
        return services.pin_message(room.pk, message, by=person, key=uuid.uuid4(), on=on)

    return act


@pytest.fixture
def shows_readers(room):
    """The room shows who has read."""
    Room.objects.filter(pk=room.pk).update(shows_readers=True)


def test_signs_and_pins_stand_on_the_page(signed_in, lead, member, observer, room, base, say, react, pin):
    first = say(lead, room, "The venue is booked")
    react(lead, room, first.id)
    react(member, room, first.id)
    pin(lead, room, first.id)
    page = words(signed_in(member).get(PAGE))
    assert f'formaction="{base}messages/{first.id}/react/" name="off" value="{THUMB}" aria-pressed="true"' in page
    assert 'aria-label="Agreed (2): Lina Okafor, Marco Silva"' in page
    assert '<bdi>Lina Okafor</bdi> <span dir="auto">The venue is booked</span>' in page
    assert 'data-pinned="1"' in page
    page = words(signed_in(observer).get(PAGE))
    assert "Agreed (2)" in page and "aria-pressed" not in page.partition('id="log"')[2].partition("</article>")[0]


def test_the_page_costs_the_same_for_few_and_many_signs_and_pins(
    signed_in, lead, member, room, say, react, pin, django_assert_num_queries
):
    client = signed_in(member)

    def add(number):
        for _ in range(number):
            message = say(lead, room)
            for person in (lead, member):
                react(person, room, message.id)
            pin(lead, room, message.id)

    add(1)
    client.get(PAGE)
    caches["process"].clear()
    with django_assert_num_queries(21):
        client.get(PAGE)
    add(2)
    with django_assert_num_queries(21):
        client.get(PAGE)


def test_reacting_and_pinning_by_plain_forms(signed_in, lead, member, observer, room, base, say):
    first = say(lead, room, "The venue is booked")
    address = f"{base}messages/{first.id}/"
    client = signed_in(member)
    page = words(client.get(address))
    assert "A message by <bdi>Lina Okafor</bdi>" in page and "Nobody has reacted yet." in page
    assert client.post(f"{address}react/", {"on": THUMB}).url == f"{PAGE}?from=1#message-1"
    client.post(f"{address}react/", {"on": THUMB})
    assert Reaction.objects.get().user == member
    assert "<bdi>Marco Silva</bdi>" in words(client.get(address))
    client.post(f"{address}react/", {"off": THUMB})
    assert not Reaction.objects.exists()
    client.post(f"{address}pin/", {"on": "1"})
    assert "Only leads of the group pin messages." in words(client.get(PAGE))
    client = signed_in(observer)
    client.post(f"{address}react/", {"on": THUMB})
    assert not Reaction.objects.exists()
    client = signed_in(lead)
    client.post(f"{address}pin/", {"on": "1"})
    assert "Unpin" in words(client.get(address))
    client.post(f"{address}pin/")
    assert "Pin to the top" in words(client.get(address))


def test_a_deleted_message_offers_nothing(signed_in, lead, member, room, base, say, shows_readers):
    first = say(member, room, "canary")
    services.delete_message(room.pk, first.id, by=member, key=uuid.uuid4())
    client = signed_in(member)
    page = words(client.get(f"{base}messages/{first.id}/"))
    assert "This message was deleted." in page and "canary" not in page
    for what in ("Reactions", "Read by", "Link to this message", "/edit/", "/react/"):
        assert what not in page
    assert client.get(f"{base}messages/{first.id}/readers").status_code == 404


def test_a_link_leads_to_its_message_or_says_so(signed_in, lead, member, room, base, say):
    for number in range(1, 121):
        say(lead, room, f"Message {number}.")
    client = signed_in(member)
    newest = client.get(f"{PAGE}?from=80")
    assert (newest.context["rows"][0].number, newest.context["is_newest"]) == (71, True)
    earlier = client.get(f"{PAGE}?from=30")
    assert [row.number for row in earlier.context["rows"]] == list(range(30, 80))
    assert "To the newest" in words(earlier)
    for nowhere in (121, 9999):
        page = client.get(f"{PAGE}?from={nowhere}")
        assert "The message you were led to is not here for you to read." in words(page)
        assert page.context["is_newest"] is True
    assert "is not here for you" not in words(newest) + words(earlier) + words(client.get(PAGE))


def test_a_link_below_the_floor_reveals_nothing(signed_in, lead, room, base, say, supply_chains, make_insider):
    before = say(lead, room, "canary")
    newcomer = make_insider(supply_chains)
    say(lead, room, "Welcome")
    supply_chains.history = "from-joining"
    supply_chains.save()
    client = signed_in(newcomer)
    page = words(client.get(f"{PAGE}?from=1"))
    assert "is not here for you to read" in page and "Welcome" in page and "canary" not in page
    assert client.get(f"{base}messages/{before.id}/").status_code == 404


# --- Who has read ---------------------------------------------------------------------------------------------------


def test_only_organisations_are_shown_and_only_where_it_is_on(
    signed_in, lead, member, observer, room, base, say, supply_chains, make_insider
):
    first = say(member, room, "Please read")
    address = f"{base}messages/{first.id}/readers"
    client = signed_in(member)
    assert client.get(address).status_code == 404
    assert "Read by" not in words(client.get(f"{base}messages/{first.id}/"))
    Room.objects.filter(pk=room.pk).update(shows_readers=True)
    services.mark_read(Room.objects.get(pk=room.pk), by=lead, seq=4)
    answer = client.get(address).json()
    assert answer == {"id": first.id, "total": 2, "read": ["Dockers’ Federation"], "waiting": ["Ministry of Labour"]}
    page = words(client.get(f"{base}messages/{first.id}/"))
    assert "Read by 1 of 2 organisations" in page
    assert "Lina Okafor" not in page
    assert "This room shows which organisations have read a message." in words(client.get(PAGE))
    assert signed_in(observer).get(address).status_code == 403


def test_one_person_reads_for_an_organisation_and_newcomers_do_not_count(
    signed_in, lead, member, dockers, room, base, say, shows_readers, supply_chains, make_person, affiliate, join, make_insider
):  # fmt: skip
    first = say(member, room, "Please read")
    make_insider(supply_chains)
    colleague = make_person("Carla")
    affiliate(colleague, dockers, role="staff")
    services.mark_read(Room.objects.get(pk=room.pk), by=lead, seq=4)
    answer = signed_in(member).get(f"{base}messages/{first.id}/readers").json()
    assert answer["read"] == ["Dockers’ Federation"]
    assert answer["total"] == 2, "who came after the message has not been asked to read it"


def test_who_is_not_in_the_room_is_not_waited_for(signed_in, lead, member, say, supply_chains):
    rights = services.RoomRights(audience="members", shows_readers=True)
    further = services.open_room(supply_chains, by=lead, name="Drafting", rights=rights)
    first = say(lead, further)
    answer = signed_in(lead).get(f"{PAGE}{further.pk}/messages/{first.id}/readers").json()
    assert answer == {"id": first.id, "total": 1, "read": [], "waiting": ["Weavers’ Union"]}


def test_an_organisation_that_is_not_listed_is_named_to_those_who_share_the_group(
    signed_in, member, room, base, say, shows_readers, ministry
):
    ministry.listing = "undisclosed"
    ministry.save()
    first = say(member, room)
    answer = signed_in(member).get(f"{base}messages/{first.id}/readers").json()
    assert "Ministry of Labour" in answer["waiting"]


def test_who_has_read_costs_the_same_for_few_and_many(
    signed_in, member, room, base, shows_readers, supply_chains, make_insider, say, django_assert_num_queries
):
    client = signed_in(member)
    first = say(member, room)
    client.get(f"{base}messages/{first.id}/readers")
    with django_assert_num_queries(10):
        client.get(f"{base}messages/{first.id}/readers")
    for _ in range(3):
        make_insider(supply_chains)
    last = say(member, room)
    with django_assert_num_queries(10):
        assert client.get(f"{base}messages/{last.id}/readers").json()["total"] == 5
