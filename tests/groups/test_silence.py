"""A lead mutes a person for a time: they read on, write in no thread and no room, know why, and it ends by itself."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import DomainError
from core.models import AuditEntry
from discussions import services as threads
from discussions.chat import services as chat
from discussions.chat.models import Room
from groups import services
from groups.documents.services import create_folder
from groups.models import Silence
from groups.standing import NotAllowed, Standing
from notifications.models import Notice
from notifications.services import visible

MUTE = "/groups/supply-chains/people/{}/mute/"


def speaking(person, group):
    return Standing.of(person, group).speak()


def leading(person, group):
    return Standing.of(person, group).act()


@pytest.fixture
def thread(supply_chains, lead):
    return threads.start_thread(
        supply_chains, by=speaking(lead, supply_chains), title="Fees", body="Who pays?", key=uuid.uuid4()
    )


@pytest.fixture
def silenced(supply_chains, lead, member):
    return services.silence(
        supply_chains, member, by=leading(lead, supply_chains), days=3, reason="Three warnings about tone."
    )


def told(person):
    return [words.text for _, words in visible(Notice.objects.of(person).unread(), person)]


def test_a_lead_mutes_from_the_members_page_and_everybody_concerned_is_told(
    signed_in, lead, member, supply_chains, thread
):
    client = signed_in(lead)
    address = MUTE.format(member.pk)
    assert address in client.get("/groups/supply-chains/members/").content.decode()
    assert client.post(address, {"days": "3", "reason": ""}).status_code == 422
    assert client.post(address, {"days": "400", "reason": "x"}).status_code == 422
    assert not Silence.objects.exists()
    client.post(address, {"days": "3", "reason": "Three warnings about tone."})
    held = Silence.objects.get()
    assert timedelta(days=3) - (held.until - timezone.now()) < timedelta(seconds=10)
    (words,) = told(member)
    assert words.startswith("You may not write in “Supply Chains” until ")
    entry = AuditEntry.objects.get(verb="participant.silenced")
    assert (entry.chain.scope, entry.actor_id, entry.reason, entry.payload["person"]) == (
        f"group:{supply_chains.pk}",
        lead.pk,
        "Three warnings about tone.",
        member.pk,
    )
    record = client.get("/groups/supply-chains/settings/record/").content.decode()
    assert "muted for a time:" in record
    page = signed_in(member).get(thread.get_absolute_url())
    assert page.status_code == 200
    words = page.content.decode()
    assert "Who pays?" in words
    assert "Three warnings about tone." in words
    assert 'name="body"' not in words
    assert "Three warnings about tone." in client.get("/groups/supply-chains/chat/").content.decode()


def test_the_muted_write_nothing_by_any_way(silenced, supply_chains, lead, member, thread, client):
    room = Room.objects.get(group=supply_chains)
    by = speaking(member, supply_chains)
    for act in (
        lambda: threads.post(thread, by=by, body="Still here", key=uuid.uuid4()),
        lambda: threads.start_thread(supply_chains, by=by, title="New", body="Still here", key=uuid.uuid4()),
        lambda: chat.send_message(room.pk, by=member, body="Still here", key=uuid.uuid4()),
    ):
        with pytest.raises(NotAllowed, match="Three warnings about tone"):
            act()
    client.force_login(member)
    client.post(f"{thread.get_absolute_url()}post/", {"body": "Still here", "key": str(uuid.uuid4())})
    client.post(f"/groups/supply-chains/chat/{room.pk}/send/", {"body": "Still here", "key": str(uuid.uuid4())})
    assert thread.posts.count() == 1
    assert room.messages.count() == 0


def test_what_they_wrote_before_cannot_be_changed_but_taken_back(supply_chains, lead, member):
    mine = threads.start_thread(
        supply_chains, by=speaking(member, supply_chains), title="Mine", body="Words", key=uuid.uuid4()
    )
    by = speaking(member, supply_chains)
    services.silence(supply_chains, member, by=leading(lead, supply_chains), days=1, reason="Tone.")
    with pytest.raises(NotAllowed):
        threads.edit_post(mine.posts.get(), by=by, body="Other words", base=1)
    threads.delete_post(mine.posts.get(), by=by)
    assert mine.posts.get().is_deleted


def test_papers_still_come_into_the_library(silenced, supply_chains, member):
    assert create_folder(
        supply_chains, parent=None, name="Minutes", by=speaking(member, supply_chains), key=uuid.uuid4()
    )


def test_it_ends_by_itself(silenced, supply_chains, member, thread):
    Silence.objects.update(until=timezone.now() - timedelta(seconds=1))
    threads.post(thread, by=speaking(member, supply_chains), body="Back", key=uuid.uuid4())
    assert told(member) == []


def test_a_lead_lets_them_write_again(signed_in, silenced, supply_chains, lead, member, thread):
    client = signed_in(lead)
    assert "Let them write again" in client.get(MUTE.format(member.pk)).content.decode()
    client.post(MUTE.format(member.pk).replace("mute", "unmute"))
    threads.post(thread, by=speaking(member, supply_chains), body="Back", key=uuid.uuid4())
    assert told(member) == []
    assert AuditEntry.objects.filter(verb="participant.unsilenced", actor_id=lead.pk).exists()


def test_a_new_time_takes_the_place_of_the_old(silenced, supply_chains, lead, member):
    services.silence(supply_chains, member, by=leading(lead, supply_chains), days=1, reason="Calmer now.")
    assert [one.reason for one in Silence.objects.holding()] == ["Calmer now."]
    until = Standing.of(member, supply_chains).silenced_until
    assert until - timezone.now() < timedelta(days=1)


def test_another_group_hears_them_on(silenced, hidden_group, member):
    assert Standing.of(member, hidden_group).may_post


def test_no_lead_is_muted_and_nobody_but_leads_mutes(
    signed_in, supply_chains, make_insider, lead, member, observer, secretariat, stranger
):
    other = make_insider(supply_chains, "Other Lead", role="lead")
    with pytest.raises(NotAllowed):
        services.silence(supply_chains, other, by=leading(lead, supply_chains), days=1, reason="No.")
    with pytest.raises(DomainError):
        services.silence(supply_chains, stranger, by=leading(lead, supply_chains), days=1, reason="No.")
    for person in (member, observer, secretariat, stranger):
        answer = signed_in(person).post(MUTE.format(member.pk), {"days": "1", "reason": "No."})
        assert answer.status_code == 404
    assert signed_in(lead).get(MUTE.format(stranger.pk)).status_code == 404
    assert not Silence.objects.exists()


def test_reading_a_standing_costs_the_same(silenced, supply_chains, member, lead):
    costs = []
    for person in (lead, member):
        with CaptureQueriesContext(connection) as queries:
            assert Standing.of(person, supply_chains).silenced_until is None or person == member
        costs.append(len(queries))
    assert costs[0] == costs[1] == 1
