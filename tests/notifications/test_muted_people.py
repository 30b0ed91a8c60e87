"""Muting a person for oneself: their words are folded, nothing of theirs is told, they never learn of it."""

import uuid

import pytest

from discussions.chat.models import Room
from discussions.chat.services import send_message
from discussions.services import post, start_thread
from groups.standing import Standing
from notifications.models import MutedPerson, Notice
from notifications.services import notify, unread_count

FOLDED = '<details class="post__folded"><summary>Words of somebody you muted</summary>'


@pytest.fixture
def muted(signed_in, member, lead, supply_chains):
    """The member has muted the lead, on the lead's page."""
    client = signed_in(member)
    assert "Mute for me" in client.get(f"/people/{lead.pk}/").content.decode()
    client.post(f"/people/{lead.pk}/mute/", {"muted": "1"})
    return MutedPerson.objects.get(user=member, muted=lead)


def mention(person, group):
    by = Standing.of(person, group).speak()
    return start_thread(group, by=by, title="Fees", body="Ask @Marco Silva @Olga Rivas", key=uuid.uuid4())


def test_their_words_are_folded_for_who_muted_them_and_nobody_else(
    signed_in, muted, lead, member, observer, supply_chains
):
    thread = mention(lead, supply_chains)
    post(thread, by=Standing.of(member, supply_chains).speak(), body="My own", key=uuid.uuid4())
    page = signed_in(member).get(thread.get_absolute_url()).content.decode()
    assert page.count(FOLDED) == 1
    assert "Ask " in page
    for person in (observer, lead):
        assert FOLDED not in signed_in(person).get(thread.get_absolute_url()).content.decode()
    send_message(Room.objects.get(group=supply_chains).pk, by=lead, body="Hello", key=uuid.uuid4())
    assert (
        "A message of somebody you blocked or muted"
        in signed_in(member).get("/groups/supply-chains/chat/").content.decode()
    )


def test_no_notice_of_theirs_comes_but_what_must_be_known(muted, lead, member, observer, supply_chains):
    mention(lead, supply_chains)
    assert unread_count(member.pk) == 0
    assert not Notice.objects.filter(user=member).exists(), "nor a letter or a push"
    assert unread_count(observer.pk) == 1
    by = Standing.of(lead, supply_chains).act()
    seat = member.participations.get()
    notify([member], "participant_named", object_id=seat.pk, key="1", by=by)
    assert unread_count(member.pk) == 1


def test_what_they_said_before_is_out_of_sight_and_comes_back(signed_in, lead, member, supply_chains):
    mention(lead, supply_chains)
    client = signed_in(member)
    client.post(f"/people/{lead.pk}/mute/", {"muted": "1"})
    assert unread_count(member.pk) == 0
    client.post(f"/people/{lead.pk}/mute/", {"muted": ""})
    assert unread_count(member.pk) == 1
    assert not MutedPerson.objects.exists()


def test_the_muted_person_sees_no_trace(signed_in, muted, lead, member):
    page = signed_in(lead).get(f"/people/{member.pk}/").content.decode()
    assert "You have muted" not in page
    assert "Words of somebody" not in page
    assert not Notice.objects.filter(user=lead).exists()


def test_nobody_mutes_themselves_or_who_they_may_not_know(signed_in, member, stranger, supply_chains):
    client = signed_in(member)
    client.post(f"/people/{member.pk}/mute/", {"muted": "1"})
    assert client.post(f"/people/{stranger.pk}/mute/", {"muted": "1"}).status_code == 404
    assert not MutedPerson.objects.exists()
