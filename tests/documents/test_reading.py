"""Text and pictures out of files of every kind, read by a child process that survives nothing it should not."""

import io
import os
import struct
import zipfile
import zlib

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from groups.documents.reading import READABLE, Extent, Unreadable, pictures_of, text_of
from groups.documents.reading import asking as asking_module
from groups.documents.reading.pages import MOST_PAGES, MOST_TEXT, paged
from portal.demo import files

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in [("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing")]
)


def archive_of(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file


def word(body, **more):
    return archive_of({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>", **more})


def relations(*rows):
    listed = "".join(f'<Relationship Id="{key}" Type="http://x/{kind}" Target="{to}"/>' for key, kind, to in rows)
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'


def texts(file, kind):
    return [(page.number, page.text) for page in text_of(file, kind)]


def test_a_word_text_is_read_by_pages_without_what_was_struck_out():
    file = word(
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>Fair </w:t></w:r><w:r><w:t>recruitment</w:t><w:tab/>"
        "<w:t>2026</w:t></w:r><w:del><w:r><w:delText>struck</w:delText></w:r></w:del></w:p>"
        "<w:moveFrom><w:p><w:r><w:t>twice</w:t></w:r></w:p></w:moveFrom>"
        "<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>box again</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
        '<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>Second page</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>goes on</w:t><w:lastRenderedPageBreak/><w:t>on the third</w:t></w:r></w:p>",
        **{"word/footnotes.xml": f"<w:footnotes {W}><w:p><w:r><w:t>A note</w:t></w:r></w:p></w:footnotes>"},
    )
    assert texts(file, "docx") == [
        (1, "Fair recruitment\t2026\nbox"),
        (2, "Second page\ngoes on"),
        (3, "on the third\nA note"),
    ]


def test_slides_are_read_in_the_order_in_which_they_are_shown_with_their_notes():
    def slide(*lines):
        paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
        return f"<p:sld {A} {P}><p:txBody>{paragraphs}</p:txBody></p:sld>"

    file = archive_of(
        {
            "ppt/presentation.xml": f"<p:presentation {P} {R}><p:sldIdLst>"
            '<p:sldId id="2" r:id="b"/><p:sldId id="1" r:id="a"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(
                ("a", "slide", "slides/slide1.xml"), ("b", "slide", "/ppt/slides/slide2.xml")
            ),
            "ppt/slides/slide1.xml": slide("Shown second"),
            "ppt/slides/slide2.xml": slide("Shown first", "two lines"),
            "ppt/slides/_rels/slide2.xml.rels": relations(("n", "notesSlide", "../notesSlides/notes.xml")),
            "ppt/notesSlides/notes.xml": slide("Say it slowly"),
        }
    )
    assert texts(file, "pptx") == [(1, "Shown first\ntwo lines\nSay it slowly"), (2, "Shown second")]


def test_a_workbook_is_read_sheet_by_sheet():
    file = archive_of(
        {
            "xl/workbook.xml": f"<workbook {S} {R}><sheets>"
            '<sheet name="Sites" r:id="a"/><sheet name="Empty" r:id="b"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                ("a", "worksheet", "worksheets/one.xml"), ("b", "worksheet", "worksheets/two.xml")
            ),
            "xl/sharedStrings.xml": f"<sst {S}><si><t>Kiln</t></si>"
            "<si><r><t>東</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh></si></sst>",
            "xl/worksheets/one.xml": f"<worksheet {S}><sheetData>"
            '<row><c t="s"><v>0</v></c><c><v>41.5</v></c><c t="s"><v>99</v></c></row>'
            '<row><c/></row><row><c t="inlineStr"><is><t>Said here</t></is></c><c t="s"><v>1</v></c></row>'
            "</sheetData></worksheet>",
            "xl/worksheets/two.xml": f"<worksheet {S}><sheetData/></worksheet>",
        }
    )
    assert texts(file, "xlsx") == [(1, "Sites\nKiln\t41.5\nSaid here\t東京"), (2, "Empty")]


def test_open_texts_presentations_and_workbooks_are_read():
    text = archive_of(
        {
            "content.xml": f"<office:document-content {OPEN}><office:text>"
            "<text:tracked-changes><text:p>struck</text:p></text:tracked-changes>"
            '<text:h>Roadmap</text:h><text:p>two<text:s text:c="2"/>spaces<text:tab/>and <text:span>a span</text:span>'
            "<text:soft-page-break/>over the page</text:p></office:text></office:document-content>"
        }
    )
    assert texts(text, "odt") == [(1, "Roadmap\ntwo  spaces\tand a span"), (2, "over the page")]
    slides = archive_of(
        {
            "content.xml": f"<office:document-content {OPEN}><draw:page><text:p>One</text:p></draw:page>"
            "<draw:page><text:p>Two</text:p></draw:page></office:document-content>"
        }
    )
    assert texts(slides, "odp") == [(1, "One"), (2, "Two")]
    sheets = archive_of(
        {
            "content.xml": f'<office:document-content {OPEN}><table:table table:name="Kilns"><table:table-row><table:table-cell>'
            "<text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row>"
            "</table:table></office:document-content>"
        }
    )
    assert texts(sheets, "ods") == [(1, "Kilns\na\tb")]


@pytest.mark.parametrize(
    ("kind", "content", "read"),
    [
        ("text", "Première page\fDeuxième".encode(), [(1, "Première page"), (2, "Deuxième")]),
        ("text", "caf\u00e9".encode("cp1252"), [(1, "café")]),
        ("markdown", b"\xef\xbb\xbf# A title", [(1, "# A title")]),
        ("csv", "مدينة,41".encode("utf-16"), [(1, "مدينة,41")]),
        ("text", b"  \n ", []),
        (
            "rtf",
            rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}{\*\generator x;}"
            rb"{\info{\author somebody}}\'cf\'f0 \u8364?5\par next\page over}",
            [(1, "Пр €5\nnext"), (2, "over")],
        ),
    ],
)
def test_plain_files_are_read_in_their_encoding(kind, content, read):
    assert texts(io.BytesIO(content), kind) == read


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
def test_what_office_programs_would_open_is_read(kind):
    content = files.make(kind, "Brick kilns,41\nWages withheld,12")
    words = " ".join(page.text for page in text_of(io.BytesIO(content), kind))
    assert "Brick kilns" in words
    assert "Wages withheld" in words


