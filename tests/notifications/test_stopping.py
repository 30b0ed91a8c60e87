"""Fewer letters by one click in a letter: without signing in, by its reader alone, and by nothing but a POST."""

import re
import uuid
from urllib.parse import urlsplit

import pytest
from django.test import Client

from discussions import services
from discussions.models import Attention, Reading
from groups.standing import Standing
from notifications import levels
from notifications.levels import Levels
from notifications.models import Channel, Level
from notifications.stopping import About, Scope
from tests.letters import parts


@pytest.fixture
def letter(member, lead, supply_chains, deliver):
    """A letter to the member about a post."""
    levels.choose(member, channel=Channel.MAIL, level=Level.AT_ONCE, group_id=supply_chains.pk)
    services.start_thread(
        supply_chains, by=Standing.of(lead, supply_chains).speak(), title="Fees", body="Who?", key=uuid.uuid4()
    )
    (letter,) = deliver()
    return letter


def level(person, group):
    return Levels.of([person.pk], Channel.MAIL).at(person.pk, group.pk)


def path(url):
    return urlsplit(url).path


def test_a_mail_programmes_button_mutes_the_thread_and_looking_changes_nothing(letter, member, supply_chains, client):
    headers = letter.extra_headers
    url = path(headers["List-Unsubscribe"].strip("<>"))
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(2):
        assert client.get(url).status_code == 200
    assert not Reading.objects.filter(user=member, attention=Attention.MUTED).exists()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert Reading.objects.get(user=member).attention == Attention.MUTED
    assert level(member, supply_chains) == Level.AT_ONCE


def test_the_links_in_a_letter_stop_a_thread_a_group_or_everything(letter, member, supply_chains, client):
    text, html = parts(letter)
    found = [path(url) for url in re.findall(r"http://\S+/letters/stop/\S+/", text)]
    assert len(found) == 3 and all(url in html for url in found)
    thread, group, everything = found
    page = client.get(group).content.decode()
    assert "Supply Chains" not in page and "Marco" not in page and member.email not in page
    assert client.post(group, {"level": "weekly"}).status_code == 200
    assert level(member, supply_chains) == Level.WEEKLY
    client.post(everything, {"level": "off"})
    assert level(member, supply_chains) == Level.OFF
    client.post(thread)
    assert Reading.objects.get(user=member).attention == Attention.MUTED


def test_who_stops_a_group_watches_nothing_in_it_any_more(letter, member, lead, supply_chains, client, deliver):
    from discussions.models import Thread

    thread = Thread.objects.get()
    services.set_attention(thread, user=member, attention=Attention.WATCHING)
    client.post(path(Scope(member.pk, About.GROUP, supply_chains.pk).url), {"List-Unsubscribe": "One-Click"})
    services.post(thread, by=Standing.of(lead, supply_chains).speak(), body="More", key=uuid.uuid4())
    assert [message for message in deliver() if message.to == [member.email]] == []


def test_an_altered_link_stops_nothing_and_says_so(letter, member, observer, client, supply_chains):
    url = path(letter.extra_headers["List-Unsubscribe"].strip("<>"))
    forged = url.replace(f"-{member.pk}-", f"-{observer.pk}-")
    assert forged != url
    for wrong in (forged, url[:-4] + "AAA/", "/letters/stop/x/"):
        answer = client.post(wrong, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()
    assert not Reading.objects.filter(attention=Attention.MUTED).exists()


def test_what_cannot_be_chosen_is_refused_beside_the_field(member, supply_chains, client):
    page = client.post(path(Scope(member.pk, About.GROUP, supply_chains.pk).url), {"level": "never"})
    assert page.status_code == 422 and "level" in page.context["form"].errors
    assert level(member, supply_chains) == Level.DAILY


def test_the_thread_says_what_one_hears_of_it_and_lets_one_change_it(member, lead, supply_chains, signed_in):
    thread = services.start_thread(
        supply_chains, by=Standing.of(lead, supply_chains).speak(), title="Fees", body="Who?", key=uuid.uuid4()
    )
    client, url = signed_in(member), thread.get_absolute_url()
    assert "Watch: a letter for every post" in client.get(url).content.decode()
    for attention, shown in (("watching", "You watch it"), ("muted", "Muted by you"), ("normal", "")):
        client.post(f"{url}attention/", {"attention": attention})
        page = client.get(url).content.decode()
        assert [sign for sign in ("You watch it", "Muted by you") if sign in page] == ([shown] if shown else [])
    client.post(f"{url}attention/", {"attention": "shouting"})
    assert Reading.objects.get(user=member).attention == Attention.NORMAL
