"""T6. What office and PDF files say of people is taken out, or told to their sender before anybody sees it."""

import hashlib
import io
import json
import shutil
import uuid
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from api.scopes import SCOPES
from api.services import issue_token
from core.models import AuditEntry
from groups.documents.models import Document, Upload, Version
from groups.documents.reading import text_of
from groups.documents.services import cleaning
from groups.documents.types import KINDS
from groups.standing import NotAllowed
from tests.documents.test_every_kind import packed

CANARY = "NameCanary"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{CANARY}</dc:creator>'
    f"<cp:lastModifiedBy>{CANARY}</cp:lastModifiedBy></cp:coreProperties>"
)
APP = f"<Properties xmlns='http://schemas.openxmlformats.org/officeDocument/2006/extended-properties'><Company>{CANARY}</Company></Properties>"
CUSTOM = f"<Properties><property name='Owner'><vt:lpwstr>{CANARY}</vt:lpwstr></property></Properties>"
TRACKED = f'<w:p><w:ins w:id="1" w:author="{CANARY}"><w:r><w:t>new</w:t></w:r></w:ins></w:p>'
COMMENTS = f'<w:comments {W}><w:comment w:id="0" w:author="{CANARY}"><w:p/></w:comment></w:comments>'


PEOPLE = (
    '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml">'
    f'<w15:person w15:author="{CANARY}"/></w15:people>'
)


def photograph(kind="JPEG", *, says=True):
    """A picture that says where it was taken, or only that it was turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    if says:
        exif.get_ifd(0x8825)[2] = (12.0, 30.0, 0.0)
    file = io.BytesIO()
    Image.new("RGB", (20, 10)).save(file, kind, exif=exif)
    return file.getvalue()


def word(body="<w:p><w:r><w:t>Wages</w:t></w:r></w:p>", **more):
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            **{name.replace("__", "/") + ".xml": content for name, content in more.items()},
        }
    )


def open_text(content="<text/>"):
    creator = f"<meta:initial-creator>{CANARY}</meta:initial-creator>"
    meta = f"<office:document-meta><office:meta>{creator}</office:meta></office:document-meta>"
    return packed({"mimetype": KINDS["odt"].content_type, "content.xml": content, "meta.xml": meta})


def pdf(author="", behind=b""):
    """A PDF file of one page; where a number of it is not right any more, readers count anew."""
    file = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    document.save(file)
    said = f"/Author ({author}) /Creator".encode() if author else b"/Creator"
    return file.getvalue().replace(b"/Creator", said, 1) + behind


XMP = f"%<dc:creator><rdf:Seq><rdf:li>{CANARY}</rdf:li></rdf:Seq></dc:creator>\n".encode()


def bytes_of(version):
    with version.open() as file:
        return file.read()


def named(content):
    """Whether the name stands anywhere in the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return any(CANARY.encode() in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", word(docProps__core=CORE)),
        ("b.docx", word(docProps__app=APP)),
        ("c.docx", word(docProps__custom=CUSTOM)),
        ("d.odt", open_text()),
    ],
)
def test_author_last_editor_and_company_are_taken_out_of_office_files(
    name, content, add, member, supply_chains, signed_in
):
    assert named(content)
    version = add(member, supply_chains, name, content)
    kept = bytes_of(version)
    assert not named(kept)
    assert (version.size, version.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    assert version.came_as == (len(content), hashlib.sha256(content).hexdigest())
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(io.BytesIO(kept)) as after:
        assert before.namelist() == after.namelist()
        for one in before.infolist():
            assert after.getinfo(one.filename).compress_type == one.compress_type
            if not one.filename.startswith(("docProps", "meta")):
                assert before.read(one) == after.read(one.filename)
    if name.endswith("docx"):
        assert [page.text for page in text_of(io.BytesIO(kept), "docx")] == ["Wages"]
    page = signed_in(member).get(version.document.get_absolute_url()).content.decode()
    assert "Author, last editor and company were taken out" in page


def test_the_author_is_found_also_where_a_program_calls_the_part_by_a_name_of_its_own(add, member, supply_chains):
    at = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    relations = (
        f'<Relationships><Relationship Type="{at}" Target="/package/core/0a1b.psmdcp" Id="R1"/></Relationships>'
    )
    parts = {"_rels/.rels": relations, "package/core/0a1b.psmdcp": CORE, "word/document.xml": "<w:document/>"}
    version = add(member, supply_chains, "a.docx", packed({"[Content_Types].xml": "<Types/>", **parts}))
    assert version.is_cleaned
    assert not named(bytes_of(version))


def test_what_names_nobody_stays_as_it_is_to_the_byte(add, member, supply_chains):
    for content in (word(), word(docProps__core="<cp:coreProperties><dc:creator/></cp:coreProperties>")):
        version = add(member, supply_chains, "a.docx", content)
        assert bytes_of(version) == content
        assert (version.is_cleaned, version.told) == (False, "")


def signed_word():
    """A text that was signed, with all that names its signature, as an office program writes it."""
    types = (
        '<Types><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="sigs" ContentType="application/vnd.openxmlformats-package.digital-signature-origin"/>'
        '<Override PartName="/_xmlsignatures/sig1.xml" ContentType="application/vnd.openxmlformats-package'
        '.digital-signature-xmlsignature+xml"/></Types>'
    )
    at = "http://schemas.openxmlformats.org"
    relations = (
        f'<Relationships><Relationship Id="rId1" Type="{at}/officeDocument/2006/relationships/officeDocument" '
        f'Target="word/document.xml"/><Relationship Id="rId2" Type="{at}/package/2006/relationships/digital-signature/origin" '
        'Target="_xmlsignatures/origin.sigs"/></Relationships>'
    )
    return packed(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relations,
            "word/document.xml": f"<w:document {W}><w:body><w:p><w:r><w:t>Wages</w:t></w:r></w:p></w:body></w:document>",
            "docProps/core.xml": CORE,
            "_xmlsignatures/origin.sigs": "",
            "_xmlsignatures/sig1.xml": f"<Signature><X509SubjectName>CN={CANARY}</X509SubjectName></Signature>",
        }
    )


