"""Where a document is used, and how its address reads: to each reader what they may read."""

import uuid

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from discussions import services
from discussions.chat.services import delete_message, edit_message, send_message
from discussions.models import Thread
from groups.documents.models import Document, Folder, Link, Rights
from groups.documents.services import set_rights
from groups.documents.services.linking import linked_in
from groups.pages.content.from_markdown import parsed
from groups.pages.services import create_page
from groups.pages.services.settling import find_words
from groups.standing import Standing

PLACE = "supply-chains"


@pytest.fixture
def document(add, member, supply_chains):
    return add(member, supply_chains, "Mapping.pdf").document


def at(one):
    kind = "threads" if isinstance(one, Thread) else "documents"
    return f"{settings.SITE_URL}/groups/{one.group.slug}/{kind}/{one.pk}/"


@pytest.fixture
def start():
    def start(group, person, body):
        by = Standing.of(person, group).speak()
        return services.start_thread(group, by=by, title="Figures", body=body, key=uuid.uuid4())

    return start


def page_of(document):
    return reverse("documents:page", args=[document.group.slug, document.pk])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see {site}/groups/a-b/documents/12/ and 12", {12: "a-b"}),
        ("<{site}/groups/a/documents/12>", {12: "a"}),
        ("[it](/groups/a/documents/12/versions/3/)", {12: "a"}),
        ("https://elsewhere.example/groups/a/documents/12/", {}),
        ("https://elsewhere.example/x/groups/a/documents/12/", {}),
        ("{site}.evil.example/groups/a/documents/12/", {}),
        ("/groups/a/documents/12x", {}),
        ("/groups/a/documents/new/", {}),
        ("/groups/a/documents/" + "9" * 30, {}),
        (" ".join(f"/groups/a/documents/{n}/" for n in range(90)), dict.fromkeys(range(50), "a")),
    ],
    ids=["whole", "bare", "below", "other", "other-below", "looks-like", "letters", "word", "huge", "many"],
)
def test_what_a_text_points_to(text, found):
    assert linked_in(text.format(site=settings.SITE_URL)) == found


def test_posts_are_told_where_they_point_to_and_no_longer(document, start, supply_chains, lead, member, signed_in):
    thread = start(supply_chains, lead, f"Look at {at(document)} please")
    post, by = thread.posts.get(), Standing.of(lead, supply_chains).speak()
    address = thread.get_absolute_url()

    def told():
        return address in signed_in(member).get(page_of(document)).content.decode()

    assert told()
    post = services.edit_post(post, by=by, body="Look elsewhere", base=1)
    assert not told()
    post = services.edit_post(post, by=by, body=f"Or [there]({at(document)})", base=2)
    assert told()
    services.delete_post(post, by=by)
    assert not told() and not Link.objects.exists()


def test_messages_are_told_where_they_point_to_and_no_longer(document, supply_chains, lead, member, signed_in):
    room = supply_chains.rooms.get()
    ack = send_message(room.pk, by=lead, key=uuid.uuid4(), body=f"{at(document)}")

    def told():
        return f"from={1}#message-1" in signed_in(member).get(page_of(document)).content.decode()

    assert told()
    edit_message(room.pk, ack.id, by=lead, key=uuid.uuid4(), base=1, body="nothing")
    assert not told()
    edit_message(room.pk, ack.id, by=lead, key=uuid.uuid4(), base=2, body=at(document))
    assert told()
    delete_message(room.pk, ack.id, by=lead, key=uuid.uuid4())
    assert not told() and not Link.objects.exists()


def test_pages_are_told_where_they_point_to(document, supply_chains, lead, member, signed_in):
    by = Standing.of(lead, supply_chains).speak()
    words = parsed(f"See [the mapping]({at(document)}).")
    page = create_page(supply_chains, title="Minutes of June", folder=None, by=by, key=uuid.uuid4(), blocks=words)
    find_words(page.pk)
    shown = signed_in(member).get(page_of(document)).content.decode()
    assert "Minutes of June" in shown and page_of(Document.objects.get(pk=page.pk)) in shown


def test_whoever_may_not_read_what_points_is_told_nothing(
    document, start, supply_chains, hidden_group, lead, member, observer, stranger, signed_in
):
    supply_chains.find = supply_chains.read = "public"
    supply_chains.save()
    secret = start(hidden_group, lead, f"Our plan with {at(document)}").get_absolute_url()
    for person, seen in ((lead, True), (member, True), (observer, False), (stranger, False)):
        shown = signed_in(person).get(page_of(document)).content.decode()
        assert (secret in shown, hidden_group.name in shown) == (seen, seen)


