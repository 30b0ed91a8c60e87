"""Finding what was said: in one room, and by the one search box; only what one may read."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from discussions.chat import services
from discussions.chat.services import RoomRights

PAGE = "/groups/supply-chains/chat/"


def words(response):
    return " ".join(response.content.decode().split())


def found(client, query, address=PAGE, **more):
    page = client.get(address, {"q": query, **more})
    return [line.message.body for line in page.context["found"].lines]


def found_everywhere(client, query):
    answer = client.get("/search/", {"q": query, "kind": "message"})
    return [hit.excerpt for hit in answer.context["hits"]]


def test_every_word_whatever_its_case_accents_and_forms(signed_in, lead, member, room, say):
    for body in (
        "Le rapport est prêt",
        "The REPORT on cotton is ready",
        "تقرير عن القرى",
        "Ask @Lina Okafor about **cotton**",
    ):
        say(member, room, body)
    client = signed_in(member)
    assert found(client, "pret") == ["Le rapport est prêt"]
    assert found(client, "Cotton report") == ["The REPORT on cotton is ready"]
    assert found(client, "القري") == ["تقرير عن القرى"]
    assert found(client, "okafor") == [], "whom a message names is no word of it"
    assert found(client, "cotton") == [f"Ask @[{lead.pk}] about **cotton**", "The REPORT on cotton is ready"]
    page = words(client.get(PAGE, {"q": "cotton"}))
    assert "Ask @Lina Okafor about <mark>cotton</mark>" in page
    assert f'href="{PAGE}?from=4#message-4"' in page
    for nothing in ("", "   ", "%", "zzz"):
        assert found(client, nothing) == []
    assert "Nothing found" in words(client.get(PAGE, {"q": "zzz"}))
    assert found(client, "x\x00y" * 200) == []


def test_what_is_deleted_or_changed_is_found_no_more(signed_in, lead, member, room, say):
    first, second = say(member, room, "canary one"), say(member, room, "canary two")
    services.delete_message(room.pk, first.id, by=member, key=uuid.uuid4())
    services.edit_message(room.pk, second.id, by=member, key=uuid.uuid4(), base=1, body="something else")
    client = signed_in(member)
    assert found(client, "canary") == found_everywhere(client, "canary") == []
    assert found(client, "something") == ["something else"]


def test_nothing_of_another_room_and_nothing_below_the_floor(
    signed_in,
    lead,
    member,
    observer,
    stranger,
    outsider,
    secretariat,
    room,
    say,
    supply_chains,
    hidden_group,
    make_insider,
):
    say(lead, room, "canary before")
    leads_only = services.open_room(supply_chains, by=lead, name="Preparation", rights=RoomRights(audience="leads"))
    say(lead, leads_only, "canary of the leads")
    say(lead, hidden_group.rooms.get(), "canary in hiding")
    newcomer = make_insider(supply_chains)
    say(lead, room, "canary after")
    everything = {"canary before", "canary after", "canary of the leads", "canary in hiding"}
    assert set(found_everywhere(signed_in(lead), "canary")) == everything
    assert set(found_everywhere(signed_in(member), "canary")) == everything - {"canary of the leads"}
    assert found(signed_in(member), "canary") == ["canary after", "canary before"]
    assert set(found_everywhere(signed_in(observer), "canary")) == {"canary before", "canary after"}
    for person in (stranger, outsider, secretariat):
        assert found_everywhere(signed_in(person), "canary") == []
        assert signed_in(person).get(PAGE, {"q": "canary"}).status_code == 404
    supply_chains.history = "from-joining"
    supply_chains.save()
    client = signed_in(newcomer)
    assert found(client, "canary") == found_everywhere(client, "canary") == ["canary after"]
    client.logout()
    assert found_everywhere(client, "canary") == []


def test_twenty_a_page_with_the_way_to_earlier_ones(signed_in, lead, member, room, say):
    for number in range(1, 46):
        say(lead, room, f"Cotton {number}")
    client = signed_in(member)
    assert found(client, "cotton") == [f"Cotton {number}" for number in range(45, 25, -1)]
    assert "before=26" in words(client.get(PAGE, {"q": "cotton"}))
    assert found(client, "cotton", before=26) == [f"Cotton {number}" for number in range(25, 5, -1)]
    last = client.get(PAGE, {"q": "cotton", "before": 6})
    assert (len(last.context["found"].lines), last.context["found"].earlier) == (5, 0)
    answer = client.get("/search/", {"q": "cotton"})
    assert (len(answer.context["hits"]), answer.context["total"]) == (20, 45)
    assert answer.context["hits"][0].shown.title == "Lina Okafor"
    assert answer.context["hits"][0].shown.where == "Supply Chains – Main room"


@pytest.mark.parametrize("address", [PAGE, "/search/"])
def test_finding_costs_the_same_for_few_and_many(signed_in, lead, member, room, say, address):
    client = signed_in(member)

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address, {"q": "cotton"}).status_code == 200
        return len(queries)

    say(lead, room, "@Marco Silva cotton")
    cost()
    once = cost()
    for number in range(3):
        say(lead if number % 2 else member, room, f"@Lina Okafor cotton {number}")
    assert cost() == once
