"""The one search box: every source finds words however they are typed, and only what its reader may read."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions import services
from discussions.chat.services import send_message
from groups.models import Participant
from groups.standing import Standing
from search.models import Entry, Kind

SEARCH = "/search/"


def found(client, query, kind=None, **more):
    """The titles found, by kind or of one; what is counted is what is there."""
    page = client.get(SEARCH, {"q": query, "kind": kind or "", **more})
    assert page.status_code == 200
    if kind is not None:
        return [hit.shown.title for hit in page.context["hits"]]
    titles = {}
    for hit in page.context["hits"]:
        titles.setdefault(hit.kind.label, []).append(hit.shown.title)
    assert {label: len(some) for label, some in titles.items()} == {
        label: count for _kind, label, count in page.context["kinds"]
    }
    return titles


# --- However it is typed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Économie informelle", "ECONOMIE"),
        ("Migración y niñez", "migracion ninez"),
        ("عمالة الأطفال", "عماله الاطفال"),
        ("100% of_wages", "100 wages"),
    ],
)
def test_every_source_finds_words_whatever_the_case_and_the_marks(
    signed_in, member, make_group, make_organisation, join, weavers, start, file, written, typed
):
    group = make_group(written)
    join(weavers, group, member)
    make_organisation(written)
    start(group, member, title=written, body=f"About {written}.")
    file(group, member, written, f"{written}.txt")
    send_message(group.rooms.get().pk, by=member, key=uuid.uuid4(), body=written)
    client = signed_in(member)
    titles = {kind.label: [written] for kind in Kind if kind not in (Kind.PERSON, Kind.PUBLICATION)}
    assert found(client, typed) == titles | {"Messages": ["Marco Silva"]}, "a message is found under who said it"
    # What is no word counts for nothing.
    assert found(client, f"{typed}%") == found(client, typed)


def test_what_is_found_is_marked_as_it_is_written(client, make_organisation):
    make_organisation("Forum de l’Économie", mandate="<i> x & y: L’économie d’abord")
    page = client.get(SEARCH, {"q": "l'economie"}).content.decode()
    assert "Forum de l’<mark>Économie</mark>" in page
    assert "L’<mark>économie</mark>" in page
    assert "&lt;i x &amp; y" in page


def test_a_renamed_thing_is_found_by_its_new_name(signed_in, lead, supply_chains, start):
    thread = start(supply_chains, lead, title="Séchage")
    services.change_thread(thread, by=Standing.of(lead, supply_chains).act(), title="Fumage", base=1)
    client = signed_in(lead)
    assert found(client, "sechage", "thread") == []
    assert found(client, "FUMAGE", "thread") == ["Fumage"]


@pytest.mark.parametrize("query", ["\x00", "a\x00b", "\u202e", "%", "_", "\\", "' OR 1=1", "🙂", "a" * 5000])
@pytest.mark.parametrize("address", [SEARCH, "/groups/", "/partners/"])
def test_no_query_breaks_a_page(client, supply_chains, address, query):
    assert client.get(address, {"q": query}).status_code == 200


# --- Only what one may read -------------------------------------------------------------------------------------------


def test_threads_and_posts_are_found_by_those_who_may_read_them(
    client, lead, member, observer, stranger, secretariat, supply_chains, start
):
    start(supply_chains, member, title="Canary fees", body="The canary sings.")
    for person, sees in [(lead, 1), (member, 1), (observer, 1), (stranger, 0), (secretariat, 0), (None, 0)]:
        client.logout()
        if person:
            client.force_login(person)
        assert found(client, "canary", "thread") == ["Canary fees"] * sees
        assert found(client, "canary", "post") == ["Canary fees"] * sees


def test_who_left_finds_nothing_of_the_group(signed_in, lead, member, supply_chains, start):
    start(supply_chains, lead, title="Canary fees", body="The canary sings.")
    client = signed_in(member)
    assert found(client, "canary").keys() == {"Threads", "Posts"}
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    assert found(client, "canary") == {}


def test_a_newcomer_finds_what_came_after_they_joined(signed_in, member, make_insider, supply_chains, start):
    supply_chains.history = "from-joining"
    supply_chains.save()
    long_ago = timezone.now() - timedelta(days=9)
    start(supply_chains, member, title="Old canary", body="The canary of then.", at=long_ago)
    newcomer = make_insider(supply_chains, "Nadia Newcomer")
    start(supply_chains, member, title="New canary", body="The canary of now.")
    assert found(signed_in(newcomer), "canary", "thread") == ["New canary"]
    assert found(signed_in(newcomer), "canary", "post") == ["New canary"]
    Participant.objects.filter(user=member).update(created_at=long_ago)
    assert sorted(found(signed_in(member), "canary", "post")) == ["New canary", "Old canary"]


def test_a_deleted_post_is_found_by_nobody(signed_in, member, supply_chains, start):
    thread = start(supply_chains, member, body="The canary sings.")
    client = signed_in(member)
    assert found(client, "canary", "post") == [thread.title]
    post = thread.posts.get()
    services.delete_post(post, by=Standing.of(member, supply_chains).speak())
    assert found(client, "canary", "post") == []
    assert not Entry.objects.filter(kind=Kind.POST).exists()


def test_nobody_finds_out_by_a_token_whom_a_post_mentions(
    client, signed_in, lead, member, make_group, join, dockers, weavers, start
):
    group = make_group("Open Harbour", read="public")
    join(dockers, group, lead, role="lead")
    join(weavers, group, member)
    start(group, member, title="Ports", body=f"Ask @{lead.name} about ports.")
    for query in (f"@[{lead.pk}]", f"[{lead.pk}]", f"@[{lead.pk}", lead.name):
        assert found(client, query, "post") == []
    page = client.get(SEARCH, {"q": "about"}).content.decode()
    assert "ports" in page
    assert lead.name not in html.unescape(re.sub(r"<[^>]+>", " ", page))


# --- What it costs ----------------------------------------------------------------------------------------------------


def test_a_search_costs_the_same_whatever_it_finds(
    signed_in, member, make_group, make_organisation, join, weavers, start, file, django_assert_num_queries
):
    def more():
        group = make_group("Canary group")
        join(weavers, group, member)
        make_organisation("Canary body")
        start(group, member, title="Canary", body="Canary")
        file(group, member, "Canary", "canary.txt")

    more()
    client = signed_in(member)
    found(client, "canary")
    with CaptureQueriesContext(connection) as once:
        assert len(found(client, "canary", "post")) == 1
    more()
    more()
    with django_assert_num_queries(len(once)):
        assert len(found(client, "canary", "post")) == 3