def test_an_address_reads_as_the_title_to_those_who_may_read_it(
    document, start, make_folder, supply_chains, lead, member, observer, signed_in
):
    other = start(supply_chains, lead, "Words")
    foreign = f"{settings.SITE_URL}/groups/elsewhere/documents/{document.pk}/"
    body = f"See {at(document)} and <{at(other)}>, `{at(document)}`, [mine]({at(document)}), {foreign}"
    thread = start(supply_chains, lead, body)
    shown = signed_in(member).get(thread.get_absolute_url()).content.decode()
    assert f'<a href="{at(document)}"><bdi>Mapping</bdi></a>' in shown
    assert f'<a href="{at(other)}"><bdi>Figures</bdi></a>' in shown
    assert f"<code>{at(document)}</code>" in shown and ">mine</a>" in shown and foreign in shown
    folder = make_folder(lead, supply_chains, "Hidden")
    leading = Standing.of(lead, supply_chains).leading[0]
    set_rights(folder, rights=Rights.HIDDEN, by=leading)
    Document.objects.filter(pk=document.pk).update(folder=folder, reach=Folder.objects.get(pk=folder.pk).reach)
    shown = signed_in(observer).get(thread.get_absolute_url()).content.decode()
    assert "Mapping" not in shown and f"See {at(document)} and" in shown
    assert f'<a href="{at(other)}"><bdi>Figures</bdi></a>' in shown


def test_an_address_in_a_message_reads_as_the_title_to_those_who_may_read_it(
    document, start, make_folder, supply_chains, lead, member, observer, signed_in
):
    room, other = supply_chains.rooms.get(), start(supply_chains, lead, "Words")
    ack = send_message(room.pk, by=lead, key=uuid.uuid4(), body=f"See {at(document)} and {at(other)}")
    base = f"/groups/{supply_chains.slug}/chat/{room.pk}/"
    pages = [base, f"{base}messages/{ack.id}/", f"{base}messages/{ack.id}/report/"]

    def shown(person):
        return [signed_in(person).get(page).content.decode() for page in pages]

    title, thread = f'<a href="{at(document)}"><bdi>Mapping</bdi></a>', f'<a href="{at(other)}"><bdi>Figures</bdi></a>'
    assert [(title in one, thread in one) for one in shown(member)] == [(True, True)] * 3
    folder = make_folder(lead, supply_chains, "Hidden")
    set_rights(folder, rights=Rights.HIDDEN, by=Standing.of(lead, supply_chains).leading[0])
    Document.objects.filter(pk=document.pk).update(folder=folder, reach=Folder.objects.get(pk=folder.pk).reach)
    for one in shown(observer):
        assert "Mapping" not in one and at(document) in one and thread in one
    log = signed_in(observer).get(f"{base}events", {"since": 0}).json()
    assert "Mapping" not in str(log) and at(document) in str(log)


def test_a_message_is_asked_for_once_more_by_each_reader_for_the_titles_that_they_may_read(
    document, start, make_folder, supply_chains, lead, member, observer, stranger, signed_in
):
    room, other = supply_chains.rooms.get(), start(supply_chains, lead, "Words")
    ack = send_message(room.pk, by=lead, key=uuid.uuid4(), body=f"See {at(document)} and {at(other)}")
    address = f"/groups/{supply_chains.slug}/chat/{room.pk}/messages/{ack.id}"
    title, thread = f'<a href="{at(document)}"><bdi>Mapping</bdi></a>', f'<a href="{at(other)}"><bdi>Figures</bdi></a>'
    folder = make_folder(lead, supply_chains, "Hidden")
    set_rights(folder, rights=Rights.HIDDEN, by=Standing.of(lead, supply_chains).leading[0])
    Document.objects.filter(pk=document.pk).update(folder=folder, reach=Folder.objects.get(pk=folder.pk).reach)
    for person, seen in ((member, True), (observer, False)):
        told = signed_in(person).get(address).json()
        assert (told["id"], told["version"], title in told["html"]) == (ack.id, 1, seen)
        assert thread in told["html"] and ("Mapping" in told["html"]) == seen
    assert signed_in(stranger).get(address).status_code == 404
    delete_message(room.pk, ack.id, by=lead, key=uuid.uuid4())
    assert signed_in(member).get(address).json()["html"] == ""


