"""Who may open what in a library: every address, everybody; what is hidden answers like what is missing."""

import io
import re
import uuid

import pytest
from django.urls import URLPattern, get_resolver, reverse
from PIL import Image

from groups.documents import urls
from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.services import delete_document, make_preview, move_document, move_folder, start_upload
from groups.standing import Standing

KEY = uuid.UUID("7f1f0f4e-1111-4222-8333-944455556666")
READERS = {"list", "folder", "page", "download", "selection", "compare", "look", "picture", "thumbnail"}
WRITERS_GET = {
    "trash",
    "upload",
    "new_folder",
    "rename_folder",
    "move_folder",
    "rename",
    "move",
    "hold",
    "chunks",
    "describe",
    "copy",
}
LEADS = {"folder_rights"}
WRITERS_POST = {
    "empty_folder",
    "start",
    "finish",
    "delete_folder",
    "new_version",
    "restore",
    "put_back",
    "release",
    "delete",
    "move_selection",
    "delete_selection",
}
# Of a document marked red, the one here is green (test_records.py); for the Secretariat (test_space.py).
# What its leads decide of macros stands among the group's settings (test_macros.py).
# What somebody opened last is theirs alone (test_opened.py).
TAKEN = {"take", "quota", "macros", "opened", "forget_opened"}
NAMES = READERS | WRITERS_GET | WRITERS_POST | LEADS


def drawing():
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def shelf(member, add, make_folder):
    """Fill a library with one of each, and return the arguments of every address."""

    def fill(group):
        folder = make_folder(member, group, "Drafts")
        version = add(member, group, "Drawing.png", drawing(), folder=folder)
        make_preview(version)
        add(member, group, document=version.document)
        gone = add(member, group, "Gone.pdf").document
        by = Standing.of(member, group).speak()
        delete_document(gone, by=by)
        if not Upload.objects.exists():
            start_upload(group, by=by, key=KEY, file_name="Later.pdf", size=10)
        return {
            "folder": [folder.pk],
            "rename_folder": [folder.pk],
            "move_folder": [folder.pk],
            "delete_folder": [folder.pk],
            "folder_rights": [folder.pk],
            "chunks": [KEY],
            "finish": [KEY],
            "put_back": [gone.pk],
            "download": [version.document_id, 1],
            "look": [version.document_id, 1],
            "picture": [version.document_id, 1, 1],
            "thumbnail": [version.document_id, 1],
            "restore": [version.document_id, 1],
            **{
                name: [version.document_id]
                for name in (
                    "page",
                    "compare",
                    "new_version",
                    "rename",
                    "move",
                    "hold",
                    "release",
                    "delete",
                    "describe",
                    "copy",
                )
            },
        }

    return fill


def test_the_table_below_names_every_address():
    assert {one.name for one in urls.urlpatterns if isinstance(one, URLPattern)} == NAMES | TAKEN | {"zip"}
    assert get_resolver().namespace_dict.keys() >= {"documents"}


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def ask(client, group, name, args):
    url = reverse(f"documents:{name}", args=[group.slug, *args])
    if name in WRITERS_POST:
        return client.post(url, "{}" if name in {"start", "empty_folder"} else None, content_type="application/json")
    return client.get(url)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_library_of_members_is_for_members(name, shelf, supply_chains, client, request, lead):
    args = shelf(supply_chains).get(name, [])
    reads = name in READERS
    found = {}
    for who in (None, "outsider", "stranger", "secretariat", "observer", "member", "lead"):
        if who:
            client.force_login(request.getfixturevalue(who))
        found[who] = ask(client, supply_chains, name, args).status_code != 404
    if name == "finish":  # not all of it has arrived, and it is the member's own
        assert found.pop("member")
    if name in {"finish", "delete", "put_back"}:  # the member did it before
        found.pop("lead")
    assert found == {
        None: False,
        "outsider": False,
        "stranger": False,
        "secretariat": False,
        "observer": reads,
        **({} if name == "finish" else {"member": name not in LEADS}),
        **({} if name in {"finish", "delete", "put_back"} else {"lead": name != "chunks"}),
    }


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_hidden_library_answers_like_none(name, shelf, hidden_group, supply_chains, client, stranger):
    args = shelf(hidden_group).get(name, [])
    client.force_login(stranger)
    hidden = ask(client, hidden_group, name, args)
    hidden_group.slug = "nowhere"
    missing = ask(client, hidden_group, name, args)
    assert hidden.status_code == missing.status_code == 404
    assert without_tokens(hidden).replace("k3v9x0q2m7aa", "nowhere") == without_tokens(missing)


# Addresses that name nothing in the library; what is chosen for a selection is looked up in it (test_selection.py).
WITHOUT = {
    "list",
    "trash",
    "upload",
    "start",
    "empty_folder",
    "new_folder",
    "selection",
    "move_selection",
    "delete_selection",
}


@pytest.mark.parametrize("name", sorted(NAMES - WITHOUT))
def test_what_lies_in_another_library_is_not_in_this_one(name, shelf, hidden_group, supply_chains, client, member):
    args = shelf(hidden_group)[name]
    client.force_login(member)
    assert ask(client, supply_chains, name, args).status_code == 404


def test_an_upload_is_its_senders_own(shelf, supply_chains, client, lead):
    shelf(supply_chains)
    client.force_login(lead)
    url = reverse("documents:chunks", args=[supply_chains.slug, KEY])
    assert client.get(url).status_code == 404
    assert client.delete(url).status_code == 404
    assert client.put(url + "?offset=0", b"x", content_type="application/octet-stream").status_code == 404
    assert Upload.objects.get().received == 0


