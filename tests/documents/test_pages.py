"""Going about in a library: folders, order, pages of a list, versions, the trash, the search."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from groups.documents.models import Document, Folder
from groups.documents.services import delete_document, move_folder
from groups.documents.services.folders import FolderRefused
from groups.standing import Standing
from search.models import Kind

PDF = b"%PDF-1.4\n"


def url(group, name, *args):
    return reverse(f"documents:{name}", args=[group.slug, *args])


def titles(response):
    return [row["document"].title for row in response.context["rows"]]


def test_an_empty_library_says_what_it_is_for(signed_in, member, observer, supply_chains):
    page = signed_in(member).get(url(supply_chains, "list")).content.decode()
    assert "The library is empty" in page
    assert "Add documents" in page
    page = signed_in(observer).get(url(supply_chains, "list")).content.decode()
    assert "When members add documents" in page
    assert "Add documents" not in page


def test_folders_come_first_and_documents_in_the_order_asked(signed_in, member, supply_chains, add, make_folder):
    folder = make_folder(member, supply_chains, "Drafts")
    for name in ("b.pdf", "A.pdf", "c.pdf"):
        document = add(member, supply_chains, name, PDF).document
        Document.objects.filter(pk=document.pk).update(changed_at=timezone.now() - timedelta(days=ord(name[0])))
    add(member, supply_chains, "inside.pdf", PDF, folder=folder)
    client = signed_in(member)
    page = client.get(url(supply_chains, "list"))
    assert titles(page) == ["A", "b", "c"]
    text = page.content.decode()
    assert text.index("Drafts") < text.index(">A<")
    assert "1 document" in text
    assert titles(client.get(url(supply_chains, "list") + "?sort=changed")) == ["A", "b", "c"]
    assert titles(client.get(url(supply_chains, "list") + "?sort=-name")) == ["c", "b", "A"]
    assert titles(client.get(url(supply_chains, "list") + "?sort=password")) == ["A", "b", "c"]
    assert titles(client.get(url(supply_chains, "folder", folder.pk))) == ["inside"]


def test_lists_cost_the_same_for_one_and_for_many(
    signed_in, member, lead, supply_chains, add, make_folder, make_insider
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        counts = []
        for address in (
            url(supply_chains, "list"),
            url(supply_chains, "folder", folder.pk),
            url(supply_chains, "trash"),
            document.get_absolute_url(),
        ):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            counts.append(len(seen))
        return counts

    def fill(person, number):
        by = Standing.of(person, supply_chains).speak()
        inner = make_folder(person, supply_chains, f"Inner {number}", parent=folder)
        make_folder(person, supply_chains, f"Top {number}")
        add(person, supply_chains, f"{number}.pdf", PDF)
        add(person, supply_chains, f"in {number}.pdf", PDF, folder=folder)
        add(person, supply_chains, f"inner {number}.pdf", PDF, folder=inner)
        add(person, supply_chains, f"v{number}.pdf", PDF, document=document)
        delete_document(add(person, supply_chains, f"gone {number}.pdf", PDF).document, by=by)

    folder = make_folder(member, supply_chains, "Drafts")
    document = add(member, supply_chains, "versions.pdf", PDF).document
    client = signed_in(lead)
    fill(member, 1)
    queries()
    first = queries()
    for number in (2, 3):
        fill(make_insider(supply_chains, f"Person {number}"), number)
    assert queries() == first
    assert max(first) <= 25


def test_long_lists_have_pages(signed_in, member, supply_chains, add, make_folder):
    version = add(member, supply_chains, "000.pdf", PDF)
    make_folder(member, supply_chains, "Drafts")
    document = version.document
    many = [
        Document(
            group=supply_chains,
            title=f"{number:03}",
            latest=version,
            changed_at=timezone.now(),
            author=member,
            organisation=document.organisation,
        )
        for number in range(1, 60)
    ]
    Document.objects.bulk_create(many)
    client = signed_in(member)
    first = client.get(url(supply_chains, "list"))
    second = client.get(url(supply_chains, "list") + f"?after={first.context['stretch'].next}")
    assert titles(first) == [f"{number:03}" for number in range(50)]
    assert titles(second) == [f"{number:03}" for number in range(50, 60)]
    assert "Drafts" in first.content.decode()
    assert "Drafts" not in second.content.decode()
    assert (first.context["stretch"].count, second.context["stretch"].next) == (60, None)


@pytest.mark.parametrize("order", ["name", "-name", "changed", "-changed"])
def test_every_document_is_in_one_page_whatever_comes_meanwhile(order, signed_in, member, supply_chains, add):
    version = add(member, supply_chains, "same.pdf", PDF)
    now = timezone.now()
    fields = {"group": supply_chains, "latest": version, "author": member, "organisation": version.organisation}
    Document.objects.bulk_create(
        Document(title="Same" if number % 3 else f"é{number}", changed_at=now - timedelta(days=number % 2), **fields)
        for number in range(120)
    )
    client, seen, after = signed_in(member), [], None
    while True:
        page = client.get(url(supply_chains, "list"), {"sort": order, **({"after": after} if after else {})})
        seen += [row["document"].pk for row in page.context["rows"]]
        after = page.context["stretch"].next
        if after is None:
            break
        add(member, supply_chains, f"{len(seen)}.pdf", PDF)
    old = Document.objects.exclude(title__in=["50", "100"]).values_list("pk", flat=True)
    assert sorted(pk for pk in seen if pk in set(old)) == sorted(old)


def test_a_place_that_the_reader_may_not_see_is_none(
    signed_in, member, supply_chains, add, make_folder, lead, observer
):
    from groups.documents.services import set_rights

    folder = make_folder(member, supply_chains, "Hidden")
    hidden = add(member, supply_chains, "M.pdf", PDF, folder=folder).document
    set_rights(folder, rights="hidden", by=Standing.of(lead, supply_chains).speak())
    for name in ("a.pdf", "z.pdf"):
        add(member, supply_chains, name, PDF)
    top = url(supply_chains, "list")
    assert titles(signed_in(observer).get(top, {"after": hidden.pk})) == ["a", "z"]
    assert titles(signed_in(member).get(top, {"after": hidden.pk})) == ["a", "z"]  # it is not in this list
    assert titles(signed_in(member).get(top, {"after": "x"})) == ["a", "z"]


def test_folders_are_made_renamed_moved_and_removed(signed_in, member, supply_chains, add):
    client = signed_in(member)
    key = str(uuid.uuid4())
    for _ in range(2):
        client.post(url(supply_chains, "new_folder"), {"key": key, "name": " Minutes\u202e ", "parent": ""})
    folder = Folder.objects.get()
    assert (folder.name, folder.author, folder.depth) == ("Minutes", member, 1)
    twin = client.post(url(supply_chains, "new_folder"), {"key": str(uuid.uuid4()), "name": "minutes", "parent": ""})
    assert "There is a folder of this name here already." in twin.content.decode()
    assert 'value="minutes"' in twin.content.decode()
    client.post(url(supply_chains, "new_folder"), {"key": str(uuid.uuid4()), "name": "2026", "parent": folder.pk})
    inner = Folder.objects.get(name="2026")
    assert (inner.parent, inner.depth) == (folder, 2)
    client.post(url(supply_chains, "rename_folder", folder.pk), {"name": "Papers"})
    folder.refresh_from_db()
    assert folder.name == "Papers"
    into_itself = client.post(url(supply_chains, "move_folder", folder.pk), {"folder": inner.pk})
    assert "This folder is not there any more" in into_itself.content.decode()
    client.post(url(supply_chains, "move_folder", inner.pk), {"folder": ""})
    inner.refresh_from_db()
    assert (inner.parent, inner.depth) == (None, 1)
    document = add(member, supply_chains, "a.pdf", PDF, folder=inner).document
    refused = client.post(url(supply_chains, "delete_folder", inner.pk), follow=True)
    assert "The folder is not empty." in refused.content.decode()
    client.post(url(supply_chains, "move", document.pk), {"folder": folder.pk})
    document.refresh_from_db()
    assert document.folder == folder
    client.post(url(supply_chains, "delete_folder", inner.pk))
    assert client.get(url(supply_chains, "folder", inner.pk)).status_code == 404


def test_a_folder_is_never_put_into_itself_nor_too_deep(member, supply_chains, make_folder):
    by = Standing.of(member, supply_chains).speak()
    chain = [make_folder(member, supply_chains, "1")]
    for number in range(2, 7):
        chain.append(make_folder(member, supply_chains, str(number), parent=chain[-1]))
    with pytest.raises(FolderRefused):
        make_folder(member, supply_chains, "7", parent=chain[-1])
    with pytest.raises(FolderRefused):
        move_folder(chain[0], parent=chain[3], by=by)
    other = make_folder(member, supply_chains, "other")
    with pytest.raises(FolderRefused):
        move_folder(chain[0], parent=other, by=by)
    move_folder(chain[3], parent=other, by=by)
    assert list(Folder.objects.filter(name__in="456").order_by("name").values_list("depth", flat=True)) == [2, 3, 4]


def test_what_lay_in_a_removed_folder_comes_back_above_it(signed_in, member, supply_chains, add, make_folder):
    outer = make_folder(member, supply_chains, "Outer")
    inner = make_folder(member, supply_chains, "Inner", parent=outer)
    document = add(member, supply_chains, "a.pdf", PDF, folder=inner).document
    client = signed_in(member)
    shown = client.post(url(supply_chains, "delete", document.pk), follow=True).content.decode()
    assert "is in the trash" in shown
    assert url(supply_chains, "put_back", document.pk) in shown
    client.post(url(supply_chains, "delete_folder", inner.pk))
    client.post(url(supply_chains, "put_back", document.pk))
    document.refresh_from_db()
    assert (document.folder, document.deleted_at) == (outer, None)


def test_an_earlier_version_is_made_the_newest_against_what_one_saw(signed_in, member, lead, supply_chains, add):
    first = add(member, supply_chains, "a.pdf", PDF + b"one")
    document = first.document
    add(lead, supply_chains, "b.pdf", PDF + b"two", document=document)
    client, address = signed_in(member), url(supply_chains, "restore", document.pk, 1)
    key = str(uuid.uuid4())
    stale = client.post(address, {"key": str(uuid.uuid4()), "base": 1}, follow=True)
    assert "Somebody added a version meanwhile." in stale.content.decode()
    for _ in range(2):
        client.post(address, {"key": key, "base": 2})
    assert list(document.versions.values_list("number", "file_name", "restored_from", "author")) == [
        (3, "a.pdf", 1, member.pk),
        (2, "b.pdf", None, lead.pk),
        (1, "a.pdf", None, member.pk),
    ]
    got = client.get(url(supply_chains, "download", document.pk, 3))
    assert b"".join(got.streaming_content) == PDF + b"one"
    assert client.post(url(supply_chains, "restore", document.pk, 9), {"key": key, "base": 3}).status_code == 404


def test_each_version_has_buttons_of_its_own_name(signed_in, member, supply_chains, add):
    first = add(member, supply_chains, "a.pdf", PDF + b"one")
    for content in (b"two", b"three"):
        add(member, supply_chains, "a.pdf", PDF + content, document=first.document)
    page = signed_in(member).get(first.document.get_absolute_url()).content.decode()
    named = re.findall(r"Restore<span class=\"visually-hidden\"> (version \d)</span></(summary|button)>", page)
    assert named == [(f"version {number}", part) for number in (2, 1) for part in ("summary", "button")]


def test_titles_are_parted_as_the_readers_language_parts_them(signed_in, member, supply_chains):
    member.language = "ar"
    member.save()
    files = [SimpleUploadedFile(f"{name}.pdf", PDF + name.encode()) for name in ("one", "two")]
    sent = {"key": str(uuid.uuid4()), "file": files}
    page = signed_in(member).post(url(supply_chains, "upload"), sent, follow=True).content.decode()
    assert "“one”، “two”" in page


def test_a_version_is_never_changed(member, supply_chains, add):
    version = add(member, supply_chains, "a.pdf", PDF)
    version.file_name = "b.pdf"
    with pytest.raises(TypeError):
        version.save()


def test_renaming_minds_what_others_did_meanwhile(signed_in, member, supply_chains, add):
    document = add(member, supply_chains, "a.pdf", PDF).document
    client, address = signed_in(member), url(supply_chains, "rename", document.pk)
    client.post(address, {"title": "Final report", "was": "a"})
    late = client.post(address, {"title": "Draft report", "was": "a"})
    text = late.content.decode()
    assert "renamed it to “Final report” meanwhile" in text
    assert 'value="Draft report"' in text
    assert 'name="was" value="Final report"' in text
    document.refresh_from_db()
    assert document.title == "Final report"
    client.post(address, {"title": "Draft report", "was": "Final report"})
    document.refresh_from_db()
    assert document.title == "Draft report"
    for title in ("", "\u200b", "x" * 300):
        assert client.post(address, {"title": title}).status_code == 422


def test_renaming_a_folder_minds_what_others_did_meanwhile(signed_in, member, supply_chains, make_folder):
    folder = make_folder(member, supply_chains, "Drafts")
    client, address = signed_in(member), url(supply_chains, "rename_folder", folder.pk)
    assert 'name="was" value="Drafts"' in client.get(url(supply_chains, "folder", folder.pk)).content.decode()
    client.post(address, {"name": "Papers", "was": "Drafts"})
    text = client.post(address, {"name": "Minutes", "was": "Drafts"}).content.decode()
    assert "renamed it to “Papers” meanwhile" in text
    assert 'value="Minutes"' in text
    assert 'name="was" value="Papers"' in text
    folder.refresh_from_db()
    assert folder.name == "Papers"
    client.post(address, {"name": "Minutes", "was": "Papers"})
    folder.refresh_from_db()
    assert folder.name == "Minutes"


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("a.csv", "país;año\nPerú;2026\n".encode("cp1252"), [">país</th>", ">Perú</td>"]),
        ("whole.csv", "pays;langue\nMali;fulfuldé".encode("cp1252"), [">fulfuldé</td>"]),
        ("a.md", b"# Heading\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1)) @[1]", ["<h2 dir=\"auto\">Heading</h2>"]),
        ("a.txt", b"<b>bold</b> \xe2\x82\xac", ["&lt;b&gt;bold&lt;/b&gt; €"]),
        ("long.txt", "é".encode() * 40_000, ["There is more in the file."]),
    ],
)  # fmt: skip
def test_texts_show_how_they_begin(name, content, shown, signed_in, member, supply_chains, add):
    document = add(member, supply_chains, name, content).document
    page = signed_in(member).get(document.get_absolute_url()).content.decode()
    for part in shown:
        assert part in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert "\ufffd" not in page


def test_the_search_finds_what_one_may_read(member, stranger, observer, supply_chains, add, make_insider, signed_in):
    document = add(member, supply_chains, "Cocoa survey 2026.pdf", PDF).document
    gone = add(member, supply_chains, "Cocoa old.pdf", PDF).document
    delete_document(gone, by=Standing.of(member, supply_chains).speak())

    def found(person, words):
        page = signed_in(person).get("/search/", {"q": words, "kind": Kind.DOCUMENT})
        return [(hit.shown.title, hit.shown.url) for hit in page.context["hits"]]

    assert found(member, "cocoa") == found(observer, "SURVEY") == [("Cocoa survey 2026", document.get_absolute_url())]
    assert found(stranger, "cocoa") == []
    supply_chains.history = "from-joining"
    supply_chains.save()
    assert found(make_insider(supply_chains), "cocoa") == []
