"""Threats to conversations that no other story tells: what runs nowhere, whom a mention gives away, what a form never sets."""

import uuid

import pytest
from django.test import Client

from discussions import services
from discussions.actions.models import Action
from discussions.models import Post, Thread
from notifications import levels
from notifications.models import Channel, Letter, Level, Notice
from tests.discussions.test_hostile import HARMFUL
from tests.letters import parts

PAYLOAD = '"><svg/onload=alert(1)><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def harmful(supply_chains, lead, member, weavers, start, say, ask, capacity):
    """A payload in every field of a thread that somebody may fill, and in the names around it."""
    by = capacity(lead, supply_chains)
    thread = start(supply_chains, member, title=f"T {PAYLOAD}", body=f"B {PAYLOAD} [x](javascript:alert(1))")
    say(thread, lead, f"> {PAYLOAD}\n\n[x](data:text/html,<script>alert(1)</script>)")
    poll = ask(thread, lead, question=f"Q {PAYLOAD}", options=[f"One {PAYLOAD}", f"Two {PAYLOAD}"], shown="always")
    services.write_summary(thread, by=by, body=f"S {PAYLOAD}", base=0)
    supply_chains.name, supply_chains.summary, supply_chains.mail_content = f"N {PAYLOAD}"[:120], f"G {PAYLOAD}", True
    supply_chains.save()
    weavers.name = f"W {PAYLOAD}"
    weavers.save()
    member.name = f"P {PAYLOAD}"
    member.save()
    return thread, poll


def test_harmful_words_run_on_no_page(signed_in, lead, harmful):
    thread, poll = harmful
    client = signed_in(lead)
    pages = [
        *(
            "/",
            "/groups/",
            "/partners/",
            "/groups/supply-chains/",
            "/groups/supply-chains/threads/",
            "/notifications/",
        ),
        *(thread.get_absolute_url(), thread.get_absolute_url() + "summaries/", poll.get_absolute_url()),
        *("/search/?q=alert", "/groups/supply-chains/members/", "/groups/supply-chains/actions/"),
    ]
    seen = 0
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        text = answer.content.decode()
        seen += "alert(1)" in text
        assert not HARMFUL.search(text), page
    assert seen >= 8, "the words do stand there"


def test_nor_in_letters(harmful, observer, supply_chains, deliver, digest, say, lead):
    thread, _poll = harmful
    levels.choose(observer, channel=Channel.MAIL, level=Level.AT_ONCE, group_id=supply_chains.pk)
    say(thread, lead, f"Once more: {PAYLOAD}")
    sent = [*deliver(), *digest()]
    assert sent
    for message in sent:
        plain, html = parts(message)
        assert not HARMFUL.search(html)
        for name, value in message.message().items():
            assert "\n" not in value.replace("\n ", "").replace("\n\t", ""), name
        assert "alert(1)" in plain + html


def test_a_mention_of_somebody_outside_tells_no_more_than_one_of_nobody(
    signed_in, lead, member, stranger, supply_chains, start, say
):
    thread = start(supply_chains, lead)
    posts = {one: say(thread, member, f"Ask @[{one}] about it") for one in (stranger.pk, 10**9)}
    for one, post in posts.items():
        assert "data-person" not in post.html, one
    page = signed_in(lead).get(thread.get_absolute_url()).content.decode()
    assert stranger.name not in page
    assert page.count("Ask @") == 2
    assert not Notice.objects.filter(user=stranger).exists()
    assert not Letter.objects.filter(user=stranger).exists()


def test_a_hidden_group_in_a_text_is_an_address_as_any_other(
    signed_in, member, lead, hidden_group, supply_chains, start
):
    there, nowhere = hidden_group.get_absolute_url(), "/groups/abcdefghijkl/"
    first = start(supply_chains, lead, body=f"See http://localhost:8000{there} and /{hidden_group.slug}")
    second = start(supply_chains, lead, body=f"See http://localhost:8000{nowhere} and /abcdefghijkl")
    assert first.posts.get().html.replace(hidden_group.slug, "abcdefghijkl") == second.posts.get().html
    assert hidden_group.name not in signed_in(member).get(first.get_absolute_url()).content.decode()


def test_a_form_sets_nothing_it_does_not_show(signed_in, member, lead, stranger, supply_chains, hidden_group, thread):
    """What somebody adds to a form by hand changes nothing: not whose word it is, nor where, nor when, nor what they are."""
    more = {
        "author": lead.pk,
        "author_id": lead.pk,
        "organisation_id": 1,
        "group": hidden_group.pk,
        "group_id": hidden_group.pk,
        "thread": 1,
        "number": 77,
        "seq": 77,
        "created_at": "2020-01-01",
        "pinned": "on",
        "closed_at": "2020-01-01",
        "attribution": "2",
        "function": "Chair",
        "is_staff": "on",
        "is_superuser": "on",
        "role": "lead",
        "state": "removed",
    }
    client = signed_in(member)
    client.post(
        "/groups/supply-chains/threads/new/",
        more | {"title": "Mine", "body": "Words.", "kind": "discussion", "key": str(uuid.uuid4())},
    )
    client.post(thread.get_absolute_url() + "post/", more | {"body": "My post.", "key": str(uuid.uuid4())})
    started, said = Thread.objects.filter(title="Mine"), Post.objects.filter(body="My post.")
    assert [(one.author, one.group, one.pinned, one.closed_at, one.function) for one in started] == [
        (member, supply_chains, False, None, "Research officer")
    ]
    assert [(one.author, one.thread, one.number, one.function) for one in said] == [
        (member, thread, 2, "Research officer")
    ]
    assert said.get().created_at.year > 2020
    member.refresh_from_db()
    assert (member.is_staff, member.is_superuser, member.is_secretariat) == (False, False, False)
    assert Post.objects.filter(thread__group=hidden_group).count() == 0
    assert Action.objects.count() == 0


def test_every_form_asks_for_its_token(member, thread, supply_chains):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    for address in (thread.get_absolute_url() + "post/", "/groups/supply-chains/threads/new/"):
        answer = client.post(address, {"title": "T", "body": "B", "kind": "discussion", "key": str(uuid.uuid4())})
        assert answer.status_code == 403
    assert (Thread.objects.count(), Post.objects.count()) == (1, 1)
