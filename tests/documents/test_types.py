"""What may enter: by its bytes, under a name that says so; the rest is refused by name, with the reason."""

import io
import stat
import struct
import zipfile

import pytest

from groups.documents.types import KINDS, Refused, carries_macros, kind_of
from groups.documents.types.sound import frame_length
from portal.demo import files

FRAME = b"\xff\xfb\x90\x64"  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes
SOUND = (FRAME + b"\x00" * 413) * 5


def archive(**parts):
    return packed([(name.replace("__", "/"), content) for name, content in parts.items()])


def packed(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in parts:
            made.writestr(name, content)
    return out.getvalue()


def office(part, *more, listed=b"<Types/>"):
    return packed([("[Content_Types].xml", listed), (part, "<x/>"), *more])


DOCX = office("word/document.xml", ("word/media/drawing.svg", "<svg/>"))
ODT = packed([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<x/>")])
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
TAGGED = b"ID3\x04\x00\x00\x00\x00\x00\x05hello" + b"\x00" * 20 + SOUND

GOOD = {
    "a.pdf": b"%PDF-1.7\n",
    "a.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 20,
    "a.JPG": b"\xff\xd8\xff\xe0JFIF",
    "a.jpeg": b"\xff\xd8\xff\xe1Exif",
    "a.gif": b"GIF89a\x01\x00",
    "a.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "a.docx": DOCX,
    "a.xlsx": office("xl/workbook.xml"),
    "a.pptx": office("ppt/presentation.xml"),
    "a.odt": ODT,
    "a.ods": packed([("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]),
    "folder.odt": packed([("mimetype", KINDS["odt"].content_type), ("Scripts/", ""), ("content.xml", "<x/>")]),
    "named.zip": packed([("Scripts/read me.txt", "how to")]),
    "a.rtf": b"{\\rtf1 hello}",
    "a.zip": archive(a__b="text", c="d"),
    "a.mp3": SOUND,
    "tagged.mp3": TAGGED,
    "a.mp4": MP4,
    "a.m4a": MP4,
    "a.csv": "pays;année\nCôte d’Ivoire;2026\n".encode(),
    "excel.csv": "pays;année\nCôte d'Ivoire;2026\n".encode("cp1252"),
    "sixteen.csv": "\ufeffa\tb\nç\td\n".encode("utf-16-le"),
    "id3.csv": b"ID3;ID4\n1;2\n",
    "a.md": b"# Title\n\nText with <b>markup</b> in it.\n",
    "a.txt": "العربية 中文\n".encode(),
    "bom.txt": b"\xef\xbb\xbfhello",
    "mz.txt": b"MZ is a postcode",
}


@pytest.mark.parametrize("name", GOOD)
def test_what_may_enter(name):
    file = io.BytesIO(GOOD[name])
    assert "." + name.lower().rpartition(".")[2] in kind_of(file, name).endings
    assert file.tell() == 0


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx", "csv", "md", "txt"])
def test_what_the_demonstration_makes_may_enter(kind):
    content = files.make(kind, "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nText.")
    assert kind_of(io.BytesIO(content), f"a.{kind}").name in KINDS


def link():
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed([(info, "/etc/passwd")])


def many(count):
    """A listing of many entries that share one body, as a forged archive has."""
    whole = packed([("a", "x")], zipfile.ZIP_STORED)
    start, end = whole.index(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    entry = whole[start:end]
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, min(count, 65535), min(count, 65535), len(entry) * count, start, 0
    )
    return whole[:start] + entry * count + tail


def sized(unpacked):
    """An archive that says of its one entry that it unpacks to so much."""
    whole = bytearray(packed([("a", "x" * 1000)]))
    place = whole.index(b"PK\x01\x02") + 24
    whole[place : place + 4] = struct.pack("<L", unpacked)
    return bytes(whole)


def bzipped_mimetype():
    return packed([("mimetype", b"x" * 50_000_000)], zipfile.ZIP_BZIP2)


MACROS = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
BAD = {
    "program.pdf": (b"MZ\x90\x00\x03\x00", "no PDF file"),
    "program.exe": (b"MZ\x90\x00\x03\x00", "Allowed are: .pdf"),
    "elf.txt": (b"\x7fELF\x02\x01\x01\x00", "no TEXT file"),
    "binary-later.txt": (b"text " * 100_000 + b"\x00\x01", "no TEXT file"),
    "broken16.txt": ("\ufeffa".encode("utf-16-le") + b"\x00\xd8a\x00", "no TEXT file"),
    "broken8.txt": (b"\xef\xbb\xbf\xff\xfe\xff", "no TEXT file"),
    "page.html": (b"<!DOCTYPE html><p>", "Allowed are"),
    "page.txt": (b"  \n<HTML><script>alert(1)</script>", "web page"),
    "page16.txt": ("\ufeff<html>".encode("utf-16-le"), "web page"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Allowed are"),
    "drawing.md": (b"<svg onload=alert(1)>", "web page"),
    "sheet.csv": (b"\xef\xbb\xbf<?xml version='1.0'?><?xml-stylesheet href='x'?>", "web page"),
    "script.txt": (b"#!/bin/sh\nrm -rf /\n", "web page"),
    "empty.pdf": (b"", "is empty"),
    "picture.png": (b"\xff\xd8\xff\xe0JFIF", "really a JPEG file"),
    "heic.mp4": (b"\x00\x00\x00\x18ftypheic\x00\x00", "no MP4 file"),
    "text.mp3": (b"\xff\xfb is no sound", "no MP3 file"),
    "one-frame.mp3": (FRAME + b"hello" * 300, "no MP3 file"),
    "id3-only.mp3": (b"ID3\x04\x00\x00\x00\x00\x00\x05hello, not sound at all", "no MP3 file"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "password"),
    "cut.docx": (DOCX[: len(DOCX) // 2], "damaged"),
    "cut.zip": (b"PK\x03\x04" + b"\x00" * 40, "damaged"),
    "renamed.docx": (packed([("a.txt", "x")]), "really a ZIP file"),
    "renamed.zip": (DOCX, "really a DOCX file"),
    "macros.docx": (office("word/document.xml", ("word/vbaProject.bin", "x")), "Save it as .docm, or without"),
    "hidden-macros.docx": (office("word/document.xml", ("word/other.bin", "x"), listed=MACROS), "does not say so"),
    "hidden16.xlsx": (office("xl/workbook.xml", listed=MACROS.decode().encode("utf-16")), "Save it as .xlsm, or without"),
    "none.docm": (DOCX, "really a DOCX file"),
    "template.dotm": (office("word/document.xml", ("word/vbaProject.bin", "x")), "Save it as .docm"),
    "macros.zip": (packed([("vbaProject.bin", "x")]), "holds macros"),
    "program-inside.zip": (archive(a="b") and packed([("docs/Invoice.PDF.exe ", "MZ")]), "can run"),
    "script-inside.zip": (packed([("tools/run.PY", "print()")]), "can run"),
    "page-inside.zip": (packed([("index.html", "<script>")]), "can run"),
    "macros-inside.zip": (packed([("letter.docm", "x")]), "can run"),
    "nested.zip": (packed([("inner.zip", "PK")]), "another archive"),
    "link.zip": (link(), "outside its folder"),
    "up.zip": (packed([("../../etc/cron.d/x", "x")]), "outside its folder"),
    "up-windows.zip": (packed([("a\\..\\..\\x", "x")]), "outside its folder"),
    "root.zip": (packed([("/etc/passwd", "x")]), "outside its folder"),
    "drive.zip": (packed([("C:/x", "x")]), "outside its folder"),
    "many.zip": (packed([(f"{number}", "") for number in range(5001)]), "unpacks to more"),
    "million.zip": (many(200_000), "unpacks to more"),
    "shared.zip": (many(3), "unpacks to more"),
    "flat.zip": (sized(3 * 1024**3), "unpacks to more"),
    "dense.zip": (sized(200 * 1024**2), "unpacks to more"),
    "forged.zip": (packed([("a", bytes(range(256)) * 40)], zipfile.ZIP_STORED).replace(
        struct.pack("<2L", 10240, 10240), struct.pack("<2L", 10240, 1)), "unpacks to more"),
    "bzip.odt": (bzipped_mimetype(), "unpacks to more"),
    "capitals.odt": (packed([("Mimetype", KINDS["odt"].content_type)]), "really a ZIP file"),
    "book.epub": (packed([("mimetype", "application/epub+zip")]), "really a ZIP file"),
}  # fmt: skip


CARRIERS = {
    "letter.docm": office("word/document.xml", ("word/vbaProject.bin", "x")),
    "controls.docm": office(
        "word/document.xml", listed=b"<Types><Override PartName='/word/activeX/activeX1.xml'/></Types>"
    ),
    "hidden16.DOCM": office("word/document.xml", listed=MACROS.decode().encode("utf-16")),
    "a.xlsm": office("xl/workbook.xml", ("xl/vbaProject.bin", "x")),
    "a.pptm": office("ppt/presentation.xml", ("ppt/vbaProject.bin", "x")),
    "macros.odt": packed([("mimetype", KINDS["odt"].content_type), ("Basic/Standard/script-lb.xml", "")]),
    "python.odt": packed([("mimetype", KINDS["odt"].content_type), ("Scripts/python/hello", "x")]),
    "java.ods": packed([("mimetype", KINDS["ods"].content_type), ("scripts/java/parcel-descriptor.xml", "")]),
    "basic.odp": packed([("mimetype", KINDS["odp"].content_type), ("Basic/Standard/Module1.xml", "")]),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_what_carries_macros_is_told_apart(name):
    file = io.BytesIO(CARRIERS[name])
    kind = kind_of(file, name)
    assert name.lower().endswith(kind.endings)
    assert carries_macros(file, kind)


@pytest.mark.parametrize("name", GOOD)
def test_what_carries_none_is_not_said_to(name):
    file = io.BytesIO(GOOD[name])
    assert not carries_macros(file, kind_of(file, name))


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_by_name_and_why(name):
    content, why = BAD[name]
    with pytest.raises(Refused) as refusal:
        kind_of(io.BytesIO(content), name)
    assert f"“{name}”" in refusal.value.message
    assert why in refusal.value.message


@pytest.mark.parametrize("cut", range(0, 600, 7))
def test_no_damage_of_an_archive_is_more_than_a_refusal(cut):
    for content in (DOCX[:cut], DOCX[:cut] + DOCX[cut + 3 :], DOCX[:cut] + b"\xff\xff\xff\xff" + DOCX[cut + 4 :]):
        try:
            kind_of(io.BytesIO(content), "a.docx")
        except Refused:
            pass


def test_a_frame_says_how_long_it_is():
    assert frame_length(FRAME) == 417
    assert frame_length(b"\xff\xf3\x40\xc4") is not None
    for none in (b"", b"\xff\xfb", b"\xff\xff\xff\xff", b"\xff\xfb\xf0\x00", b"\xff\xfb\x0c\x00", b"\xff\xfd\x90\x00"):
        assert frame_length(none) is None
