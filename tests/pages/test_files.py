"""Pages given out as files and begun from them, and who wrote what."""

import io
import time
import uuid
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pycrdt import XmlElement, XmlText

from core.markdown import render
from groups.documents.models import Document
from groups.pages.content import opened
from groups.pages.content.docx import file_of
from groups.pages.content.from_docx import read as read_word
from groups.pages.content.from_markdown import parsed
from groups.pages.content.markdown import written
from groups.pages.content.tree import root_of
from groups.pages.services import Write, append, compact, content_of, name_version, outline, save_text, text_of
from groups.pages.services.templates import OUTLINES
from groups.standing import Standing

TEXT = """# Purpose

Fees are **never** paid by *workers*, as [the standard](https://example.org/a) says.^[Principle 7.]

1. First
   - inside
2. Second

> Quoted

```
code
  more
```

| Country | Year |
| --- | --- |
| Ghana | 2024 |

عام جديد
"""


def test_a_page_comes_back_from_word_as_it_went():
    assert written(read_word(io.BytesIO(file_of("Title", parsed(TEXT))))) == f"# Title\n\n{TEXT}"


def test_every_part_of_a_word_file_is_sound_and_named():
    file = file_of("Title & more", parsed(TEXT))
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    kinds = parts["[Content_Types].xml"]
    named = {one.get("PartName", "").lstrip("/") for one in kinds}
    assert {name for name in parts if name.startswith("word/") and "_rels" not in name} == named - {""}
    links = {one.get("Id") for one in parts["word/_rels/document.xml.rels"]}
    used = {
        value for one in parts["word/document.xml"].iter() for key, value in one.attrib.items() if key.endswith("}id")
    }
    assert {one for one in used if one.startswith("link")} <= links
    assert file == file_of("Title & more", parsed(TEXT))


@pytest.mark.parametrize(("form", "kind"), [("docx", "officedocument"), ("md", "markdown"), ("html", "text/html")])
def test_a_page_is_given_as_a_file(client, page, observer, supply_chains, form, kind):
    client.force_login(observer)
    answer = client.get(reverse("pages:export", args=[supply_chains.slug, page.pk, form]))
    assert kind in answer["Content-Type"]
    assert answer["Content-Disposition"].startswith(f'attachment; filename="Terms of reference.{form}"')
    assert "sandbox" in answer["Content-Security-Policy"]
    assert len(answer.content) > 20


def test_there_are_no_other_forms(client, page, member, supply_chains):
    client.force_login(member)
    assert client.get(reverse("pages:export", args=[supply_chains.slug, page.pk, "exe"])).status_code == 404


def begun(client, group, **sent):
    sent = {"title": "Begun", "folder": "", "key": uuid.uuid4(), **sent}
    return client.post(reverse("pages:new", args=[group.slug]), sent)


@pytest.mark.parametrize(
    ("name", "content"), [("a.docx", file_of("Begun", parsed(TEXT))), ("a.md", f"# Begun\n\n{TEXT}".encode())]
)
def test_a_page_is_begun_from_a_file(client, member, supply_chains, name, content):
    client.force_login(member)
    begun(client, supply_chains, file=SimpleUploadedFile(name, content))
    assert text_of(Document.objects.get(title="Begun").pk) == f"# Begun\n\n{TEXT}"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.docx", b"PK nonsense"), ("a.md", b"\xff\xfe\x00"), ("a.docx", b""), ("a.md", b"x" * 500_000)],
)
def test_a_file_that_cannot_be_read_begins_nothing(client, member, supply_chains, name, content):
    client.force_login(member)
    answer = begun(client, supply_chains, file=SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not Document.objects.filter(title="Begun").exists()


def test_a_good_file_of_a_refused_form_is_asked_for_again(client, member, supply_chains):
    client.force_login(member)
    answer = begun(client, supply_chains, title="", file=SimpleUploadedFile("a.md", b"# Begun"))
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"title", "file"})
    assert "Choose the file again" in answer.content.decode()
    assert set(begun(client, supply_chains, title="").context["form"].errors) == {"title"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Réunion du 03/05/2026", "Réunion du 03-05-2026"),
        ("Con", "_Con"),
        ("aux.2026", "_aux.2026"),
        ("C:\\Wages", "C:-Wages"),
        ("…and more...", "…and more"),
    ],
)
def test_a_title_is_the_name_of_its_files_whatever_stands_in_it(client, member, supply_chains, title, name):
    client.force_login(member)
    begun(client, supply_chains, title=title)
    document = Document.objects.get()
    assert document.title == title
    assert document.latest.file_name == f"{name}.md"
    answer = client.get(reverse("pages:export", args=[supply_chains.slug, document.pk, "docx"]))
    assert unquote(answer["Content-Disposition"]).endswith(f"filename*=UTF-8''{name}.docx")


SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_file(body="", head="", **parts):
    """A Word file of these parts; the body is always there."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"{head}<w:document {SPACE}><w:body>{body}</w:body></w:document>")
        for name, part in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {SPACE}>{part}</w:{name}>")
    return made.getvalue()


def with_torn_bytes(file, name="word/document.xml"):
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        at = archive.getinfo(name).header_offset + 30 + len(name)
    return file[:at] + b"\xff" * 10 + file[at + 10 :]


NOTED = '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (with_torn_bytes(word_file("<w:p/>" * 100)), "damaged"),
        (word_file(head='<?xml version="1.0" encoding="nonsense"?>'), "damaged"),
        (word_file(footnotes=f'<w:footnote w:id="2"><w:t>{"a" * 400_001}</w:t></w:footnote>'), "longer than a page"),
        (
            word_file(NOTED * 101, footnotes=f'<w:footnote w:id="2"><w:t>{"a" * 4000}</w:t></w:footnote>'),
            "longer than",
        ),
    ],
    ids=["packed bytes", "encoding", "notes", "one note many times"],
)
def test_a_word_file_that_is_damaged_or_too_long_begins_nothing(client, member, supply_chains, content, words):
    client.force_login(member)
    answer = begun(client, supply_chains, file=SimpleUploadedFile("a.docx", content))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["file"])
    assert not Document.objects.exists()


def test_a_heading_of_a_level_that_is_none_is_a_paragraph():
    styled = '<w:p><w:pPr><w:pStyle w:val="Heading²"/></w:pPr><w:r><w:t>Purpose</w:t></w:r></w:p>'
    assert written(read_word(io.BytesIO(word_file(styled)))) == "Purpose\n"


def test_many_lists_and_many_runs_are_read_in_one_go():
    def kind(n):
        return f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'

    kinds = "".join(map(kind, range(15_000)))
    lists = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(15_000))
    item = (
        '<w:p><w:pPr><w:numPr><w:numId w:val="9"/></w:numPr></w:pPr>' + "<w:r><w:t>a</w:t></w:r>" * 150_000 + "</w:p>"
    )
    started = time.monotonic()
    blocks = read_word(io.BytesIO(word_file(item, numbering=kinds + lists)))
    assert time.monotonic() - started < 12
    assert written(blocks) == f"1. {'a' * 150_000}\n"


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_a_page_is_begun_with_an_outline(client, member, supply_chains, name):
    client.force_login(member)
    begun(client, supply_chains, outline=name)
    text = text_of(Document.objects.get(title="Begun").pk)
    assert text == written(parsed(outline(name)))
    assert text.count("## ") >= 5


def test_the_page_says_who_wrote_what_for_whom(client, page, member, lead, observer, weavers, dockers, supply_chains):
    def add(person, words):
        base = text_of(page.pk)
        save_text(page, by=Standing.of(person, supply_chains).speak(), base=base, text=f"{base}\n{words}\n")

    add(lead, "Of the lead.")
    compact(page.pk)
    add(member, "Of a member, later.")

    client.force_login(observer)
    parts = client.get(reverse("pages:history", args=[supply_chains.slug, page.pk])).context["parts"]

    said = [(part.by.organisation, [one for one in part.pieces if one.startswith("Of")]) for part in parts]
    assert said == [(weavers.name, ["Of a member, later."]), (dockers.name, ["Of the lead."]), (weavers.name, [])]


def test_a_history_costs_the_same_however_long(client, page, member, lead, supply_chains):
    client.force_login(member)
    address = reverse("pages:history", args=[supply_chains.slug, page.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for n in range(6):
        base = text_of(page.pk)
        by = Standing.of((member, lead)[n % 2], supply_chains).speak()
        save_text(page, by=by, base=base, text=f"{base}\nParagraph {n}.\n")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_the_preview_of_a_version_has_its_notes_at_its_foot(client, page, member):
    by = Standing.of(member, page.document.group).speak()
    text = "Fees^[Of *every* kind, and ^[within] too.] are <b>not</b>^[Principle 7.] paid. 2^3, `^[code]`.\n"
    save_text(page, by=by, base=text_of(page.pk), text=text)
    name_version(page, by=by, key=uuid.uuid4(), note="")
    client.force_login(member)

    shown = client.get(page.document.get_absolute_url()).text

    for n in (1, 2):
        assert f'<sup id="to-note-{n}"><a href="#note-{n}" aria-label="note {n}">{n}</a></sup>' in shown
    assert '<li id="note-2"><p dir="auto">Principle 7. <a href="#to-note-2">' in shown
    assert "Of <em>every</em> kind, and within too." in shown
    assert "2^3, <code>^[code]</code>." in shown


def test_a_file_in_markdown_is_shown_as_it_always_was():
    assert render("A word^[not a note].") == '<p dir="auto">A word^[not a note].</p>'


@pytest.mark.parametrize(
    ("mark", "read", "in_files"),
    [("insertion", "<ins><sup", "To agree."), ("deletion", "<del><sup", "To agree.^[Principle 7.]")],
)
def test_a_footnote_that_is_suggested_is_read_as_such_and_in_no_file(client, page, member, mark, read, in_files):
    doc = opened(content_of(page.pk)[1])
    before = doc.get_state()
    note = root_of(doc).children[1].children.append(XmlElement("footnote"))
    note.children.append(XmlText("")).insert(0, "Principle 7.", {mark: {"id": "a", "by": str(member.pk)}})
    (outcome,) = append(page.pk, [Write(member.pk, None, doc.get_update(before))])
    assert outcome.seq

    client.force_login(member)
    assert read in client.get(reverse("pages:write", args=[page.document.group.slug, page.pk])).text

    html = client.get(reverse("pages:export", args=[page.document.group.slug, page.pk, "html"])).text
    markdown = client.get(reverse("pages:export", args=[page.document.group.slug, page.pk, "md"])).text
    word = client.get(reverse("pages:export", args=[page.document.group.slug, page.pk, "docx"])).content
    assert markdown.endswith(f"# Purpose\n\n{in_files}\n")
    assert ("Principle 7" in html) is (mark == "deletion")
    assert in_files in written(read_word(io.BytesIO(word)))
    assert "<ins>" not in html and "<del>" not in html