def test_partners_read_where_the_group_says_so_and_write_nowhere(shelf, supply_chains, client, stranger):
    supply_chains.read = "partners"
    supply_chains.save()
    args = shelf(supply_chains)
    client.force_login(stranger)
    page = client.get(reverse("documents:page", args=[supply_chains.slug, *args["page"]]))
    assert page.status_code == 200
    assert b"Upload" not in page.content
    assert "Marco Silva" not in page.content.decode()
    assert "Weavers’ Union" in page.content.decode()
    for name in WRITERS_POST | WRITERS_GET:
        assert ask(client, supply_chains, name, args.get(name, [])).status_code == 404


def test_a_closed_group_is_read_only(shelf, supply_chains, client, member):
    args = shelf(supply_chains)
    supply_chains.state = "closed"
    supply_chains.save()
    client.force_login(member)
    assert ask(client, supply_chains, "page", args["page"]).status_code == 200
    for name in WRITERS_POST | WRITERS_GET:
        assert ask(client, supply_chains, name, args.get(name, [])).status_code == 404
    assert Version.objects.count() == 3


def test_newcomers_see_what_came_after_them_where_the_group_says_so(
    shelf, supply_chains, make_insider, make_folder, member, add, client
):
    args = shelf(supply_chains)
    make_folder(member, supply_chains, "Old and empty")
    supply_chains.history = "from-joining"
    supply_chains.save()
    newcomer = make_insider(supply_chains, "Nadia Amrani")
    client.force_login(newcomer)
    listed = client.get(reverse("documents:list", args=[supply_chains.slug])).content.decode()
    assert "Drafts" not in listed
    assert "Old and empty" not in listed
    for name in ("page", "download", "folder", "rename", "delete", "put_back", "restore"):
        assert ask(client, supply_chains, name, args[name]).status_code == 404
    folder = Document.objects.get(pk=args["page"][0]).folder
    fresh = add(member, supply_chains, "Fresh.pdf", folder=folder)
    inside = client.get(reverse("documents:folder", args=[supply_chains.slug, folder.pk])).content.decode()
    assert "Fresh" in inside
    assert "Mapping" not in inside
    assert client.get(fresh.get_absolute_url()).status_code == 200


def test_what_hides_from_a_newcomer_is_not_felt_either(
    supply_chains, make_insider, make_folder, member, lead, add, signed_in
):
    supply_chains.history = "from-joining"
    supply_chains.save()
    old = make_folder(member, supply_chains, "Budget 2024")
    secret = add(member, supply_chains, "Secret.pdf").document
    newcomer = make_insider(supply_chains, "Nadia Amrani")
    address = reverse("documents:new_folder", args=[supply_chains.slug])

    def make(person, name):
        return signed_in(person).post(address, {"key": str(uuid.uuid4()), "name": name, "parent": ""})

    # A name that is taken by a folder they may not know of is free for them, and taken for those who see that one.
    assert make(newcomer, "budget 2024").status_code == 302
    fresh = Folder.objects.exclude(pk=old.pk).get()
    assert "There is a folder of this name" in make(newcomer, "BUDGET 2024").content.decode()
    assert "There is a folder of this name" in make(member, "Budget 2024").content.decode()
    # Others put older papers into the newcomer's folder; the newcomer sees it empty, removes it, and nothing is lost.
    inner = make_folder(member, supply_chains, "Inner", parent=old)
    Folder.objects.filter(pk=inner.pk).update(created_at=old.created_at)
    by = Standing.of(member, supply_chains).speak()
    move_document(secret, folder=fresh, by=by)
    move_folder(inner, parent=fresh, by=by)
    page = signed_in(newcomer).get(fresh.get_absolute_url()).content.decode()
    assert "Remove this empty folder?" in page
    removed = signed_in(newcomer).post(
        reverse("documents:delete_folder", args=[supply_chains.slug, fresh.pk]), follow=True
    )
    assert "was removed" in removed.content.decode()
    top = signed_in(member).get(reverse("documents:list", args=[supply_chains.slug])).content.decode()
    assert "Secret" in top
    assert "Inner" in top
    inner.refresh_from_db()
    assert inner.depth == 1


def test_a_document_in_the_trash_is_gone_at_every_address(supply_chains, signed_in, member, lead, observer, add):
    version = add(member, supply_chains)
    document = version.document
    client = signed_in(member)
    assert client.post(reverse("documents:delete", args=[supply_chains.slug, document.pk])).status_code == 302
    for person in (member, lead, observer):
        client = signed_in(person)
        for name in ("page", "download", "rename", "move", "new_version", "restore", "delete"):
            args = [document.pk, 1] if name in {"download", "restore"} else [document.pk]
            assert ask(client, supply_chains, name, args).status_code == 404, (name, person)
    listed = client.get(reverse("documents:list", args=[supply_chains.slug]))
    assert "Mapping" not in listed.content.decode()


def test_deleting_is_for_those_who_added_it_and_for_leads(supply_chains, signed_in, member, lead, make_insider, add):
    other = make_insider(supply_chains, "Nadia Amrani")
    document = add(member, supply_chains).document
    url = reverse("documents:delete", args=[supply_chains.slug, document.pk])
    assert signed_in(other).post(url).status_code == 404
    document.refresh_from_db()
    assert document.deleted_at is None
    assert signed_in(lead).post(url).status_code == 302
    trash = reverse("documents:trash", args=[supply_chains.slug])
    assert "Mapping" in signed_in(member).get(trash).content.decode()
    assert "Mapping" not in signed_in(other).get(trash).content.decode()
    put_back = reverse("documents:put_back", args=[supply_chains.slug, document.pk])
    assert signed_in(other).post(put_back).status_code == 404
    assert signed_in(member).post(put_back).status_code == 302
    document.refresh_from_db()
    assert document.deleted_at is None
