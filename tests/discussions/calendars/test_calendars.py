"""Calendars at secret addresses: what stands there is asked anew at every fetch, and nothing of it is kept in words."""

import re
import uuid
from datetime import UTC, date, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from discussions import services as threads
from discussions.actions import services as actions
from discussions.calendars.models import Feed
from discussions.polls import services as polls
from groups.models import Participant
from groups.services import end_participation


@pytest.fixture
def make(signed_in):
    """Make an address as a person does, and return its path."""

    def make(person, **sent):
        page = signed_in(person).post("/calendar/make/", sent).content.decode()
        return re.search(r"(/calendar/[\w-]+\.ics)", page)[1]

    return make


@pytest.fixture
def due(capacity):
    """Write an action down for the writer's own organisation."""

    def due(group, person, text="Send the figures", days=7):
        by = capacity(person, group)
        day = timezone.now().date() + timedelta(days=days)
        return actions.add_action(group, by=by, text=text, owner_id=by.organisation_id, due_on=day, key=uuid.uuid4())

    return due


def entries(client, path):
    """Fetch the calendar without a session and return its entries by UID, and the answer."""
    client.logout()
    answer = client.get(path)
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}, answer


def test_actions_consultations_and_polls_stand_in_it(client, make, due, ask, start, supply_chains, lead, member):
    until = timezone.now().replace(microsecond=0) + timedelta(days=4)
    action = due(supply_chains, member)
    other = due(supply_chains, lead, "Not the weavers’")
    thread = start(supply_chains, lead, "The plan", kind="consultation", open_until=until)
    poll = ask(start(supply_chains, member), member, open_until=until)
    found, answer = entries(client, make(member))
    assert set(found) == {
        f"action-{action.pk}@localhost",
        f"consultation-{thread.pk}@localhost",
        f"poll-{poll.pk}@localhost",
    }
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert "sessionid" not in answer.cookies
    event = found[f"action-{action.pk}@localhost"]
    assert (event["dtstart"].dt, event["dtend"].dt) == (action.due_on, action.due_on + timedelta(days=1))
    assert type(event["dtstart"].dt) is date
    assert str(event["summary"]) == "Send the figures"
    end = found[f"consultation-{thread.pk}@localhost"]["dtstart"].dt
    assert end == until.astimezone(UTC)
    assert b"DTSTART:" + until.strftime("%Y%m%dT%H%M%SZ").encode() in answer.content
    of_group, _ = entries(client, make(member, group="supply-chains"))
    assert f"action-{other.pk}@localhost" in of_group


def test_what_changes_keeps_its_uid_and_raises_its_sequence(client, make, due, capacity, supply_chains, member):
    action, by = due(supply_chains, member), capacity(member, supply_chains)
    path = make(member)
    uid = f"action-{action.pk}@localhost"
    first = entries(client, path)[0][uid]
    actions.drop_action(action, by=by, base=1, reason="No longer.")
    then = entries(client, path)[0][uid]
    assert (first["sequence"], str(first["status"])) == (0, "CONFIRMED")
    assert (then["sequence"], str(then["status"])) == (1, "CANCELLED")
    assert then["dtstamp"].dt >= first["dtstamp"].dt


def test_what_is_closed_early_is_cancelled(client, make, ask, start, capacity, supply_chains, lead):
    by = capacity(lead, supply_chains)
    until = timezone.now() + timedelta(days=4)
    thread = start(supply_chains, lead, kind="consultation", open_until=until)
    poll = ask(start(supply_chains, lead), lead, open_until=until)
    path = make(lead)
    before = entries(client, path)[0]
    threads.close_thread(thread, by=by, conclusion="Done.")
    polls.close_poll(poll, by=by)
    after = entries(client, path)[0]
    for uid in (f"consultation-{thread.pk}@localhost", f"poll-{poll.pk}@localhost"):
        assert str(after[uid]["status"]) == "CANCELLED"
        assert after[uid]["sequence"] > before[uid]["sequence"]


def test_lines_are_folded_and_escaped(client, make, due, supply_chains, member):
    text = "Figures; with, signs \\ and " + "ünïcödé " * 20
    due(supply_chains, member, text)
    found, answer = entries(client, make(member))
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    (event,) = found.values()
    assert str(event["summary"]) == " ".join(text.split())


def test_rights_are_asked_at_each_fetch(client, make, due, capacity, supply_chains, member, lead):
    due(supply_chains, member)
    path, of_group = make(member), make(member, group="supply-chains")
    assert len(entries(client, path)[0]) == 1
    end_participation(Participant.objects.get(user=member), by=capacity(member, supply_chains))
    assert entries(client, path)[0] == {}
    assert client.get(of_group).status_code == 404
    member.is_active = False
    member.save()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("chosen", "named"), [({}, False), ({"names_hidden": "on"}, True)])
def test_a_hidden_group_is_named_only_where_the_reader_chose_so(
    client, make, due, hidden_group, member, chosen, named
):
    due(hidden_group, member, "Call the harbour")
    for group in ({}, {"group": hidden_group.slug}):
        found, answer = entries(client, make(member, **group, **chosen))
        assert len(found) == 1
        assert (b"Quiet Harbour" in answer.content, b"Call the harbour" in answer.content) == (named, named)


def test_a_new_address_takes_the_place_of_the_old_and_only_a_hash_is_kept(client, make, member, supply_chains):
    old, new = make(member), make(member)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    token = new.removeprefix("/calendar/").removesuffix(".ics")
    kept = Feed.objects.get(revoked_at=None)
    assert token not in str(Feed.objects.values_list())
    client.force_login(member)
    assert token not in client.get("/calendar/").content.decode()
    assert client.post("/calendar/revoke/", {"feed": kept.pk}).status_code == 302
    assert client.get(new).status_code == 404


def test_nobody_takes_back_somebody_elses_address(client, make, member, lead, supply_chains):
    path = make(member)
    client.force_login(lead)
    assert client.post("/calendar/revoke/", {"feed": Feed.objects.get().pk}).status_code == 404
    assert client.get(path).status_code == 200


def test_nobody_makes_an_address_of_a_group_they_are_not_in(signed_in, stranger, supply_chains):
    page = signed_in(stranger).post("/calendar/make/", {"group": "supply-chains"})
    assert page.context["form"].errors.keys() == {"group"}
    assert not Feed.objects.exists()


def test_what_was_asked_before_one_joined_is_not_in_it(
    client, make, ask, start, make_insider, make_group, join, dockers, lead, say
):
    group = make_group("Keeps its past", history="from-joining", read="members")
    join(dockers, group, lead, role="lead")
    until = timezone.now() + timedelta(days=4)
    thread = start(group, lead, kind="consultation", open_until=until)
    ask(thread, lead, open_until=until)
    newcomer = make_insider(group)
    say(thread, lead)  # the thread itself is theirs to read from here on
    assert entries(client, make(newcomer))[0] == {}
    assert len(entries(client, make(lead))[0]) == 2


def test_the_number_of_queries_does_not_grow(client, make, due, supply_chains, member, django_assert_num_queries):
    path = make(member)
    due(supply_chains, member)
    client.logout()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for _ in range(4):
        due(supply_chains, member)
    with django_assert_num_queries(len(one)):
        client.get(path)