def test_the_pages_of_a_pdf_are_drawn_small():
    content = files.make("pdf", "\n".join(f"Line {number}" for number in range(200)))
    pictures = pictures_of(io.BytesIO(content), "pdf")
    assert [picture.number for picture in pictures] == list(range(1, len(pictures) + 1))
    assert len(pictures) > 1
    with Image.open(io.BytesIO(pictures[0].webp)) as drawn:
        assert drawn.size == (pictures[0].width, pictures[0].height)
        assert max(drawn.size) == 1400


def test_a_picture_is_drawn_the_right_way_up_without_what_it_says_of_its_maker():
    taken = Image.new("RGB", (3000, 2000), "teal")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "CameraCanary", {1: "N", 2: (12.0, 30.0, 0.0)}
    file = io.BytesIO()
    taken.save(file, "JPEG", exif=exif, comment=b"CommentCanary")
    (picture,) = pictures_of(file, "jpeg")
    assert (picture.width, picture.height) == (933, 1400)
    with Image.open(io.BytesIO(picture.webp)) as drawn:
        assert not drawn.getexif()
    assert b"Canary" in file.getvalue()
    assert b"Canary" not in picture.webp


def test_words_in_a_png_do_not_reach_its_picture():
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "NameCanary")
    file = io.BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(file, "PNG", pnginfo=said)
    (picture,) = pictures_of(file, "png")
    assert b"Canary" not in picture.webp
    assert (picture.width, picture.height) == (40, 20)


def pdf_of_bytes(pages=1):
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(200, 200)
    file = io.BytesIO()
    document.save(file)
    return file


def test_a_page_without_words_is_no_page_of_text():
    assert text_of(pdf_of_bytes(), "pdf") == []


@pytest.mark.parametrize(("pages", "is_cut"), [(1, False), (MOST_PAGES, False), (MOST_PAGES + 1, True)])
def test_pages_are_counted_though_not_all_are_read(pages, is_cut):
    assert text_of(pdf_of_bytes(pages), "pdf").extent == Extent(pages, is_cut)


@pytest.mark.parametrize(("text", "pages"), [("", 0), ("a", 1), ("a\f\fb", 3), ("a\f\f", 2), ("\fa", 2)])
def test_what_ends_a_slide_begins_no_page_of_its_own(text, pages):
    assert text_of(io.BytesIO(text.encode()), "text").extent == Extent(pages)


