"""Folders with rights: who sees and who writes what lies in them, at every address and in everything that tells of documents."""

import io
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.models import AuditEntry
from discussions.chat.services.attachments import attachable
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Mark, Reach, Rights
from groups.documents.models.reach import OPEN, marked_reach, ruled
from groups.documents.recent import recent_documents, recent_in
from groups.documents.services import (
    Widens,
    delete_document,
    delete_folder,
    make_preview,
    move_document,
    move_folder,
    put_back,
    set_rights,
)
from groups.documents.services.documents import rename_document
from groups.documents.webhooks import version_words
from groups.standing import NotAllowed, Standing
from groups.webhooks.models import Delivery, Happening
from groups.webhooks.services import add_webhook
from search.asking import read
from search.models import Entry, Kind
from search.services import find, suggest

PEOPLE = ("lead", "member", "observer", "stranger", None)
SEEN = {
    Rights.INHERIT: {"lead", "member", "observer", "stranger", None},
    Rights.MEMBERS: {"lead", "member", "observer", "stranger", None},
    Rights.LEADS: {"lead", "member", "observer", "stranger", None},
    Rights.OBSERVERS: {"lead", "member", "observer"},
    Rights.HIDDEN: {"lead", "member"},
}
REACHED = {Rights.OBSERVERS: Reach.PARTICIPANTS, Rights.HIDDEN: Reach.MEMBERS}


def drawing():
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def rule(lead):
    """Give a folder rights, in the lead's name."""

    def give(folder, rights, **more):
        set_rights(folder, rights=rights, by=Standing.of(lead, folder.group).leading[0], **more)

    return give


@pytest.fixture
def drawn(add, member, open_group, drafts):
    """A picture with two versions and a preview, in the folder."""
    version = add(member, open_group, "Zebracrossing.png", drawing(), folder=drafts)
    make_preview(version)
    add(member, open_group, "Zebracrossing.png", drawing(), document=version.document)
    return version


def addresses(version):
    """Every address at which something of the document can be had."""
    slug, pk = version.document.group.slug, version.document_id
    one = [slug, pk, 1]
    return [
        reverse("documents:page", args=[slug, pk]),
        reverse("documents:compare", args=[slug, pk]),
        reverse("documents:download", args=one),
        reverse("documents:download", args=[slug, pk, 2]),
        reverse("documents:look", args=one),
        reverse("documents:thumbnail", args=one),
        reverse("documents:picture", args=[*one, 1]),
        reverse("documents:zip", args=[slug]) + f"?document={pk}",
        reverse("documents:folder", args=[slug, version.document.folder_id]),
    ]


@pytest.mark.parametrize("rights", Rights.values)
def test_every_address_follows_the_folder(rights, drawn, drafts, rule, open_group, client, request):
    rule(drafts, rights)
    for who in PEOPLE:
        person = request.getfixturevalue(who) if who else None
        client.logout()
        if person:
            client.force_login(person)
        seen = who in SEEN[rights]
        statuses = {url: client.get(url).status_code for url in addresses(drawn)}
        assert statuses == dict.fromkeys(statuses, 200 if seen else 404), who
        top = client.get(reverse("documents:list", args=[open_group.slug])).content.decode()
        assert ("Drafts" in top) == seen
        chosen = client.get(
            reverse("documents:selection", args=[open_group.slug]) + f"?document={drawn.document_id}&whole={drafts.pk}"
        ).content.decode()
        assert ("Zebracrossing" in chosen) == seen
        assert ("Drafts" in chosen) == seen


@pytest.mark.parametrize("rights", Rights.values)
def test_whatever_tells_of_documents_follows_the_folder(rights, drawn, drafts, rule, open_group, client, request):
    rule(drafts, rights)
    for who in PEOPLE:
        person = request.getfixturevalue(who) if who else AnonymousUser()
        seen = who in SEEN[rights]
        asked = read("zebracrossing")
        assert bool(find(asked, person).found) == seen, who
        assert bool(find(asked, person).counts) == seen
        assert bool(suggest(read("zebrac", unfinished=True), person)) == seen
        assert Document.objects.visible_to(person).exists() == seen
        assert bool(recent_documents(person, [open_group])) == seen
        assert bool(recent_in(Standing.of(person, open_group))) == seen
    outside = None in SEEN[rights]
    client.logout()
    feed = client.get(reverse("group_feed", args=[open_group.slug])).content.decode()
    assert ("Zebracrossing" in feed) == outside
    assert ("Zebracrossing" in client.get(reverse("group", args=[open_group.slug])).content.decode()) == outside
    assert bool(version_words({"document": drawn.document_id, "version": 1})) == outside


