"""Every kind of file that has words is uploaded, opened, found by what stands on its second page, and seen without opening it."""

import hashlib
import io
import zipfile

import pytest
from django.urls import reverse
from PIL import Image

from groups.documents.models import State
from groups.documents.services import make_preview
from groups.documents.types import KINDS
from portal.demo import files

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in [("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing")]
)
FIRST, SECOND = "Interviews in brick kilns", "Wages withheld in the quarry"


def packed(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def related(*targets):
    rows = "".join(
        f'<Relationship Id="r{n}" Type="http://x/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(targets)
    )
    return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def word():
    body = f'<w:p><w:r><w:t>{FIRST}</w:t><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:t>{SECOND}</w:t></w:r></w:p>'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        }
    )


def slides():
    def slide(words):
        return f"<p:sld {A} {P}><p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sld>"

    shown = '<p:sldIdLst><p:sldId id="1" r:id="r0"/><p:sldId id="2" r:id="r1"/></p:sldIdLst>'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": f"<p:presentation {P} {R}>{shown}</p:presentation>",
            "ppt/_rels/presentation.xml.rels": related(("slide", "slides/slide1.xml"), ("slide", "slides/slide2.xml")),
            "ppt/slides/slide1.xml": slide(FIRST),
            "ppt/slides/slide2.xml": slide(SECOND),
        }
    )


def workbook():
    def sheet(words):
        cell = f'<c t="inlineStr"><is><t>{words}</t></is></c>'
        return f"<worksheet {S}><sheetData><row>{cell}</row></sheetData></worksheet>"

    sheets = '<sheets><sheet name="One" r:id="r0"/><sheet name="Two" r:id="r1"/></sheets>'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f"<workbook {S} {R}>{sheets}</workbook>",
            "xl/_rels/workbook.xml.rels": related(
                ("worksheet", "worksheets/one.xml"), ("worksheet", "worksheets/two.xml")
            ),
            "xl/worksheets/one.xml": sheet(FIRST),
            "xl/worksheets/two.xml": sheet(SECOND),
        }
    )


def open_document(kind, content):
    document = f"<office:document-content {OPEN}>{content}</office:document-content>"
    return packed({"mimetype": KINDS[kind].content_type, "content.xml": document})


def tables(*words):
    row = "<table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row>"
    return "".join(f'<table:table table:name="Sheet">{row.format(one)}</table:table>' for one in words)


PAGED = {
    "a.pdf": files.make("pdf", "\n".join([FIRST, *["and so on"] * 70, SECOND])),
    "a.docx": word(),
    "a.pptx": slides(),
    "a.xlsx": workbook(),
    "a.odt": open_document("odt", f"<text:p>{FIRST}<text:soft-page-break/>{SECOND}</text:p>"),
    "a.odp": open_document(
        "odp", "".join(f"<draw:page><text:p>{one}</text:p></draw:page>" for one in (FIRST, SECOND))
    ),
    "a.ods": open_document("ods", tables(FIRST, SECOND)),
    "a.rtf": rf"{{\rtf1\ansi {FIRST}\page {SECOND}}}".encode(),
    "a.txt": f"{FIRST}\f{SECOND}".encode(),
}


@pytest.fixture
def uploaded(add, member, supply_chains, settings):
    """Upload a file and look into it, as an installation without an office program does."""
    settings.SOFFICE = None

    def upload(name, content):
        version = add(member, supply_chains, name, content)
        assert make_preview(version).state == State.READY
        return version

    return upload


def looked_at(client, version):
    return client.get(
        reverse("documents:look", args=[version.document.group.slug, version.document_id, version.number])
    )


@pytest.mark.parametrize("name", PAGED)
def test_what_stands_on_a_page_is_found_with_its_number_and_seen(name, uploaded, signed_in, member, observer):
    version = uploaded(name, PAGED[name])
    client = signed_in(observer)
    (hit,) = client.get("/search/?q=quarry").context["hits"]
    assert (hit.shown.page, hit.shown.url.partition("#")[2]) == (2, "page-2")
    page = client.get(hit.shown.url.partition("#")[0]).content.decode()
    assert SECOND in page
    assert 'id="page-2"' in page
    with version.open() as file:
        kept = file.read()
    downloaded = b"".join(client.get(version.get_absolute_url()).streaming_content)
    assert hashlib.sha256(downloaded).hexdigest() == version.sha256 == hashlib.sha256(kept).hexdigest()


def test_a_table_is_seen_as_one_and_found(uploaded, signed_in, observer):
    version = uploaded("a.csv", b"site;wages\nquarry;withheld\n")
    page = signed_in(observer).get(version.document.get_absolute_url()).content.decode()
    assert '<th scope="col" dir="auto">site</th>' in page
    assert '<td dir="auto">withheld</td>' in page
    assert len(signed_in(observer).get("/search/?q=quarry").context["hits"]) == 1


def test_markdown_is_seen_drawn_and_found(uploaded, signed_in, observer):
    version = uploaded("a.md", b"# In the quarry\n\n* wages\n\n<script>alert(1)</script>\n")
    page = signed_in(observer).get(version.document.get_absolute_url()).content.decode()
    assert "<li>wages</li>" in page
    assert "<script>alert" not in page
    assert len(signed_in(observer).get("/search/?q=quarry").context["hits"]) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_seen(kind, uploaded, signed_in, observer, supply_chains):
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(drawn, kind)
    version = uploaded(f"a.{kind.lower()}", drawn.getvalue())
    assert looked_at(signed_in(observer), version).status_code == 200
    assert looked_at(signed_in(observer), version).status_code == 200
    small = reverse("documents:thumbnail", args=[supply_chains.slug, version.document_id, 1])
    answer = signed_in(observer).get(small)
    assert answer["Content-Type"] == "image/webp"
    with Image.open(io.BytesIO(answer.content)) as seen:
        assert seen.size == (60, 40)