def test_of_a_text_that_is_cut_nobody_knows_the_pages():
    read = text_of(io.BytesIO(b"Words\f" * MOST_TEXT), "text")
    assert (len(read), read.extent) == (MOST_PAGES, Extent(0, is_cut=True))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", b"%PDF-1.4\n" + b"x" * 5000),
        ("docx", b"PK\x03\x04 and nothing"),
        ("xlsx", b""),
    ],
)
def test_a_damaged_file_is_said_to_be_damaged(kind, content):
    with pytest.raises(Unreadable, match="damaged"):
        text_of(io.BytesIO(content), kind)


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
        '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        '<!DOCTYPE b SYSTEM "http://127.0.0.1:9/canary"><x>no</x>',
    ],
    ids=["laughs", "file", "network"],
)
def test_nothing_that_xml_declares_is_expanded(bomb):
    with pytest.raises(Unreadable, match="damaged"):
        text_of(archive_of({"word/document.xml": bomb}), "docx")


def test_a_part_that_unpacks_without_end_ends():
    """Three hundred million spaces in three hundred thousand bytes: the child reads its bounded share, in bounded memory."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        part.write(f"<w:document {W}><w:body><w:p><w:r><w:t>Begins</w:t></w:r></w:p>".encode())
        for _ in range(300):
            part.write(b" " * 1_000_000)
    assert texts(file, "docx") == [(1, "Begins")]


def test_a_picture_with_more_pixels_than_memory_is_refused():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    flood = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Unreadable, match="too_large"):
        pictures_of(io.BytesIO(flood), "png")


def test_a_child_that_does_not_come_to_an_end_is_ended(monkeypatch):
    monkeypatch.setattr(asking_module, "SECONDS", 1)
    monkeypatch.setattr(asking_module, "CHILD", "import time; time.sleep(60)")
    with pytest.raises(Unreadable, match="ended"):
        text_of(io.BytesIO(b"words"), "text")


@pytest.mark.parametrize(
    "act",
    [
        "bytearray(2 * 1024**3)",
        "open(sys.argv[1] + '/reading-canary', 'wb', buffering=0).write(b'x')",
        "__import__('socket').create_connection(('127.0.0.1', 5432), timeout=2)",
        "exec('while True: pass')",
    ],
    ids=["memory", "disk", "network", "processor"],
)
def test_a_child_that_was_taken_over_has_little_to_use(monkeypatch, act):
    """What a flaw in a reader would give: here the child does it on purpose, after it has bounded itself."""
    taken_over = (
        "import sys; sys.path.insert(0, sys.argv[1]); from groups.documents.reading import child; child.SECONDS = 1; "
        f"child.bound(); {act}; child._say({{'end': 'whole'}})"
    )
    monkeypatch.setattr(asking_module, "CHILD", taken_over)
    with pytest.raises(Unreadable, match="ended"):
        text_of(io.BytesIO(b"words"), "text")
    canary = asking_module.ROOT / "reading-canary"
    if canary.exists():
        written = canary.stat().st_size
        canary.unlink()
        assert written == 0


def test_a_file_that_is_open_elsewhere_keeps_its_place(tmp_path):
    path = tmp_path / "stored"
    path.write_bytes(b"first line\nsecond line")
    with path.open("rb") as file:
        file.seek(6)
        assert [(one.number, one.text) for one in text_of(file, "text")] == [(1, "first line\nsecond line")]
        assert file.tell() == 6


def test_what_is_no_file_here_is_copied_within_a_bound_and_without_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr(asking_module.tempfile, "tempdir", str(tmp_path))
    elsewhere = io.BytesIO(b"one line")
    with asking_module.on_disk(elsewhere) as copy:
        assert os.fstat(copy.fileno()).st_mode & 0o077 == 0
        assert list(tmp_path.iterdir()) == []
    assert [one.text for one in text_of(elsewhere, "text")] == ["one line"]
    monkeypatch.setattr(asking_module, "MOST_COPIED", 7)
    with pytest.raises(Unreadable, match="too_large"):
        text_of(elsewhere, "text")


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab \n\f\x00é", max_size=8), max_size=30))
def test_paging_keeps_every_word_under_its_page(strings):
    whole = "".join(strings).replace("\x00", "").split("\f")
    expected = [(number, text.strip()) for number, text in enumerate(whole, start=1) if text.strip()]
    assert [(page.number, page.text) for page in paged(strings)] == expected


def test_a_text_without_end_is_cut():
    assert sum(len(page.text) for page in paged(iter(["x" * 1000] * 10_000))) <= MOST_TEXT + 1000


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(READABLE)), st.binary(min_size=1, max_size=400))
def test_whatever_the_bytes_are_there_is_an_answer(kind, content):
    try:
        pages = text_of(io.BytesIO(content), kind)
    except Unreadable as refusal:
        assert refusal.reason in {"damaged", "locked", "too_large", "ended"}
    else:
        assert all(page.text for page in pages)
