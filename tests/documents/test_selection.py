"""Several documents at once: one archive, one move, one way to the trash."""

import io
import random
import zipfile

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import FileSystemStorage
from django.db import connection, connections
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from groups.documents import selection as selection_module
from groups.documents.models import Document, Scan, Version
from groups.documents.selection import _free
from groups.documents.services import delete_document, set_rights
from groups.models import Participant
from groups.standing import Standing


def address(group, name="selection"):
    return reverse(f"documents:{name}", args=[group.slug])


def unpacked(response):
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def shelf(add, member, make_folder, supply_chains):
    """A folder in a folder, two documents of one file name, and one at the top."""
    drafts = make_folder(member, supply_chains, "Drafts: 2026")
    deep = make_folder(member, supply_chains, "Deep", drafts)
    return {
        "drafts": drafts,
        "top": add(member, supply_chains, "Notes.txt", b"top").document,
        "first": add(member, supply_chains, "notes.txt", b"first", folder=drafts).document,
        "second": add(member, supply_chains, "Notes.txt", b"second", folder=drafts).document,
        "deep": add(member, supply_chains, "Étude.csv", b"a;b", folder=deep).document,
    }


def test_a_folder_and_documents_come_as_one_archive(shelf, supply_chains, signed_in, member):
    chosen = {"document": [shelf["top"].pk, shelf["first"].pk], "whole": [shelf["drafts"].pk]}
    page = signed_in(member).get(address(supply_chains), chosen)
    assert page.status_code == 200
    response = signed_in(member).get(address(supply_chains, "zip"), chosen)
    found = unpacked(response)
    assert found == {
        "Notes.txt": b"top",
        "Drafts_ 2026/notes.txt": b"first",
        "Drafts_ 2026/Notes (2).txt": b"second",
        "Drafts_ 2026/Deep/Étude.csv": b"a;b",
    }
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.django_db(transaction=True)
async def test_an_archive_comes_the_same_from_the_event_loop(shelf, supply_chains, member):
    client = AsyncClient()
    await sync_to_async(client.force_login)(member)
    response = await client.get(address(supply_chains, "zip"), {"whole": shelf["drafts"].pk})
    pieces = [piece async for piece in response.streaming_content]
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert len(archive.namelist()) == 3
    await sync_to_async(connections.close_all)()


def test_a_large_file_passes_through_in_small_pieces(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "long.txt", random.Random(7).randbytes(2_000_000).hex().encode())
    response = signed_in(member).get(address(supply_chains, "zip"), {"document": version.document_id})
    pieces = list(response.streaming_content)
    assert len(pieces) > 5
    assert max(map(len, pieces)) <= 2 * selection_module.BLOCK


MISSING = "Missing from this archive.txt"


def test_what_is_lost_is_named_in_the_archive(shelf, own_folders, supply_chains, signed_in, member):
    client, chosen = signed_in(member), {"document": [shelf["first"].pk], "whole": [shelf["drafts"].pk]}
    (own_folders / "files" / shelf["first"].latest.path).unlink()
    found = unpacked(client.get(address(supply_chains, "zip"), chosen))
    assert found.keys() == {"Drafts_ 2026/Notes (2).txt", "Drafts_ 2026/Deep/Étude.csv", MISSING}
    said = "The bytes of these files are gone. Tell those who run this site:\nDrafts_ 2026/notes.txt"
    assert found[MISSING].decode() == said
    for name in ("second", "deep"):
        (own_folders / "files" / shelf[name].latest.path).unlink()
    assert unpacked(client.get(address(supply_chains, "zip"), chosen)).keys() == {MISSING}
    own = {"document": [shelf["first"].pk]}
    french = client.get(address(supply_chains, "zip"), own, headers={"accept-language": "fr"})
    assert unpacked(french).keys() == {"Manquant dans cette archive.txt"}


