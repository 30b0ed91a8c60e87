"""Files on their way in, as a script sends them and as a form does: all of it or nothing, once for each key."""

import hashlib
import json
import threading
import uuid

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.urls import reverse

from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.services import spool

PDF = b"%PDF-1.4\n" + b"x" * 5000


class Sender:
    """What the script of the page does."""

    def __init__(self, client, group, **announced):
        self.client, self.group = client, group
        self.key = str(announced.pop("key", uuid.uuid4()))
        self.announced = {"key": self.key, "name": "Mapping.pdf", "size": len(PDF), **announced}

    def url(self, name, *args):
        return reverse(f"documents:{name}", args=[self.group.slug, *args])

    def start(self, **more):
        return self.client.post(self.url("start"), json.dumps(self.announced | more), content_type="application/json")

    def put(self, offset, chunk):
        url = self.url("chunks", self.key) + f"?offset={offset}"
        return self.client.put(url, chunk, content_type="application/octet-stream")

    def status(self):
        return self.client.get(self.url("chunks", self.key))

    def finish(self):
        return self.client.post(self.url("finish", self.key))


@pytest.fixture
def sender(signed_in, member, supply_chains):
    return lambda **announced: Sender(signed_in(member), supply_chains, **announced)


def test_an_interrupted_upload_goes_on_from_where_it_stopped(sender, member, weavers):
    script = sender(note="First draft")
    assert script.start().json() == {"key": script.key, "received": 0, "size": len(PDF), "done": False}
    assert script.put(0, PDF[:2000]).json()["received"] == 2000
    # The line breaks, the page is loaded anew, and the same file announced again.
    assert script.start().json()["received"] == 2000
    assert script.put(0, PDF[:2000]).json()["received"] == 2000
    gap = script.put(4000, PDF[4000:])
    assert (gap.status_code, gap.json()["error"], gap.json()["received"]) == (409, "conflict", 2000)
    early = script.finish()
    assert (early.status_code, early.json()["received"]) == (409, 2000)
    assert not Document.objects.exists()
    assert script.put(2000, PDF[2000:]).json()["received"] == len(PDF)
    done = script.finish().json()
    version = Version.objects.get()
    assert done["url"] == version.document.get_absolute_url()
    assert (done["title"], done["number"], done["done"]) == ("Mapping", 1, True)
    assert (version.author, version.organisation, version.function) == (member, weavers, "Research officer")
    assert version.note == "First draft"
    # Whatever is sent again is answered the same.
    assert script.finish().json() == script.status().json() == script.start().json() == done
    assert not Upload.objects.exists()
    assert b"".join(script.client.get(version.get_absolute_url()).streaming_content) == PDF


def test_a_file_in_a_folder_makes_the_folders_that_lead_to_it_once(sender, member, supply_chains, make_folder):
    drafts = make_folder(member, supply_chains, "Drafts")
    for name, path in (("a.pdf", ["Fieldwork", "One"]), ("b.pdf", ["fieldwork", "one"]), ("c.pdf", ["Fieldwork"])):
        script = sender(name=name, folder=drafts.pk, path=path)
        assert script.start().status_code == 201
        script.put(0, PDF)
        assert script.finish().json()["done"]
    assert sorted(map(str, Folder.objects.all())) == ["Drafts", "Fieldwork", "One"]
    placed = Document.objects.order_by("title").values_list("title", "folder__name", "folder__parent__name")
    assert list(placed) == [("a", "One", "Fieldwork"), ("b", "One", "Fieldwork"), ("c", "Fieldwork", "Drafts")]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("Drafts", 400, "malformed"),
        ([7], 400, "malformed"),
        (["a"] * 500, 400, "malformed"),
        (["a"] * 7, 422, "folder_refused"),
        ([".."], 422, "bad_name"),
        (["a", "\u202e"], 422, "bad_name"),
    ],
)
def test_folders_that_cannot_be_are_refused_and_none_is_made(sender, path, status, error):
    answer = sender(path=path).start()
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Folder.objects.exists()
    assert not Upload.objects.exists()


