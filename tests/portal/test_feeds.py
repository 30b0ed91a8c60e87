"""Feeds tell everybody what everybody may read, whoever asks, and nothing else; hostile words stay words."""

import uuid
from io import BytesIO

import pytest
from defusedxml import ElementTree
from django.core.files import File
from django.db import connection
from django.test.utils import CaptureQueriesContext

from discussions.services import delete_post, start_thread
from groups.documents.services import add_file
from groups.models import Group
from groups.standing import Standing

ATOM = "{http://www.w3.org/2005/Atom}"
PAYLOADS = (
    "<script>alert(1)</script>",
    "]]></title><script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    '"><svg/onload=alert(1)>',
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "\u202ereversed \ufffe and \x0b controls",
)


@pytest.fixture
def open_group(supply_chains):
    Group.objects.filter(pk=supply_chains.pk).update(find="public", read="public")
    supply_chains.refresh_from_db()
    return supply_chains


@pytest.fixture
def say(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }

    def start(person, group, title="Fees", body="Who knows?", **more):
        return start_thread(
            group, by=Standing.of(person, group).speak(), title=title, body=body, key=uuid.uuid4(), **more
        )

    return start


def add(person, group, name="report.pdf", note=""):
    by = Standing.of(person, group).speak()
    return add_file(group, File(BytesIO(b"%PDF-1.4 x"), name), by=by, key=uuid.uuid4(), file_name=name, note=note)


def entries(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    tree = ElementTree.fromstring(answer.content)
    assert tree.tag == f"{ATOM}feed"
    return tree.findall(f"{ATOM}entry")


def titles(answer):
    return [entry.findtext(f"{ATOM}title") for entry in entries(answer)]


def test_the_site_tells_of_public_groups_threads_and_documents(
    client, open_group, hidden_group, make_group, member, say
):
    say(member, open_group, "Open words")
    add(member, open_group, "open.pdf")
    say(member, hidden_group, "Hidden words")
    make_group("Partners only", find="partners", read="partners")
    found = titles(client.get("/feed/"))
    assert found == ["open", "Open words", open_group.name]
    assert titles(client.get(f"/groups/{open_group.slug}/feed/")) == ["open", "Open words"]
    first = entries(client.get("/feed/"))[1]
    assert first.find(f"{ATOM}link").get("href").startswith("http://localhost")


@pytest.mark.parametrize("switches", [{"find": "public", "read": "members"}, {"find": "public", "read": "partners"}])
@pytest.mark.parametrize("who", [None, "member", "lead", "secretariat"])
def test_what_not_everybody_reads_has_no_feed_for_anybody(client, open_group, member, say, request, switches, who):
    say(member, open_group, "Inside words")
    Group.objects.filter(pk=open_group.pk).update(**switches)
    if who:
        client.force_login(request.getfixturevalue(who))
    assert client.get(f"/groups/{open_group.slug}/feed/").status_code == 404
    assert "Inside words" not in client.get("/feed/").content.decode()


def test_everybody_reads_what_a_visitor_reads(client, open_group, member, weavers, say):
    weavers.listing = "undisclosed"
    weavers.save()
    thread = say(member, open_group, body="Ask @Marco Silva")
    add(member, open_group)
    visitor = client.get("/feed/").content
    client.force_login(member)
    assert client.get("/feed/").content == visitor
    text = visitor.decode()
    assert "Marco" not in text
    assert "Weavers" not in text
    assert "a member organisation" in text
    assert "Ask @a participant" in text
    delete_post(thread.posts.get(), by=Standing.of(member, open_group).speak())
    assert "Ask @" not in client.get("/feed/").content.decode()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_words_stay_words(client, open_group, member, say, payload):
    say(member, open_group, title=f"T {payload}", body=f"B {payload}")
    Group.objects.filter(pk=open_group.pk).update(name=f"N {payload}", summary=f"S {payload}")
    for path in ("/feed/", f"/groups/{open_group.slug}/feed/"):
        answer = client.get(path)
        for entry in entries(answer):
            summary = entry.find(f"{ATOM}summary")
            assert summary.get("type") == "html"
            assert "<" not in summary.text  # as HTML it has no element: what was typed is escaped twice
            assert len(list(entry.iter())) <= 12
            assert entry.findtext(f"{ATOM}title")[:2] in {"T ", "N "}
        assert b"<script" not in answer.content
        assert b"<svg" not in answer.content
        assert b"<!ENTITY" not in answer.content


def test_it_may_be_kept_and_says_when_it_is_the_same(client, open_group, member, say):
    say(member, open_group)
    first = client.get("/feed/")
    assert first["Cache-Control"] == "public, max-age=300"
    assert first["Last-Modified"]
    again = client.get("/feed/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    say(member, open_group, "Another")
    assert client.get("/feed/", headers={"If-None-Match": first["ETag"]}).status_code == 200
    # Pages are kept by nobody still, nor is a feed that is not there.
    for path in ("/", f"/groups/{open_group.slug}/", "/groups/nothing-here/feed/"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_an_empty_site_has_a_feed(client, db):
    assert entries(client.get("/feed/")) == []


def test_pages_lead_to_their_feeds(client, open_group, hidden_group, signed_in, lead):
    assert 'href="/feed/"' in client.get("/").content.decode()
    own = f'href="/groups/{open_group.slug}/feed/"'
    assert own in client.get(f"/groups/{open_group.slug}/").content.decode()
    assert "/feed/" not in signed_in(lead).get(f"/groups/{hidden_group.slug}/").content.decode()


def test_it_costs_the_same_for_one_and_for_many(client, open_group, member, lead, say):
    say(member, open_group)
    add(member, open_group)
    client.get("/feed/")
    with CaptureQueriesContext(connection) as one:
        client.get("/feed/")
    for number in range(4):
        say(lead, open_group, f"Thread {number}")
        add(lead, open_group, f"file{number}.pdf")
    with CaptureQueriesContext(connection) as many:
        client.get("/feed/")
    assert len(one) == len(many)
