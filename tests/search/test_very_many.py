"""A word that very many have: counts say that there are more, the list holds what came last, neither tells of what is hidden."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from api.scopes import SCOPES
from api.services import issue_token
from search.models import Kind
from search.services import finding

SEARCH = "/search/"
MOST = 4


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(finding, "MOST", MOST)


def listed(client, **more):
    """The posts and titles found, the chips with their numbers, and whether the page says that there are others."""
    page = client.get(SEARCH, {"q": "walnut", **more})
    text = page.content.decode()
    hits = [hit.excerpt or hit.shown.title for hit in page.context["hits"]]
    return hits, {kind: count for kind, _label, count in page.context["kinds"] if count}, "have these words" in text


def test_up_to_the_bound_everything_is_counted_and_of_more_the_last_are_listed(
    signed_in, member, supply_chains, start
):
    client = signed_in(member)
    for number in range(MOST):
        start(supply_chains, member, title=f"Thread {number}", body=f"A walnut w{number}")
    hits, counts, says_so = listed(client)
    assert hits == [f"A walnut w{number}" for number in (3, 2, 1, 0)]
    assert (counts, says_so) == ({Kind.POST: MOST}, False)
    start(supply_chains, member, title="Thread 4", body="A walnut w4")
    hits, counts, says_so = listed(client)
    assert hits == [f"A walnut w{number}" for number in (4, 3, 2, 1)]
    assert (counts, says_so) == ({Kind.POST: MOST}, True)
    page = client.get(SEARCH, {"q": "walnut"}).content.decode()
    assert f'Posts <span class="count">{MOST}+</span>' in page
    assert "Threads</a>" in page, "a kind of which none was counted may be looked for"
    narrower = client.get(SEARCH, {"q": "walnut w0"})
    assert [hit.excerpt for hit in narrower.context["hits"]] == ["A walnut w0"]


def test_what_is_called_so_comes_first_however_old_it_is_and_a_kind_is_looked_through_by_itself(
    signed_in, member, supply_chains, start
):
    client = signed_in(member)
    start(supply_chains, member, title="Walnut", body="Nothing else")
    start(supply_chains, member, title="Walnut trees", body="Nothing else")
    for number in range(MOST + 1):
        start(supply_chains, member, title=f"Thread {number}", body=f"A walnut w{number}")
    hits, counts, says_so = listed(client)
    assert hits == ["Walnut", "Walnut trees", *(f"A walnut w{number}" for number in (4, 3, 2, 1))]
    assert (counts, says_so) == ({Kind.THREAD: 2, Kind.POST: MOST}, True)
    hits, counts, says_so = listed(client, kind="thread")
    assert (hits, counts, says_so) == (["Walnut", "Walnut trees"], {Kind.THREAD: 2}, False)
    hits, counts, says_so = listed(client, kind="post")
    assert (len(hits), counts, says_so) == (MOST, {Kind.POST: MOST}, True)
    assert listed(client, kind="document") == ([], {}, False)


def test_nobody_learns_from_it_what_they_may_not_read(
    signed_in, lead, stranger, supply_chains, hidden_group, start, client
):
    supply_chains.find = supply_chains.read = "public"
    supply_chains.save()
    for number in range(MOST):
        start(supply_chains, lead, title=f"Open {number}", body=f"A walnut w{number}")
    for number in range(2 * MOST):
        start(hidden_group, lead, title=f"Secret {number} walnut", body=f"A secret walnut {number}")
    told = ([f"A walnut w{number}" for number in (3, 2, 1, 0)], {Kind.POST: MOST}, False)
    assert listed(signed_in(stranger)) == told
    client.logout()
    assert listed(client) == told
    start(supply_chains, lead, title="Open 4", body="A walnut w4")
    kinds = [kind for kind, _label, _count in client.get(SEARCH, {"q": "walnut"}).context["kinds"]]
    assert Kind.THREAD in kinds and not {Kind.MESSAGE, Kind.PERSON} & set(kinds), "a visitor finds none of these"
    hits, _counts, says_so = listed(signed_in(lead))
    assert says_so and "Secret 7 walnut" in hits


def test_programs_are_told_the_same_and_go_on_with_what_they_are_given(client, member, supply_chains, start):
    for number in range(MOST + 2):
        start(supply_chains, member, title=f"Thread {number}", body=f"A walnut w{number}")
    until = timezone.now() + timedelta(days=1)
    _token, secret = issue_token(member, name="A program", scopes=SCOPES, expires_at=until, key=uuid.uuid4())

    def asked(**more):
        words = {"q": "walnut", "limit": 3, **more}
        return client.get("/api/v1/search", words, headers={"Authorization": f"Bearer {secret}"}).json()

    first = asked()
    assert (first["counts"], first["at_least"], first["bounded"]) == ({"post": MOST}, True, True)
    start(supply_chains, member, title="Late", body="A walnut late")
    second = asked(cursor=first["next"])
    assert (second["at_least"], second["bounded"], second["next"]) == (True, True, None)
    told = [item["excerpt"] for page in (first, second) for item in page["items"]]
    assert told == [f"A walnut w{number}" for number in (5, 4, 3, 2)]
    few = asked(q="walnut w0")
    assert (few["counts"], few["at_least"], few["bounded"]) == ({"post": 1}, False, False)