def test_a_storage_that_is_away_is_said_before_an_archive_begins_and_in_it_after(
    shelf, supply_chains, signed_in, member, monkeypatch
):
    client, chosen = signed_in(member), {"document": [shelf["top"].pk], "whole": [shelf["drafts"].pk]}
    answering, there = FileSystemStorage._open, {shelf["top"].latest.path}

    def opened(self, name, mode="rb"):
        if name not in there:
            raise OSError("the storage does not answer")
        return answering(self, name, mode)

    monkeypatch.setattr(FileSystemStorage, "_open", opened)
    found = unpacked(client.get(address(supply_chains, "zip"), chosen))
    assert found.keys() == {"Notes.txt", MISSING}
    assert sorted(found[MISSING].decode().casefold().splitlines()) == [
        "drafts_ 2026/deep/étude.csv",
        "drafts_ 2026/notes (2).txt",
        "drafts_ 2026/notes.txt",
        "these files could not be had at that moment. take them again later:",
    ]
    there.clear()
    answer = client.get(address(supply_chains, "zip"), chosen)
    assert (answer.status_code, answer["Retry-After"], answer.content) == (503, "30", b"")


def test_an_archive_asks_nothing_of_the_storage_but_the_files(shelf, supply_chains, signed_in, member, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "exists", lambda self, name: pytest.fail("asked for each file beforehand"))
    answer = signed_in(member).get(address(supply_chains, "zip"), {"whole": [shelf["drafts"].pk]})
    assert len(unpacked(answer)) == 3


def test_what_one_may_not_see_is_not_in_it(shelf, add, lead, hidden_group, supply_chains, signed_in, member, stranger):
    canary = add(lead, hidden_group, "canary.txt", b"canary").document
    chosen = {"document": [canary.pk, shelf["top"].pk, 10**12], "whole": [10**12]}
    assert unpacked(signed_in(member).get(address(supply_chains, "zip"), chosen)) == {"Notes.txt": b"top"}
    assert signed_in(stranger).get(address(supply_chains, "zip"), chosen).status_code == 404
    assert signed_in(stranger).get(address(supply_chains), chosen).status_code == 404


def test_an_archive_holds_what_one_may_read_when_it_is_made(
    shelf, add, lead, member, observer, make_folder, hidden_group, supply_chains, signed_in
):
    """F47. One address, asked for by each as things stand then; names and words of all else are not in it."""
    leads = make_folder(lead, supply_chains, "Canary folder")
    set_rights(leads, rights="hidden", by=Standing.of(lead, supply_chains).leading[0])
    inside = add(lead, supply_chains, "Canary inside.txt", b"inside", folder=leads).document
    elsewhere = add(lead, hidden_group, "Canary elsewhere.txt", b"elsewhere").document
    trashed = add(member, supply_chains, "Canary trashed.txt", b"trashed").document
    delete_document(trashed, by=Standing.of(member, supply_chains).speak())
    every = [shelf["top"].pk, inside.pk, elsewhere.pk, trashed.pk]
    chosen = {"document": every, "whole": [shelf["drafts"].pk, leads.pk]}
    where = address(supply_chains, "zip")
    open_to_all = [b"a;b", b"first", b"second", b"top"]
    assert sorted(unpacked(signed_in(observer).get(where, chosen)).values()) == open_to_all
    assert sorted(unpacked(signed_in(member).get(where, chosen)).values()) == sorted([*open_to_all, b"inside"])
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    gone = signed_in(member).get(where, chosen)
    assert not gone.streaming
    assert gone.status_code in {403, 404}
    assert b"anary" not in gone.content


def test_too_much_at_once_is_said_before_anything_goes(shelf, supply_chains, signed_in, member, monkeypatch):
    monkeypatch.setattr(selection_module, "MOST", 2)
    chosen = {"whole": [shelf["drafts"].pk]}
    page = signed_in(member).get(address(supply_chains, "zip"), chosen, follow=True)
    assert "At most 2 documents" in page.content.decode()