def signed_open_text():
    with zipfile.ZipFile(io.BytesIO(open_text())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed({**parts, "META-INF/documentsignatures.xml": f"<Signature>CN={CANARY}</Signature>"})


@pytest.mark.parametrize(("name", "content"), [("a.docx", signed_word()), ("a.odt", signed_open_text())])
def test_who_sends_a_signed_file_is_asked_before_its_signature_goes_with_its_author(
    name, content, signed_in, member, supply_chains
):
    sender = Sender(signed_in(member), supply_chains, name, content)
    asked = sender.finish()
    assert (asked.status_code, asked.json()["error"]) == (409, "says_who")
    assert f"“{name}” is signed." in asked.json()["message"]
    assert not Document.objects.exists()
    assert sender.finish("?accepted=1").json()["done"]
    version = Version.objects.get()
    kept = bytes_of(version)
    assert not named(kept)
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        everything = b"".join(archive.read(one) for one in archive.namelist())
        assert not [one for one in archive.namelist() if "signature" in one.lower()]
        assert b"signature" not in everything
        if name == "a.docx":
            assert b"officeDocument" in archive.read("_rels/.rels")
            assert [page.text for page in text_of(io.BytesIO(kept), "docx")] == ["Wages"]
    assert version.unsigned
    page = signed_in(member).get(version.document.get_absolute_url()).content.decode()
    assert "its signature was taken out too" in page


def test_a_program_is_asked_too(client, member, supply_chains):
    until = timezone.now() + timedelta(days=1)
    _token, secret = issue_token(member, name="A program", scopes=SCOPES, expires_at=until, key=uuid.uuid4())
    content, key, at = signed_word(), uuid.uuid4(), f"/api/v1/groups/{supply_chains.slug}/uploads"
    shown = {"Authorization": f"Bearer {secret}", "Idempotency-Key": str(key)}
    announced = {"name": "a.docx", "size": len(content)}
    client.post(at, json.dumps(announced), content_type="application/json", headers=shown)
    client.put(f"{at}/{key}?offset=0", content, content_type="application/octet-stream", headers=shown)
    asked = client.post(f"{at}/{key}/finish", headers=shown)
    assert asked.status_code == 409
    assert "“a.docx” is signed." in asked.json()["detail"]
    assert not Document.objects.exists()
    assert client.post(f"{at}/{key}/finish?accepted=true", headers=shown).json()["done"]
    assert Version.objects.get().unsigned


def test_a_signed_file_that_names_nobody_else_stays_signed_and_leads_keep_one_that_does(
    add, lead, member, supply_chains
):
    content = word(_xmlsignatures__sig1="<Signature/>")
    plain = add(member, supply_chains, "a.docx", content, accepted=False)
    assert (bytes_of(plain), plain.unsigned) == (content, False)
    signed = signed_word()
    kept = add(lead, supply_chains, "b.docx", signed, accepted=False, original="The signature is the point")
    assert (bytes_of(kept), kept.unsigned, kept.original) == (signed, False, "The signature is the point")


def test_of_a_large_file_the_author_is_taken_out_too_piece_by_piece(add, member, supply_chains, monkeypatch):
    monkeypatch.setattr(cleaning, "QUICKLY_FROM", 0)
    film = bytes(range(256)) * 4 * 20_000  # 20 MB, of which one megabyte is in memory at a time
    content = word(docProps__core=CORE, word__media__film=film)
    sizes = []
    copy = shutil.copyfileobj

    def watched(source, target, length=0):
        sizes.append(length)
        copy(source, target, length)

    monkeypatch.setattr(cleaning.shutil, "copyfileobj", watched)
    version = add(member, supply_chains, "a.docx", content)
    assert version.is_cleaned
    assert not named(bytes_of(version))
    with zipfile.ZipFile(io.BytesIO(bytes_of(version))) as archive:
        assert archive.read("word/media/film.xml") == film
    assert set(sizes) == {cleaning.BLOCK}


class Sender:
    def __init__(self, client, group, name, content):
        self.client, self.content, self.key = client, content, str(uuid.uuid4())
        self.at = reverse("documents:chunks", args=[group.slug, self.key])
        start = reverse("documents:start", args=[group.slug])
        announced = {"key": self.key, "name": name, "size": len(content)}
        client.post(start, json.dumps(announced), content_type="application/json")
        client.put(f"{self.at}?offset=0", content, content_type="application/octet-stream")

    def finish(self, more=""):
        return self.client.post(f"{self.at}finish/{more}")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", word(TRACKED), f"It holds 1 tracked change. They name: {CANARY}."),
        ("b.docx", word(word__comments=COMMENTS), f"It holds 1 comment. They name: {CANARY}."),
        ("c.odt", open_text(
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:annotation><dc:creator>{CANARY}</dc:creator>'
            "</office:annotation></office:document-content>"
        ), f"It holds 1 comment. They name: {CANARY}."),
        ("d.xlsx", packed({
            "[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>",
            "xl/comments1.xml": f"<comments><authors><author>{CANARY}</author></authors><commentList><comment/></commentList>"
            "</comments>",
        }), f"It holds 1 comment. They name: {CANARY}."),
        ("g.docx", word(word__people=PEOPLE), f"It lists who worked on it: {CANARY}."),
        ("h.docx", word(word__people=PEOPLE, word__comments=COMMENTS), f"It holds 1 comment. They name: {CANARY}."),
        ("i.pptx", packed({
            "[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<presentation/>",
            "ppt/media/image1.jpeg": photograph(), "ppt/media/image2.png": photograph("PNG"),
            "ppt/media/image3.jpeg": photograph(says=False), "ppt/media/image4.jpeg": b"no picture",
        }), "It holds 2 photographs that say where they were taken."),
        ("j.odt", packed({
            "mimetype": KINDS["odt"].content_type, "content.xml": "<text/>", "Pictures/1.jpg": photograph(),
        }), "It holds 1 photograph that says where it was taken."),
        ("e.pdf", pdf(CANARY), f"It says who wrote it: {CANARY}."),
        ("f.pdf", pdf(behind=XMP), f"It says who wrote it: {CANARY}."),
    ],
)  # fmt: skip
def test_what_cannot_safely_be_taken_out_is_told_before_it_is_shared(
    name, content, said, signed_in, member, supply_chains
):
    sender = Sender(signed_in(member), supply_chains, name, content)
    asked = sender.finish()
    assert (asked.status_code, asked.json()["error"]) == (409, "says_who")
    assert asked.json()["message"] == f"“{name}” says more than its text. {said}"
    assert not Document.objects.exists()
    assert Upload.objects.get().received == len(content)
    assert sender.finish("?accepted=1").json()["done"]
    version = Version.objects.get()
    assert version.told == said
    assert said in signed_in(member).get(version.document.get_absolute_url()).content.decode()


