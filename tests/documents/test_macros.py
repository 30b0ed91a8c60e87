"""T13. Office files that carry macros may enter, and nobody comes upon them unawares; nothing here runs them."""

import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from api.scopes import SCOPES
from api.services import issue_token
from core.models import AuditEntry
from groups.documents import services
from groups.documents.models import Document, PreviewPage, State, Upload, Version
from groups.documents.reading import printed
from groups.documents.services import finishing, make_preview, previewing
from groups.documents.types import KINDS, Refused
from groups.standing import NotAllowed, Standing
from portal.demo import files

WARNED = "carries macros: programs that an office program may run"


def with_macros(content, kind):
    """Return a real office file as it is once a program was put into it."""
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
    carrier = KINDS[kind[:-1] + "m"].content_type.removesuffix(".12") + ".main+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            if name == "[Content_Types].xml":
                plain = f"{KINDS[kind].content_type}.main+xml".encode()
                assert plain in part
                part = part.replace(plain, carrier.encode())
            after.writestr(name, part)
        after.writestr(main.replace(main.rpartition("/")[2], "vbaProject.bin"), b"\xd0\xcf\x11\xe0" + b"\0" * 500)
    return out.getvalue()


def open_text():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", KINDS["odt"].content_type)
        archive.writestr("content.xml", "<text/>")
        archive.writestr("Basic/Standard/script-lb.xml", "<x/>")
    return out.getvalue()


LETTER = with_macros(files.make("docx", "# Wages\n\nIn the quarry."), "docx")
SHEET = with_macros(files.make("xlsx", "| a | b |\n|---|---|\n| quarry | 2 |"), "xlsx")


@pytest.fixture
def carrier(add, member, supply_chains):
    return add(member, supply_chains, "Letter.docm", LETTER)


def bytes_of(answer):
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("name", "content", "flagged"),
    [
        ("a.docm", LETTER, True),
        ("a.xlsm", SHEET, True),
        ("a.odt", open_text(), True),
        ("a.docx", files.make("docx", "Plain"), False),
    ],
)
def test_it_is_said_of_a_version_whether_it_carries_macros(name, content, flagged, add, member, supply_chains):
    assert add(member, supply_chains, name, content).macros is flagged