def test_an_address_in_a_page_and_in_a_text_reads_as_the_title_to_those_who_may_read_it(
    add, document, start, make_folder, supply_chains, lead, member, observer, signed_in, client
):
    supply_chains.find = supply_chains.read = "public"
    supply_chains.save()
    other, by = start(supply_chains, lead, "Words"), Standing.of(lead, supply_chains).speak()
    words = f"See <{at(document)}>, `{at(document)}`, [mine]({at(document)}) and {at(other)}."
    page = create_page(supply_chains, title="Minutes", folder=None, by=by, key=uuid.uuid4(), blocks=parsed(words))
    text = add(lead, supply_chains, "Notes.md", words.encode()).document
    addresses = [reverse("pages:write", args=[supply_chains.slug, page.pk]), page_of(text)]
    folder = make_folder(lead, supply_chains, "Hidden")
    set_rights(folder, rights=Rights.HIDDEN, by=Standing.of(lead, supply_chains).leading[0])
    Document.objects.filter(pk=document.pk).update(folder=folder, reach=Folder.objects.get(pk=folder.pk).reach)
    title, thread = f'<a href="{at(document)}"><bdi>Mapping</bdi></a>', f'<a href="{at(other)}"><bdi>Figures</bdi></a>'
    for address in addresses:
        for person, seen in ((member, True), (observer, False), (None, False)):
            client.logout()
            shown = (signed_in(person) if person else client).get(address).content.decode()
            assert (title in shown, "Mapping" in shown) == (seen, seen)
            assert thread in shown and f"<code>{at(document)}</code>" in shown and ">mine</a>" in shown


def test_a_room_asks_the_same_for_one_address_and_many(
    add, document, supply_chains, lead, member, signed_in, django_assert_num_queries
):
    room = supply_chains.rooms.get()
    client, address = signed_in(member), f"/groups/{supply_chains.slug}/chat/{room.pk}/"
    send_message(room.pk, by=lead, key=uuid.uuid4(), body=at(document))
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    many = [add(lead, supply_chains, f"Paper {n}.pdf").document for n in range(3)]
    for one in many:
        send_message(room.pk, by=lead, key=uuid.uuid4(), body=f"{at(one)} and {at(document)}")
    with django_assert_num_queries(len(asked)):
        assert client.get(address).content.decode().count("<bdi>Paper") >= 3


def test_nothing_behind_an_address_becomes_part_of_the_link(document, supply_chains, start, lead, member, signed_in):
    words = f'See {at(document)}?"class="banner"id="main and {at(document)}#a"onclick="alert(1)'
    thread = start(supply_chains, lead, words)
    ack = send_message(supply_chains.rooms.get().pk, by=lead, key=uuid.uuid4(), body=words)
    room = f"/groups/{supply_chains.slug}/chat/{supply_chains.rooms.get().pk}/messages/{ack.id}/"
    for page in (thread.get_absolute_url(), room):
        shown = signed_in(member).get(page).content.decode()
        for address in (f"{at(document)}?", f"{at(document)}#a"):
            assert f'<a href="{address}"><bdi>Mapping</bdi></a>"' in shown


def test_titles_are_escaped(add, supply_chains, start, lead, member, signed_in):
    document = add(lead, supply_chains, "x.pdf").document
    Document.objects.filter(pk=document.pk).update(title="<b>Bold</b> & 'more'")
    thread = start(supply_chains, lead, at(document))
    shown = signed_in(member).get(thread.get_absolute_url()).content.decode()
    assert "<bdi>&lt;b&gt;Bold&lt;/b&gt; &amp; &#x27;more&#x27;</bdi>" in shown


def test_the_pages_ask_the_same_for_one_address_and_many(
    add, document, start, supply_chains, lead, member, signed_in, django_assert_num_queries
):
    one = start(supply_chains, lead, f"{at(document)}")
    many = [add(lead, supply_chains, f"Paper {n}.pdf").document for n in range(3)]
    three = start(supply_chains, lead, " ".join(at(one) for one in many))
    client = signed_in(member)
    client.get(one.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(one.get_absolute_url())
    with django_assert_num_queries(len(asked)):
        client.get(three.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(page_of(document))
    for _n in range(3):
        start(supply_chains, lead, f"Again {at(document)}")
    with django_assert_num_queries(len(asked)):
        client.get(page_of(document))
