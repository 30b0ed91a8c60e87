"""Frames name no more than every reader may be told: the pages' rule of names, by socket and by HTTP alike."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from discussions.chat import presenting, services
from groups.models import Membership


@pytest.fixture
def by_http(signed_in, supply_chains):
    """Return the whole log of a room as somebody gets it by HTTP, by the `seq` of its events."""

    def read(person, room):
        address = (
            reverse("chat:events", args=[supply_chains.slug, room.pk])
            if room.group_id
            else reverse("conversations:events", args=[room.pk])
        )
        return {event["seq"]: event for event in signed_in(person).get(f"{address}?since=0").json()["events"]}

    return read


def undisclose(organisation):
    organisation.listing = "undisclosed"
    organisation.save()


async def test_who_takes_part_is_named_and_who_left_is_not_to_anybody(
    joined, lead, member, room, asay, aend, supply_chains, by_http
):
    there = await joined(lead, room)
    ack = await asay(member, room)
    (live,) = (await there.until("events"))[0]["events"]
    assert live["message"]["author"] == {"id": member.pk, "name": "Marco Silva"}

    await aend(member, supply_chains)
    later = await joined(lead, room, since=0)
    events = await later.events(ack.seq + 1)
    by_socket = {event["seq"]: event for event in events}
    assert by_socket[ack.seq]["message"]["author"] == {"id": member.pk, "name": None}
    assert by_socket[ack.seq]["message"]["organisation"]["name"] == "Weavers’ Union"
    assert by_socket[ack.seq]["message"]["function"]
    left = by_socket[ack.seq + 1]["membership"]
    assert (left["change"], left["person"]) == ("ended", {"id": member.pk, "name": None})
    assert await sync_to_async(by_http)(lead, room) == by_socket


async def test_a_change_of_rights_takes_no_name_of_who_takes_part(
    joined, lead, member, room, asay, aend, observer, supply_chains
):
    ack = await asay(member, room)
    await aend(observer, supply_chains)
    later = await joined(lead, room, since=0)
    events = {event["seq"]: event for event in await later.events(ack.seq + 1)}
    assert events[ack.seq]["message"]["author"]["name"] == "Marco Silva"
    assert events[ack.seq + 1]["membership"]["person"]["name"] is None


@pytest.mark.parametrize(
    ("listing", "is_member", "name"),
    [("named", False, True), ("partners", False, True), ("undisclosed", True, True), ("undisclosed", False, False)],
)
def test_an_undisclosed_organisation_has_its_name_as_long_as_it_is_in_the_group(
    lead, member, room, say, end, weavers, supply_chains, by_http, listing, is_member, name
):
    ack = say(member, room)
    weavers.listing = listing
    weavers.save()
    end(member, supply_chains)
    if not is_member:
        Membership.objects.filter(group=supply_chains, organisation=weavers).update(state="ended")
    shown = by_http(lead, room)[ack.seq]["message"]["organisation"]
    assert shown == {"id": weavers.pk, "name": "Weavers’ Union" if name else None}


def test_in_a_conversation_only_who_shares_something_with_everybody_there_is_named(
    lead, member, observer, weavers, say, end, supply_chains, by_http
):
    talk = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    ack = say(member, talk)
    reply = say(lead, talk)

    def named(reader):
        log = by_http(reader, talk)
        return [log[one.seq]["message"]["author"]["name"] for one in (ack, reply)]

    for reader in (lead, member, observer):
        assert named(reader) == ["Marco Silva", "Lina Okafor"]
    undisclose(weavers)
    end(member, supply_chains)
    for reader in (lead, member, observer):
        assert named(reader) == [None, "Lina Okafor"] or named(reader) == [None, None]
    organisation = by_http(lead, talk)[ack.seq]["message"]["organisation"]
    assert organisation["name"] == "Weavers’ Union", "it is in the group still"


def test_naming_asks_nothing_while_those_who_spoke_take_part_and_once_for_any_number_later(
    lead, member, room, say, end, supply_chains
):
    room.refresh_from_db()
    start = room.last_seq
    for _ in range(3):
        say(member, room)

    def asked(count):
        events = presenting.events_after(room.pk, start, count)
        with CaptureQueriesContext(connection) as queries:
            presenting.as_data(events)
        return len(queries)

    first = asked(1)
    assert asked(3) == first
    end(member, supply_chains)
    assert asked(1) == asked(3) == first + 1


def test_pages_and_notices_name_nobody_who_left(signed_in, lead, member, observer, room, say, end, supply_chains):
    ack = say(member, room, "Good morning @Olga Rivas")
    base = room.get_absolute_url()
    pages = [
        (lead, f"{base}?reply=1"),
        (lead, f"{reverse('chat:room', args=[supply_chains.slug, room.pk])}messages/{ack.id}/delete/"),
        (observer, reverse("notifications:list")),
    ]
    for reader, address in pages:
        assert "Marco Silva" in signed_in(reader).get(address).content.decode(), address
    end(member, supply_chains)
    for reader, address in pages:
        page = signed_in(reader).get(address).content.decode()
        assert "Marco Silva" not in page, address
        assert "Weavers’ Union" in page, address