def test_a_file_of_a_refused_type_makes_no_folder(sender):
    assert sender(name="run.exe", path=["Tools"]).start().json()["error"] == "file_refused"
    assert not Folder.objects.exists()


def test_a_folder_in_which_one_may_not_write_takes_nothing_by_its_name(sender, lead, supply_chains, make_folder):
    folder = make_folder(lead, supply_chains, "Board")
    Folder.objects.filter(pk=folder.pk).update(leads_only=True)
    answer = sender(path=["Board"]).start()
    assert (answer.status_code, "only leads" in answer.json()["message"]) == (403, True)
    assert sender(path=["Board", "Below"]).start().status_code == 403
    assert Folder.objects.count() == 1


def test_what_is_under_way_is_listed_to_its_sender_with_the_hashes_of_its_pieces(
    sender, signed_in, lead, supply_chains
):
    script = sender()
    script.start()
    script.put(0, PDF[:2000])
    (listed,) = script.client.get(script.url("start")).json()["uploads"]
    assert listed == {
        "key": script.key, "received": 2000, "size": len(PDF), "done": False,
        "name": "Mapping.pdf", "folder": None, "document": None,
    }  # fmt: skip
    pieces = script.client.get(script.url("chunks", script.key), {"pieces": 1}).json()["pieces"]
    assert pieces == [hashlib.sha256(PDF[:2000]).hexdigest()]
    assert signed_in(lead).get(script.url("start")).json() == {"uploads": []}


def test_a_cancelled_upload_leaves_nothing(sender, stored):
    script = sender()
    script.start()
    script.put(0, PDF[:2000])
    assert len(stored()) == 1
    assert script.client.delete(script.url("chunks", script.key)).status_code == 204
    assert stored() == []
    assert script.put(2000, PDF[2000:]).status_code == 404
    assert not Upload.objects.exists()


def test_cancelling_what_is_finished_already_says_so(sender):
    script = sender()
    script.start()
    script.put(0, PDF)
    done = script.finish().json()
    late = script.client.delete(script.url("chunks", script.key))
    assert (late.status_code, late.json()) == (200, done)
    assert Document.objects.present().count() == 1


def test_a_key_is_for_ever_that_of_one_file_in_one_place(sender, add, member, supply_chains, hidden_group):
    other = add(member, supply_chains, "Other.pdf").document
    script = sender()
    assert script.start().status_code == 201
    script.put(0, PDF)
    done = script.finish().json()
    elsewhere = Sender(script.client, hidden_group, key=script.key)
    for answer in (
        script.start(name="Another.pdf"),
        script.start(size=len(PDF) + 1),
        script.start(document=other.pk, base=1),
        elsewhere.start(),
    ):
        assert (answer.status_code, answer.json()["error"]) == (409, "other_file")
        assert "sent before with another file" in answer.json()["message"]
    assert elsewhere.finish().status_code == 404
    assert script.start().json() == done
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("announced", "status", "error"),
    [
        ({"size": 0}, 422, "upload_refused"),
        ({"size": 10**15}, 422, "upload_refused"),
        ({"size": "many"}, 400, "malformed"),
        ({"name": ["a.pdf"]}, 400, "malformed"),
        ({"name": "run.exe"}, 422, "file_refused"),
        ({"name": "page.html"}, 422, "file_refused"),
        ({"name": "drawing.svg"}, 422, "file_refused"),
        ({"name": "letter.dotm"}, 422, "file_refused"),
        ({"name": "\u202e\u0000 .. "}, 422, "bad_name"),
        ({"name": "\ud800.pdf"}, 400, "malformed"),
        ({"note": "\ud800"}, 400, "malformed"),
        ({"base": 2**31}, 400, "malformed"),
        ({"base": 2**63}, 400, "malformed"),
        ({"key": "7"}, 400, "malformed"),
        ({"folder": 10**6}, 404, None),
        ({"document": 10**30}, 404, None),
        ({"as": 10**30}, 422, "choose_capacity"),
    ],
)
def test_what_is_announced_wrongly_is_refused_before_a_byte_is_sent(sender, announced, status, error):
    answer = sender().start(**announced)
    assert answer.status_code == status
    if error:
        assert answer.json()["error"] == error
        assert answer.json()["message"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "[" * 100_000, '"text"', b"\xff\xfe"])