def test_who_lists_looks_or_downloads_is_told_first(carrier, add, signed_in, member, observer, supply_chains):
    add(member, supply_chains, "Other.pdf")
    library = reverse("documents:list", args=[supply_chains.slug])
    client, where = signed_in(observer), carrier.get_absolute_url()
    assert client.get(library).content.decode().count("Macros</span>") == 1
    assert WARNED in client.get(carrier.document.get_absolute_url()).content.decode()

    asked = client.get(where)
    take = reverse("documents:take", args=[supply_chains.slug, carrier.document_id, 1])
    assert (asked.status_code, asked["Location"]) == (302, take)
    page = client.get(take)
    assert "They can do on your computer whatever you can." in page.content.decode()
    assert "Marco Silva" in page.content.decode()
    given = client.post(take)
    assert given["Content-Disposition"].startswith("attachment")
    assert given["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with carrier.open() as file:
        assert bytes_of(given) == file.read()


def test_who_may_not_read_it_learns_nothing_and_one_without_macros_is_not_taken_so(
    add, member, stranger, signed_in, hidden_group
):
    inside = add(member, hidden_group, "Letter.docm", LETTER)
    plain = add(member, hidden_group, "Plain.pdf")
    take = [reverse("documents:take", args=[hidden_group.slug, one.document_id, 1]) for one in (inside, plain)]
    for method in ("get", "post"):
        assert getattr(signed_in(stranger), method)(take[0]).status_code == 404
        assert getattr(signed_in(member), method)(take[1]).status_code == 404


def test_programs_are_told_and_say_that_they_take_it(carrier, supply_chains, client, member):
    until = timezone.now() + timedelta(days=1)
    _token, secret = issue_token(member, name="A program", scopes=SCOPES, expires_at=until, key=uuid.uuid4())
    shown = {"Authorization": f"Bearer {secret}"}
    at = f"/api/v1/groups/{supply_chains.slug}/documents/{carrier.document_id}"
    assert client.get(at, headers=shown).json()["latest"]["macros"] is True
    refused = client.get(f"{at}/versions/1/content", headers=shown)
    assert refused.status_code == 403
    assert "macros=accepted" in refused.json()["detail"]
    with carrier.open() as file:
        assert bytes_of(client.get(f"{at}/versions/1/content?macros=accepted", headers=shown)) == file.read()


def test_an_archive_is_made_without_it_and_says_so(carrier, add, signed_in, member, supply_chains):
    plain = add(member, supply_chains, "Plain.pdf")
    chosen = {"document": [carrier.document_id, plain.document_id]}
    page = signed_in(member).get(reverse("documents:selection", args=[supply_chains.slug]), chosen)
    assert "Files that carry macros are left out" in page.content.decode()
    packed = bytes_of(signed_in(member).get(reverse("documents:zip", args=[supply_chains.slug]), chosen))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["Plain.pdf"]


def test_its_words_are_read_and_no_office_program_is_given_it(
    carrier, add, member, supply_chains, settings, monkeypatch
):
    def never(*_args):
        raise AssertionError("It was given to a program.")

    settings.SOFFICE = "/bin/false"
    monkeypatch.setattr(previewing, "printed", never)
    assert make_preview(carrier).state == State.READY
    assert "In the quarry." in " ".join(PreviewPage.objects.values_list("text", flat=True))
    text = add(member, supply_chains, "a.odt", open_text())
    assert make_preview(text).state in {State.READY, State.EMPTY}
    monkeypatch.setattr(previewing, "printed", printed)
    assert previewing.PRINTABLE.isdisjoint({"docm", "xlsm", "pptm"})


def test_a_copy_and_a_restored_version_say_so_too(carrier, add, member, supply_chains):
    by = Standing.of(member, supply_chains).speak()
    copy = services.copy_document(carrier.document, folder=None, by=by, key=uuid.uuid4())
    assert copy.latest.macros
    plain = files.make("docx", "Plain")
    add(member, supply_chains, "Letter.docx", plain, document=carrier.document)
    again = services.restore_version(carrier.document, number=1, base=2, by=by, key=uuid.uuid4())
    assert again.macros


def test_a_site_may_refuse_them_by_name_before_a_byte_is_sent(settings, add, signed_in, member, supply_chains, stored):
    settings.MACRO_FILES = "refused"
    announced = {"key": str(uuid.uuid4()), "name": "a.docm", "size": len(LETTER)}
    start = reverse("documents:start", args=[supply_chains.slug])
    answer = signed_in(member).post(start, json.dumps(announced), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (422, "file_refused")
    assert "“a.docm” carries macros, which can run." in answer.json()["message"]
    with pytest.raises(Refused, match="carries macros"):
        add(member, supply_chains, "a.odt", open_text())
    assert not Document.objects.exists()
    assert not Upload.objects.exists()
    assert stored() == []


def test_leads_may_refuse_them_in_their_group_alone(
    add, signed_in, lead, member, supply_chains, hidden_group, carrier, stored
):
    before, client = stored(), signed_in(lead)
    address = reverse("documents:macros", args=[supply_chains.slug])
    assert "checked" in client.get(address).content.decode()
    for _twice in range(2):
        assert client.post(address, {"refuses": "1"}).status_code == 302
    entry = AuditEntry.objects.get(verb="group.macros_decided")
    assert (entry.actor_id, entry.payload["refuses"]) == (lead.pk, True)
    record = client.get(reverse("groups:record", args=[supply_chains.slug])).content.decode()
    assert "changed whether the library takes files with macros" in record

    announced = {"key": str(uuid.uuid4()), "name": "a.docm", "size": len(LETTER)}
    start = reverse("documents:start", args=[supply_chains.slug])
    answer = signed_in(member).post(start, json.dumps(announced), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (422, "file_refused")
    assert "“a.docm” carries macros, which can run." in answer.json()["message"]
    for name, content in {"b.docm": LETTER, "b.odt": open_text()}.items():
        with pytest.raises(Refused, match=f"“{name}” carries macros"):
            add(member, supply_chains, name, content)
    assert (stored(), Document.objects.get()) == (before, carrier.document)
    assert add(member, hidden_group, "a.docm", LETTER).macros
    assert add(member, supply_chains, "plain.docx", files.make("docx", "Plain")).number == 1

    assert signed_in(lead).post(address, {"refuses": ""}).status_code == 302
    assert add(member, supply_chains, "b.docm", LETTER).macros


def test_what_is_on_its_way_when_a_lead_refuses_them_is_refused_when_it_is_finished(
    signed_in, lead, member, supply_chains
):
    key = str(uuid.uuid4())
    client, at = signed_in(member), reverse("documents:chunks", args=[supply_chains.slug, key])
    start = reverse("documents:start", args=[supply_chains.slug])
    client.post(start, {"key": key, "name": "a.docm", "size": len(LETTER)}, content_type="application/json")
    client.put(f"{at}?offset=0", LETTER, content_type="application/octet-stream")
    by = Standing.of(lead, supply_chains).act()
    services.decide_macros(supply_chains, refuses=True, by=by)
    assert client.post(f"{at}finish/").json()["error"] == "file_refused"
    assert (Document.objects.count(), Upload.objects.count()) == (0, 0)


def test_what_a_lead_refuses_while_it_is_looked_through_does_not_come_in(
    add, lead, member, supply_chains, stored, monkeypatch
):
    look = finishing.look_for_malware

    def looks(*file):
        services.decide_macros(supply_chains, refuses=True, by=Standing.of(lead, supply_chains).act())
        return look(*file)

    monkeypatch.setattr(finishing, "look_for_malware", looks)
    with pytest.raises(Refused, match="carries macros"):
        add(member, supply_chains, "a.docm", LETTER)
    assert (Document.objects.count(), Upload.objects.count(), stored()) == (0, 0, [])


def test_only_leads_say_what_their_library_takes_and_the_site_goes_before_them(
    settings, signed_in, add, lead, member, secretariat, supply_chains
):
    address = reverse("documents:macros", args=[supply_chains.slug])
    for person in (member, secretariat):
        assert signed_in(person).post(address, {"refuses": "1"}).status_code == 404
    with pytest.raises(NotAllowed):
        services.decide_macros(supply_chains, refuses=True, by=Standing.of(member, supply_chains).speak())
    assert not AuditEntry.objects.filter(verb="group.macros_decided").exists()
    settings.MACRO_FILES = "refused"
    assert "in every group" in signed_in(lead).get(address).content.decode()
    with pytest.raises(Refused):
        add(member, supply_chains, "a.docm", LETTER)


def test_the_sender_hears_that_everybody_is_told(signed_in, member, supply_chains):
    key = str(uuid.uuid4())
    client, at = signed_in(member), reverse("documents:chunks", args=[supply_chains.slug, key])
    announced = {"key": key, "name": "a.docm", "size": len(LETTER)}
    client.post(
        reverse("documents:start", args=[supply_chains.slug]), json.dumps(announced), content_type="application/json"
    )
    client.put(f"{at}?offset=0", LETTER, content_type="application/octet-stream")
    assert client.post(f"{at}finish/").json()["macros"] is True
    assert Version.objects.get().kind == "docm"