def test_none_is_cut_off_because_others_are_left_out(shelf, supply_chains, signed_in, member, monkeypatch):
    monkeypatch.setattr(selection_module, "MOST", 2)
    client, chosen = signed_in(member), {"whole": [shelf["drafts"].pk]}
    for name in ("first", "second"):
        Document.objects.filter(pk=shelf[name].pk).update(mark="red")
    page = client.get(address(supply_chains, "zip"), chosen, follow=True).content.decode()
    assert "At most 2 documents" in page
    several = {"document": [10**12, shelf["top"].pk, shelf["first"].pk, shelf["deep"].pk]}
    assert "At most 2 documents" in client.get(address(supply_chains, "zip"), several, follow=True).content.decode()


def test_what_is_left_out_of_a_folder_is_said(shelf, supply_chains, signed_in, member):
    client, chosen = signed_in(member), {"whole": [shelf["drafts"].pk]}
    assert "left out" not in client.get(address(supply_chains), chosen).content.decode()
    Document.objects.filter(pk=shelf["first"].pk).update(mark="red")
    Version.objects.filter(document=shelf["second"]).update(macros=True)
    Scan.objects.update_or_create(version=shelf["deep"].latest, defaults={"state": "held"})
    page = client.get(address(supply_chains), chosen).content.decode()
    for words in ("Documents marked red are", "Files that carry macros are", "Files in which malware was found are"):
        assert f"{words} left out of the archive" in page


def test_several_are_moved_and_what_cannot_go_stays(shelf, make_folder, supply_chains, signed_in, member):
    target = make_folder(member, supply_chains, "Final")
    sent = {"document": [shelf["top"].pk, shelf["first"].pk], "whole": [shelf["drafts"].pk], "folder": target.pk}
    signed_in(member).post(address(supply_chains, "move_selection"), sent)
    shelf["drafts"].refresh_from_db()
    assert shelf["drafts"].parent == target
    assert set(Document.objects.filter(folder=target)) == {shelf["top"], shelf["first"]}
    # A folder does not go into itself.
    page = signed_in(member).post(
        address(supply_chains, "move_selection"), {"whole": [target.pk], "folder": shelf["drafts"].pk}, follow=True
    )
    assert "Final" in page.content.decode()
    target.refresh_from_db()
    assert target.parent is None


def test_several_go_to_the_trash_and_those_of_others_stay(shelf, add, lead, supply_chains, signed_in, member):
    others = add(lead, supply_chains, "Minutes.txt", b"words").document
    sent = {"document": [shelf["top"].pk, shelf["deep"].pk, others.pk]}
    page = signed_in(member).post(address(supply_chains, "delete_selection"), sent, follow=True).content.decode()
    assert "2 documents are in the trash" in page
    assert set(Document.objects.present()) == {shelf["first"], shelf["second"], others}


def test_observers_choose_and_download_and_change_nothing(shelf, supply_chains, signed_in, observer):
    chosen = {"document": [shelf["top"].pk]}
    client = signed_in(observer)
    assert unpacked(client.get(address(supply_chains, "zip"), chosen)) == {"Notes.txt": b"top"}
    assert client.post(address(supply_chains, "delete_selection"), chosen).status_code == 404
    assert Document.objects.present().filter(pk=shelf["top"].pk).exists()


def test_choosing_many_costs_what_choosing_one_costs(shelf, supply_chains, signed_in, member):
    client, costs = signed_in(member), set()
    for names in (["top"], ["top", "first", "second", "deep"]):
        with CaptureQueriesContext(connection) as queries:
            client.get(address(supply_chains), {"document": [shelf[name].pk for name in names]})
        costs.add(len(queries))
    assert len(costs) == 1


@given(st.lists(st.text(alphabet="aA.é/\\ (2)", min_size=1, max_size=6), max_size=12))
def test_no_path_is_there_twice_or_leads_out(names):
    taken = set()
    paths = [_free("folder/", name, taken) for name in names]
    assert len({path.casefold() for path in paths}) == len(paths)
    assert all(path.startswith("folder/") and path.count("/") == 1 and "\\" not in path for path in paths)
    assert not any(path.split("/")[1] in {"", ".", ".."} for path in paths)