def test_what_is_no_announcement_is_refused(sender, body):
    script = sender()
    answer = script.client.post(script.url("start"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


@pytest.mark.parametrize("offset", ["", "-1", "x", "1" * 30, "²"])
def test_a_chunk_says_where_it_begins(sender, offset):
    script = sender()
    script.start()
    assert script.put(offset, b"x").json()["error"] == "malformed"


def test_a_chunk_has_at_most_4_mb_and_fits_the_file(sender, settings):
    script = sender(size=20 * 1024**2)
    script.start()
    large = script.put(0, b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert (large.status_code, large.json()["error"]) == (413, "too_large")
    assert script.put(0, b"x" * (settings.CHUNK_SIZE + 1)).json()["error"] == "upload_refused"
    assert script.put(0, b"x" * settings.CHUNK_SIZE).json()["received"] == settings.CHUNK_SIZE
    short = sender(size=10)
    short.start()
    assert short.put(0, b"x" * 11).json()["error"] == "upload_refused"


def test_a_chunk_does_not_wait_in_memory_with_its_request(sender):
    script = sender(size=4)
    script.start()
    assert script.put(0, b"%PDF").json()["received"] == 4
    assert not hasattr(script.put(0, b"%PDF").wsgi_request, "_body")


def test_a_refused_type_says_so_by_name_and_leaves_nothing(sender, stored):
    script = sender(name="report.pdf", size=4002)
    script.start()
    script.put(0, b"MZ" + b"\x00" * 4000)
    answer = script.finish()
    assert answer.status_code == 422
    assert "report.pdf" in answer.json()["message"]
    assert stored() == []
    assert not Document.objects.exists()
    assert not Upload.objects.exists()


def test_a_file_of_the_same_name_is_a_new_version_or_a_second_document_as_one_says(sender, add, member, supply_chains):
    document = add(member, supply_chains).document
    script = sender(name="mapping.PDF")
    asked = script.start()
    assert asked.status_code == 409
    assert asked.json()["error"] == "same_name"
    assert asked.json()["document"] == {"id": document.pk, "title": "Mapping", "number": 1}
    assert script.start(document=document.pk, base=1).status_code == 201
    script.put(0, PDF)
    assert script.finish().json()["number"] == 2
    other = sender(twin="keep")
    assert other.start().status_code == 201
    other.put(0, PDF)
    assert other.finish().json()["number"] == 1
    assert Document.objects.count() == 2


def test_two_savers_of_a_new_version_are_both_kept_and_the_second_is_told(
    sender, signed_in, add, member, supply_chains
):
    document = add(member, supply_chains).document
    scripts = [sender(document=document.pk, base=1, name=f"{name}.pdf") for name in "ab"]
    for script in scripts:
        script.start()
        script.put(0, PDF)
    answers = [script.finish().json() for script in scripts]
    assert [(answer["number"], answer["missed"]) for answer in answers] == [(2, []), (3, [2])]
    assert [version.file_name for version in document.versions.order_by("number")] == ["Mapping.pdf", "a.pdf", "b.pdf"]
    page = signed_in(member).get(document.get_absolute_url()).content.decode()
    assert "This version was made from version 1" in page


def test_a_form_without_a_script_takes_several_files_and_names_what_it_refuses(
    signed_in, member, supply_chains, make_folder, stored
):
    from django.core.files.uploadedfile import SimpleUploadedFile as Sent

    client, folder = signed_in(member), make_folder(member, supply_chains, "Drafts")
    url = reverse("documents:upload", args=[supply_chains.slug]) + f"?folder={folder.pk}"

    def send(*files, **data):
        return client.post(url, {"key": str(uuid.uuid4()), "file": list(files), **data}, follow=True)

    page = send(
        Sent("a.pdf", PDF), Sent("virus.exe", b"MZ\x00"), Sent("ar\u202efdp.csv", "país;año\n".encode("cp1252"))
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "virus.exe" in text
    assert "2 documents are here" in text
    assert sorted(Document.objects.values_list("title", "folder")) == [("a", folder.pk), ("arfdp", folder.pk)]
    assert "Choose a file." in send().content.decode()
    key = str(uuid.uuid4())
    for _ in range(2):
        send(Sent("b.pdf", PDF + b"%b\n"), key=key)
    assert Document.objects.filter(title="b").count() == 1
    send(Sent("B.pdf", PDF), as_version="on")
    assert Document.objects.get(title="b").latest.number == 2
    assert len(stored()) == 4


@pytest.mark.parametrize("name", ["upload", "new_version"])
def test_another_file_under_the_key_of_a_form_is_told_and_not_lost(name, signed_in, member, supply_chains, add):
    from django.core.files.uploadedfile import SimpleUploadedFile as Sent

    args = [add(member, supply_chains).document.pk] if name == "new_version" else []
    url, client = reverse(f"documents:{name}", args=[supply_chains.slug, *args]), signed_in(member)
    key, changed = str(uuid.uuid4()), PDF[:-1] + b"y"
    count = Version.objects.count()
    for _ in range(2):
        assert client.post(url, {"key": key, "file": Sent("a.pdf", PDF)}).status_code == 302
    refused = client.post(url, {"key": key, "file": Sent("a.pdf", changed)})
    assert refused.status_code == 422
    assert "This was sent before with another file. Choose the file again." in refused.content.decode()
    assert Version.objects.count() == count + 1
    fresh = refused.context["new_version" if args else "form"]["key"].value()
    assert client.post(url, {"key": fresh, "file": Sent("a.pdf", changed)}).status_code == 302
    assert Version.objects.count() == count + 2


def test_after_a_refusal_the_form_takes_another_file(signed_in, member, supply_chains, add):
    from django.core.files.uploadedfile import SimpleUploadedFile as Sent

    document = add(member, supply_chains).document
    url, client = reverse("documents:new_version", args=[supply_chains.slug, document.pk]), signed_in(member)
    first = str(uuid.uuid4())
    refused = client.post(url, {"key": first, "file": Sent("x.pdf", b"MZ")})
    assert refused.status_code == 422
    key = refused.context["new_version"]["key"].value()
    assert key != first
    assert client.post(url, {"key": key, "file": Sent("x.pdf", PDF)}).status_code == 302
    assert document.versions.count() == 2


@pytest.mark.parametrize("folder", ["9" * 5000, "9" * 15, "²", "-1"])
def test_a_folder_that_is_no_number_is_none(folder, signed_in, member, supply_chains):
    url = reverse("documents:upload", args=[supply_chains.slug])
    assert signed_in(member).get(url, {"folder": folder}).status_code == 404


@pytest.mark.parametrize("base", [2**31, 2**63])
def test_a_version_nobody_saw_is_no_base(base, signed_in, member, supply_chains, add):
    from django.core.files.uploadedfile import SimpleUploadedFile as Sent

    document = add(member, supply_chains).document
    url = reverse("documents:new_version", args=[supply_chains.slug, document.pk])
    sent = {"key": str(uuid.uuid4()), "file": Sent("x.pdf", PDF), "base": base}
    assert signed_in(member).post(url, sent).status_code == 422
    assert document.versions.count() == 1


def test_a_new_version_by_form(signed_in, member, supply_chains, add):
    from django.core.files.uploadedfile import SimpleUploadedFile as Sent

    document = add(member, supply_chains).document
    url = reverse("documents:new_version", args=[supply_chains.slug, document.pk])

    def send(file, note):
        data = {"key": str(uuid.uuid4()), "file": file, "note": note, "base": 1}
        return signed_in(member).post(url, data, follow=True)

    assert "Version 2 is here." in send(Sent("x.pdf", PDF), "Numbers corrected").content.decode()
    assert "Both are kept: yours is version 3" in send(Sent("y.pdf", PDF), "").content.decode()
    refused = send(Sent("z.pdf", b"<svg onload=alert(1)>"), "Kept words").content.decode()
    assert "z.pdf" in refused
    assert "Kept words" in refused
    assert document.versions.count() == 3


def test_who_speaks_for_two_says_for_which(sender, member, affiliate, join, make_organisation, supply_chains):
    from groups.models import Participant
    from partners.models import Affiliation

    second = make_organisation("Spinners’ Guild")
    affiliate(member, second)
    join(second, supply_chains, member)
    assert Participant.objects.filter(user=member).count() == 2
    assert Affiliation.objects.filter(user=member).count() == 2
    script = sender()
    assert script.start().json()["error"] == "choose_capacity"
    assert script.start(**{"as": second.pk}).status_code == 201
    script.put(0, PDF)
    script.finish()
    version = Version.objects.get()
    assert (version.organisation, version.document.organisation) == (second, second)
    page = script.client.get(version.document.get_absolute_url()).content.decode()
    assert 'name="as"' in page


@pytest.mark.django_db(transaction=True)
def test_fifty_who_finish_at_once_make_one_version(sender, member, supply_chains, stored):
    from django.test import Client

    script = sender()
    script.start()
    script.put(0, PDF)
    answers, gate = [], threading.Barrier(50)

    def finish():
        try:
            client = Client()
            client.cookies = script.client.cookies
            gate.wait()
            answers.append(client.post(script.url("finish", script.key)).json())
        finally:
            connection.close()

    threads = [threading.Thread(target=finish) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50
    assert {(answer["done"], answer["number"], answer["url"]) for answer in answers} == {
        (True, 1, Document.objects.get().get_absolute_url())
    }
    assert Version.objects.count() == 1
    assert len(stored()) == 1


@pytest.fixture
def copying(monkeypatch):
    """The storage lies on another disk than what arrives: bytes are copied, and need room."""

    def link(*names):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", link)


def test_a_full_disk_is_said_shows_nothing_and_keeps_what_arrived(sender, monkeypatch, stored, copying):
    script = sender()
    script.start()
    script.put(0, PDF)

    def full(self, name, content):
        path = self.path(name)
        FileSystemStorage_save(self, name, content)
        with open(path, "r+b") as file:
            file.truncate(10)
        raise OSError(28, "No space left on device")

    FileSystemStorage_save = FileSystemStorage._save
    monkeypatch.setattr(FileSystemStorage, "_save", full)
    answer = script.finish()
    assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
    assert not Document.objects.exists()
    monkeypatch.undo()
    assert [path.parent.name for path in stored()] == ["spool"]
    assert script.finish().json()["done"]
    assert len(stored()) == 1


def test_what_others_left_of_the_disk_is_asked_with_every_chunk(sender, monkeypatch, stored, copying):
    script, late = sender(), sender()
    for one in (script, late):
        one.start()
    script.put(0, PDF)
    late.put(0, PDF[:2000])
    free = spool.RESERVE
    monkeypatch.setattr(spool, "RESERVE", 2**62)
    answers = [late.put(2000, PDF[2000:]), script.finish(), sender().start()]
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(507, "storage_full")}
    assert len(stored()) == 2
    assert not Document.objects.exists()
    monkeypatch.setattr(spool, "RESERVE", free)
    assert late.start().json()["received"] == 2000
    assert late.put(2000, PDF[2000:]).status_code == 200
    assert [one.finish().json()["done"] for one in (script, late)] == [True, True]


def test_what_arrived_on_the_disk_of_the_storage_needs_no_more_room_there(sender, monkeypatch, stored):
    script = sender()
    script.start()
    script.put(0, PDF)
    monkeypatch.setattr(spool, "RESERVE", 2**62)
    assert script.finish().json()["done"]
    assert len(stored()) == 1


def test_a_form_that_meets_a_full_disk_leaves_nothing(signed_in, member, supply_chains, monkeypatch, stored, copying):
    from django.core.files.uploadedfile import SimpleUploadedFile as Sent

    def full(self, name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    url = reverse("documents:upload", args=[supply_chains.slug])
    page = signed_in(member).post(url, {"key": str(uuid.uuid4()), "file": Sent("a.pdf", PDF)})
    assert page.status_code == 422
    assert "The server has no room left for this file." in page.content.decode()
    assert stored() == []
    assert not Upload.objects.exists()