def test_authors_are_found_in_narrow_folders_by_those_who_see_them(drawn, drafts, rule, open_group, member, observer):
    from search.services import Narrowed

    rule(drafts, Rights.OBSERVERS)
    asked, by = read("zebracrossing"), Narrowed(authors=[member.pk])
    assert find(asked, observer, narrowed=by).found
    rule(drafts, Rights.HIDDEN)
    assert not find(asked, observer, narrowed=by).found
    assert find(asked, member, narrowed=by).found


def test_newcomers_find_nothing_older_in_narrow_folders(drawn, drafts, rule, supply_chains, member, make_insider, add):
    supply_chains.read, supply_chains.history = "members", "from-joining"
    supply_chains.save()
    newcomer = make_insider(supply_chains, "Nadia Amrani")
    rule(drafts, Rights.HIDDEN)
    assert not find(read("zebracrossing"), newcomer).found
    assert find(read("zebracrossing"), member).found
    add(member, supply_chains, "Zebrafish.pdf", folder=drafts)
    assert [one.kind for one in find(read("zebrafish"), newcomer).found] == [Kind.DOCUMENT]


@pytest.mark.parametrize("who", ["lead", "member"])
def test_only_leads_write_where_leads_write(
    who, drawn, drafts, rule, open_group, signed_in, add, make_folder, request
):
    rule(drafts, Rights.LEADS)
    person, document = request.getfixturevalue(who), drawn.document
    client, slug = signed_in(person), open_group.slug
    leads = who == "lead"
    page = client.get(drafts.get_absolute_url()).content.decode()
    assert ("Add documents" in page) == leads
    assert ("New version" in client.get(document.get_absolute_url()).content.decode()) == leads
    for name in ("rename", "move", "hold"):
        assert client.get(reverse(f"documents:{name}", args=[slug, document.pk])).status_code == (
            200 if leads else 404
        )
    assert client.get(reverse("documents:upload", args=[slug]) + f"?folder={drafts.pk}").status_code == (
        200 if leads else 404
    )
    assert client.get(reverse("documents:rename_folder", args=[slug, drafts.pk])).status_code == (
        200 if leads else 404
    )
    announced = client.post(
        reverse("documents:start", args=[slug]),
        {"key": str(uuid.uuid4()), "name": "a.pdf", "size": 5, "folder": drafts.pk},
        content_type="application/json",
    )
    assert announced.status_code == (201 if leads else 404)
    if leads:
        rename_document(document, title="Mine", by=Standing.of(person, open_group).speak())
        return
    by = Standing.of(person, open_group).speak()
    other = make_folder(person, open_group, "Other")
    loose = add(person, open_group, "Loose.pdf").document
    for act in (
        lambda: rename_document(document, title="Mine", by=by),
        lambda: move_document(document, folder=other, by=by),
        lambda: move_document(loose, folder=drafts, by=by),
        lambda: delete_document(document, by=by),
        lambda: add(person, open_group, document=document),
        lambda: add(person, open_group, folder=drafts),
        lambda: make_folder(person, open_group, "Inner", parent=drafts),
        lambda: move_folder(other, parent=drafts, by=by),
        lambda: delete_folder(drafts, by=by),
        lambda: set_rights(drafts, rights=Rights.INHERIT, by=by),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Document.objects.get(pk=document.pk).title == "Zebracrossing"


def test_a_file_under_way_does_not_come_into_a_folder_that_was_closed_meanwhile(
    drafts, rule, open_group, member, client
):
    from groups.documents.services import append_chunk, finish_upload, start_upload

    by = Standing.of(member, open_group).speak()
    upload = start_upload(open_group, by=by, key=uuid.uuid4(), file_name="a.txt", size=5, folder=drafts)
    append_chunk(upload, offset=0, chunk=b"words")
    rule(drafts, Rights.LEADS)
    with pytest.raises(NotAllowed):
        finish_upload(upload, by=by)
    assert not Document.objects.exists()


def test_moving_says_who_will_see_it_and_widening_asks(drawn, drafts, rule, open_group, signed_in, member, observer):
    rule(drafts, Rights.HIDDEN)
    document, client = drawn.document, signed_in(member)
    address = reverse("documents:move", args=[open_group.slug, document.pk])
    asked = client.post(address, {"folder": ""})
    assert asked.status_code == 422
    text = asked.content.decode()
    assert "More people would see it than do now: Everybody." in text
    assert "Yes, let them see it: Everybody" in text
    assert not Document.objects.visible_to(observer).exists()
    done = client.post(address, {"folder": "", "widen": "on"}, follow=True).content.decode()
    assert "Who sees it now: Everybody." in done
    assert Document.objects.visible_to(observer).exists()
    back = client.post(address, {"folder": drafts.pk}, follow=True).content.decode()
    assert "Who sees it now: Members of this group, without observers." in back
    assert not Document.objects.visible_to(observer).exists()


def test_moving_a_selection_asks_for_those_it_would_widen(drawn, drafts, rule, open_group, signed_in, member, add):
    rule(drafts, Rights.HIDDEN)
    loose, inner = add(member, open_group, "Loose.pdf").document, Folder.objects.get()
    address = reverse("documents:move_selection", args=[open_group.slug])
    to = signed_in(member)
    target = to.post(
        reverse("documents:new_folder", args=[open_group.slug]),
        {"key": str(uuid.uuid4()), "name": "Target", "parent": ""},
    )
    assert target.status_code == 302
    folder = Folder.objects.exclude(pk=inner.pk).get()
    asked = to.post(address, {"document": [loose.pk, drawn.document_id], "folder": folder.pk})
    assert asked.status_code == 422
    assert [one.pk for one in asked.context["chosen"].documents] == [drawn.document_id]
    assert Document.objects.get(pk=loose.pk).folder == folder
    assert Document.objects.get(pk=drawn.document_id).folder == inner
    to.post(address, {"document": [drawn.document_id], "folder": folder.pk, "widen": "on"})
    assert Document.objects.get(pk=drawn.document_id).folder == folder


def test_leads_change_rights_on_a_page_that_asks_before_it_widens(
    drafts, open_group, signed_in, lead, member, observer
):
    address = reverse("documents:folder_rights", args=[open_group.slug, drafts.pk])
    assert signed_in(member).get(address).status_code == 404
    client = signed_in(lead)
    assert client.post(address, {"rights": "hidden"}).status_code == 302
    asked = client.post(address, {"rights": "observers"})
    assert asked.status_code == 422
    assert "Yes, let them see it: People who take part in this group, observers too" in asked.content.decode()
    assert client.post(address, {"rights": "nonsense"}).status_code == 422
    assert client.post(address, {"rights": "observers", "widen": "on"}).status_code == 302
    drafts.refresh_from_db()
    assert (drafts.rights, drafts.reach) == ("observers", Reach.PARTICIPANTS)
    assert AuditEntry.objects.filter(verb="folder.rights_changed").count() == 2


def test_what_comes_out_of_a_hidden_folder_that_is_removed_stays_hidden(
    drafts, rule, open_group, member, observer, add
):
    rule(drafts, Rights.HIDDEN)
    document = add(member, open_group, "Secret.pdf", folder=drafts).document
    by = Standing.of(member, open_group).speak()
    delete_document(document, by=by)
    delete_folder(drafts, by=by)
    put_back(document, by=by)
    document.refresh_from_db()
    assert (document.folder, document.reach) == (None, Reach.MEMBERS)
    assert not find(read("secret"), observer).found
    with pytest.raises(Widens):
        move_document(document, folder=None, by=by)
    move_document(document, folder=None, by=by, widen=True)
    assert find(read("secret"), observer).found


@pytest.mark.parametrize("rights", [Rights.OBSERVERS, Rights.HIDDEN])
def test_a_file_under_way_into_a_narrow_folder_that_is_removed_is_seen_by_nobody_else(
    rights, drafts, rule, open_group, lead, member, client, request
):
    from groups.documents.services import append_chunk, finish_upload, start_upload

    add_webhook(
        open_group,
        url="https://hooks.example.org/",
        by=Standing.of(lead, open_group).leading[0],
        happenings=[Happening.VERSION_ADDED],
        with_words=False,
        key=uuid.uuid4(),
    )
    rule(drafts, rights)
    by = Standing.of(member, open_group).speak()
    upload = start_upload(open_group, by=by, key=uuid.uuid4(), file_name="Zebracrossing.txt", size=5, folder=drafts)
    append_chunk(upload, offset=0, chunk=b"words")
    delete_folder(drafts, by=by)
    document = finish_upload(upload, by=by).document
    assert (document.folder, document.reach) == (None, REACHED[rights])
    assert not Delivery.objects.exists()
    for who in PEOPLE:
        person = request.getfixturevalue(who) if who else None
        client.logout()
        if person:
            client.force_login(person)
        seen = who in SEEN[rights]
        assert client.get(document.get_absolute_url()).status_code == (200 if seen else 404), who
        top = client.get(reverse("documents:list", args=[open_group.slug])).content.decode()
        assert ("Zebracrossing" in top) == seen
        assert bool(find(read("zebracrossing"), person or AnonymousUser()).found) == seen


def test_a_page_begun_in_a_hidden_folder_that_is_removed_stays_hidden(drafts, rule, open_group, member, observer):
    from groups.pages.services import create_page

    rule(drafts, Rights.HIDDEN)
    seen_before = Folder.objects.get(pk=drafts.pk)
    by = Standing.of(member, open_group).speak()
    delete_folder(drafts, by=by)
    page = create_page(open_group, by=by, key=uuid.uuid4(), title="Zebracrossing", folder=seen_before)
    document = Document.objects.get(pk=page.pk)
    assert (document.folder, document.reach) == (None, Reach.MEMBERS)
    assert not find(read("zebracrossing"), observer).found
    assert find(read("zebracrossing"), member).found


def test_a_room_with_observers_is_told_nothing_of_a_hidden_folder(drawn, drafts, rule, open_group, member):
    from discussions.chat.access import room_for
    from discussions.chat.models import Room

    place = room_for(member, Room.objects.get(group=open_group).pk)
    assert attachable(place, [drawn.document_id])
    rule(drafts, Rights.HIDDEN)
    with pytest.raises(NotAllowed):
        attachable(place, [drawn.document_id])


def test_webhooks_are_told_nothing_of_what_readers_may_not_see(drafts, rule, open_group, lead, member, add):
    by = Standing.of(lead, open_group).leading[0]
    told, address = [Happening.VERSION_ADDED], "https://hooks.example.org/"
    add_webhook(open_group, url=address, by=by, happenings=told, with_words=False, key=uuid.uuid4())
    add(member, open_group, "Open.pdf", folder=drafts)
    assert Delivery.objects.count() == 1
    rule(drafts, Rights.OBSERVERS)
    add(member, open_group, "Kept.pdf", folder=drafts)
    assert Delivery.objects.count() == 1


def test_rights_of_folders_in_folders(rule, open_group, member, make_folder, add):
    outer = make_folder(member, open_group, "Outer")
    inner = make_folder(member, open_group, "Inner", parent=outer)
    document = add(member, open_group, "a.pdf", folder=inner).document
    rule(outer, Rights.HIDDEN)
    for rights in (Rights.MEMBERS, Rights.OBSERVERS, Rights.LEADS):
        rule(inner, rights)
        inner.refresh_from_db()
        document.refresh_from_db()
        assert (inner.reach, document.reach) == (Reach.MEMBERS, Reach.MEMBERS)
        assert inner.leads_only == (rights == Rights.LEADS)
    rule(outer, Rights.LEADS, widen=True)
    rule(inner, Rights.MEMBERS)
    inner.refresh_from_db()
    assert inner.rule == OPEN


FOLDERS = 4
STEP = st.one_of(
    st.tuples(st.just("rights"), st.integers(0, FOLDERS - 1), st.sampled_from(Rights.values)),
    st.tuples(st.just("move"), st.integers(0, FOLDERS - 1), st.integers(-1, FOLDERS - 1)),
    st.tuples(st.just("put"), st.integers(0, 2), st.integers(-1, FOLDERS - 1)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=10))
def test_whatever_is_done_everything_reaches_as_far_as_its_folders_say(
    steps, supply_chains, lead, observer, make_folder, add
):
    from groups.documents.services.folders import FolderRefused

    Entry.objects.filter(kind=Kind.DOCUMENT).delete()
    Document.objects.all().delete() if not Document.objects.exists() else None
    by = Standing.of(lead, supply_chains).leading[0]
    run = uuid.uuid4().hex
    folders = [make_folder(lead, supply_chains, f"{run}{number}") for number in range(FOLDERS)]
    papers = [add(lead, supply_chains, f"{run}-{number}.pdf").document for number in range(3)]
    for what, first, second in steps:
        try:
            if what == "rights":
                set_rights(folders[first], rights=second, by=by, widen=True)
            elif what == "move":
                move_folder(folders[first], parent=folders[second] if second >= 0 else None, by=by, widen=True)
            else:
                move_document(papers[first], folder=folders[second] if second >= 0 else None, by=by, widen=True)
        except FolderRefused:
            continue
    now = {one.pk: one for one in Folder.objects.filter(name__startswith=run)}
    for folder in now.values():
        way, step = [], folder
        while step:
            way.insert(0, step)
            step = now.get(step.parent_id)
        rule = OPEN
        for one in way:
            rule = ruled(one.rights, rule)
        assert folder.rule == rule
    library = Library(supply_chains, Standing.of(observer, supply_chains))
    for paper in Document.objects.filter(pk__in=[one.pk for one in papers]).select_related("folder"):
        assert paper.reach == marked_reach(paper.folder.reach if paper.folder else 0, Mark.GREEN)
        seen = library.documents.filter(pk=paper.pk).exists()
        assert seen == (paper.reach < Reach.MEMBERS)
        found = find(read(f'"{paper.title}"'), observer).found
        assert (paper.pk in [one.object_id for one in found]) == seen
