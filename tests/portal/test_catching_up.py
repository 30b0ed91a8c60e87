"""What is new on one's home: the most relevant first, put away and taken back, the same on every device, at one cost."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.realtime import limits
from discussions import services
from discussions.chat.models import Room
from discussions.chat.services import send_message
from discussions.models import Reading
from groups.standing import Standing
from portal.home import home_of
from portal.models import Cleared, Visit


def start(group, person, title, body="Words.", **more):
    return services.start_thread(
        group, by=Standing.of(person, group).speak(), title=title, body=body, key=uuid.uuid4(), **more
    )


def say(thread, person, body="More words."):
    return services.post(thread, by=Standing.of(person, thread.group).speak(), body=body, key=uuid.uuid4())


def titles(person):
    return [new.thread.title for mine in home_of(person).groups for new in mine.news.newest]


@pytest.fixture
def lively(supply_chains, lead):
    return start(supply_chains, lead, "Lively")


def test_the_most_relevant_comes_first_and_says_why(signed_in, supply_chains, lead, member):
    to_me = start(supply_chains, lead, "To me", "Ask @Marco Silva")
    start(supply_chains, lead, "Announced", kind="announcement")
    watched = start(supply_chains, lead, "Watched")
    services.set_attention(watched, user=member, attention="watching")
    start(supply_chains, lead, "Liveliest")
    assert to_me.last_post_at < watched.last_post_at
    assert titles(member) == ["To me", "Announced", "Watched"], "three of a group are shown"
    page = signed_in(member).get("/").content.decode()
    for words in ("Addressed to you", "Announced or asked", "You watch this", "4 threads with something new"):
        assert words in page


def test_groups_stand_in_the_same_order(supply_chains, hidden_group, lead, member):
    for number in range(3):
        start(hidden_group, lead, f"Lively {number}")
    start(supply_chains, lead, "To me", "Ask @Marco Silva")
    assert [mine.group.name for mine in home_of(member).groups] == ["Supply Chains", "Quiet Harbour"]


def test_muted_threads_are_no_news(supply_chains, lead, member, lively):
    services.set_attention(lively, user=member, attention="muted")
    assert titles(member) == []
    assert home_of(member).posts == 0


def test_one_thread_is_put_away_until_something_is_said_in_it(signed_in, supply_chains, lead, member, lively):
    start(supply_chains, lead, "Other")
    client = signed_in(member)
    client.post("/home/clear/", {"group": supply_chains.pk, "thread": lively.pk})
    assert titles(member) == ["Other"]
    assert not Reading.objects.filter(user=member, thread=lively, last_read__gt=0).exists(), "nothing is read by that"
    say(lively, lead)
    assert titles(member) == ["Lively", "Other"]


def test_everything_is_put_away_and_brought_back(signed_in, supply_chains, hidden_group, lead, member, lively):
    start(hidden_group, lead, "Quiet words")
    send_message(Room.objects.get(group=supply_chains).pk, by=lead, body="Hello", key=uuid.uuid4())
    client = signed_in(member)
    assert "Put everything away" in client.get("/").content.decode()
    client.post("/home/clear/")
    page = client.get("/").content.decode()
    assert "Nothing new waits for you." in page
    assert (home_of(member).posts, home_of(member).messages) == (0, 0)
    other_device = Client()
    other_device.force_login(member)
    assert "Bring back what you put away" in other_device.get("/").content.decode()
    other_device.post("/home/undo/")
    assert set(titles(member)) == {"Lively", "Quiet words"}
    assert home_of(member).messages == 1
    assert "Bring back" not in client.get("/").content.decode()


def test_one_group_is_put_away_alone(signed_in, supply_chains, hidden_group, lead, member, lively):
    start(hidden_group, lead, "Quiet words")
    signed_in(member).post("/home/clear/", {"group": hidden_group.pk})
    assert titles(member) == ["Lively"]


def test_undo_takes_back_the_last_time_only(signed_in, supply_chains, lead, member, lively):
    client = signed_in(member)
    client.post("/home/clear/")
    say(lively, lead)
    client.post("/home/clear/")
    client.post("/home/undo/")
    assert titles(member) == ["Lively"]
    assert Cleared.objects.get().number == 1
    client.post("/home/undo/")
    assert Cleared.objects.get().number == 1, "there is nothing more to take back"


def test_after_a_quarter_of_an_hour_it_stays_away(signed_in, member, lively):
    client = signed_in(member)
    client.post("/home/clear/")
    Visit.objects.update(cleared_at=timezone.now() - timedelta(minutes=16))
    assert "Bring back" not in client.get("/").content.decode()
    client.post("/home/undo/")
    assert titles(member) == []


def test_nobody_puts_away_what_is_not_theirs(signed_in, stranger, member, supply_chains, lively):
    signed_in(stranger).post("/home/clear/", {"group": supply_chains.pk, "thread": lively.pk})
    assert not Cleared.objects.exists()


@pytest.mark.parametrize("sent", [{"group": "x"}, {"group": "9" * 30}, {"group": "1", "thread": "-1"}])
def test_odd_numbers_do_no_harm(signed_in, member, lively, sent):
    assert signed_in(member).post("/home/clear/", sent).status_code == 302


def test_the_last_visit_is_one_persons_on_every_device(signed_in, member, supply_chains):
    signed_in(member).get("/")
    assert Visit.objects.get().before is None
    left = timezone.now() - timedelta(hours=5)
    Visit.objects.update(seen_at=left)
    other_device = Client()
    other_device.force_login(member)
    assert "You were here last:" in other_device.get("/").content.decode()
    assert Visit.objects.get().before == left
    Visit.objects.update(seen_at=timezone.now() - timedelta(minutes=10))
    signed_in(member).get("/")
    assert Visit.objects.get().before == left, "a walk through the pages is one visit"


def test_home_asks_the_same_of_three_and_of_thirty_groups(
    client, make_group, make_person, make_organisation, affiliate, join, lead, dockers
):
    person, organisation = make_person("Nadia New"), make_organisation()
    affiliate(person, organisation)
    costs = []
    for count in (3, 27):
        for _ in range(count):
            group = make_group()
            join(dockers, group, lead, role="lead")
            join(organisation, group, person)
            start(group, lead, "New", "Ask @Nadia New")
            limits.pace.forget()
            send_message(Room.objects.get(group=group).pk, by=lead, body="Hello", key=uuid.uuid4())
        client.force_login(person)
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