def test_a_plain_form_asks_beforehand(signed_in, member, supply_chains):
    url, content = reverse("documents:upload", args=[supply_chains.slug]), word(TRACKED)

    def send(**more):
        sent = {"key": str(uuid.uuid4()), "file": SimpleUploadedFile("a.docx", content), **more}
        return signed_in(member).post(url, sent)

    refused = send()
    assert refused.status_code == 422
    assert "“a.docx” says more than its text. It holds 1 tracked change." in refused.content.decode()
    assert not Document.objects.exists()
    assert not Upload.objects.exists()
    assert send(accepted="on").status_code == 302
    assert Version.objects.get().told.startswith("It holds 1 tracked change.")


def test_leads_keep_a_file_with_what_it_says_and_everybody_sees_why(add, lead, member, supply_chains, signed_in):
    content = word(TRACKED, docProps__core=CORE)
    with pytest.raises(NotAllowed):
        add(member, supply_chains, "a.docx", content, original="I want to")
    version = add(lead, supply_chains, "a.docx", content, original="Signed off by its authors", accepted=False)
    assert bytes_of(version) == content
    assert AuditEntry.objects.get(verb="document.original_kept").reason == "Signed off by its authors"
    page = signed_in(member).get(version.document.get_absolute_url()).content.decode()
    assert "Kept as it was sent: who wrote and changed it may stand in it." in page
    assert "Signed off by its authors" in page


def test_a_damaged_part_is_a_refusal_and_nothing_stays(add, member, supply_chains, stored):
    content = bytearray(word(docProps__core=CORE))
    place = content.index(b"word/document.xml") + 40
    content[place : place + 6] = b"\xff" * 6
    with pytest.raises(Exception, match="damaged"):
        add(member, supply_chains, "a.docx", bytes(content))
    assert stored() == []
