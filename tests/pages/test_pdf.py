"""A page as PDF: read back as one reads it, in whichever script, and saying what it is."""

import hashlib
import logging
import uuid

import pypdfium2
import pytest
from django.urls import reverse

from groups.pages.content import fonts, pdf
from groups.pages.content.from_markdown import parsed
from groups.pages.services import name_version, save_text, text_of
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

***

"""


@pytest.fixture(autouse=True)
def _with_fonts():
    if not fonts.has_fonts():
        pytest.skip("no font for a text on this machine")


def said(body):
    """What a reader of PDF reads, sheet by sheet."""
    return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in pypdfium2.PdfDocument(body)]


def places(body, word):
    """Where a word stands on the first sheet: left and right, and how far up."""
    text = pypdfium2.PdfDocument(body)[0].get_textpage()
    at, count = text.search(word).get_next()
    boxes = [text.get_charbox(n) for n in range(at, at + count)]
    return min(box[0] for box in boxes), max(box[2] for box in boxes), boxes[0][1]


@pytest.fixture
def address(page, supply_chains):
    return reverse("pages:export", args=[supply_chains.slug, page.pk, "pdf"])


def test_it_says_what_the_page_says_and_which_version_it_is(client, address, page, member, weavers):
    client.force_login(member)
    by = Standing.of(member, page.document.group).speak()
    save_text(page, by=by, base=text_of(page.pk), text=TEXT)
    digest = hashlib.sha256(text_of(page.pk).encode()).hexdigest()

    (before,) = said(client.get(address).content)
    version = name_version(page, by=by, key=uuid.uuid4(), note="")
    answer = client.get(address)
    (after,) = said(answer.content)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "after version 1" in before
    assert f"Version {version.number}, kept by {member.display_name}" in after
    assert weavers.name in after
    assert (digest in before, digest in after, version.sha256) == (True, True, digest)
    for words in (
        page.document.title,
        "Fees are never paid by workers, as the standard says.1",
        "1. First – inside 2. Second Quoted code more Country Year Ghana 2024",
        "Notes 1. Principle 7.",
    ):
        assert words in after


def test_what_is_only_suggested_is_not_in_it(client, address, page, member, put_in):
    put_in(page, member, "Only suggested.", {"insertion": {"id": "a", "by": str(member.pk)}})
    client.force_login(member)
    assert "Only suggested" not in said(client.get(address).content)[0]
    version = name_version(page, by=Standing.of(member, page.document.group).speak(), key=uuid.uuid4(), note="")
    (sheet,) = said(client.get(address).content)
    assert "Version 2, kept by" in sheet
    assert version.sha256 in sheet


@pytest.mark.parametrize("who", ["stranger", "outsider", None])
def test_it_is_for_readers_only(client, address, request, who):
    if who:
        client.force_login(request.getfixturevalue(who))
    assert client.get(address).status_code == 404


def test_arabic_runs_from_the_right_and_its_letters_are_joined():
    if fonts.fonts_for("عربية").missing:
        pytest.skip("no font for Arabic on this machine")
    body = pdf.file_of(
        "عنوان", parsed("عام جديد مع **كلمات** مهمة in 2026.\n\n| البلد | السنة |\n| --- | --- |\n| غانا | 2024 |\n")
    )

    first, middle, last = (places(body, word) for word in ("عام", "كلمات", "2026"))
    assert first[0] > middle[1] > middle[0] > last[1]
    assert places(body, "البلد")[0] > places(body, "السنة")[1]
    # Joined: together they take less room than apart.
    assert places(body, "كلمات")[1] - places(body, "كلمات")[0] < 0.9 * width("ك ل م ا ت")


def width(letters):
    body = pdf.file_of("x", parsed(letters.replace(" ", "\u200c")))
    text = pypdfium2.PdfDocument(body)[0].get_textpage()
    boxes = [text.get_charbox(n) for n in range(text.count_chars()) if "\u0600" < text.get_text_range(n, 1) < "\u0700"]
    return max(box[2] for box in boxes) - min(box[0] for box in boxes)


@pytest.mark.parametrize("words", ["हिन्दी क्षेत्र", "ภาษาไทย", "日本語の文章と中文", "Ελληνικά и русский"], ids=range(4))
def test_other_scripts_are_set_too(words):
    if missing := fonts.fonts_for(words).missing:
        pytest.skip(f"no font for {missing} on this machine")
    body = pdf.file_of("Title", parsed(f"{words}\n\n" + f"{words} " * 60))
    assert words.replace(" ", "")[0] in said(body)[0]
    right = max(box[2] for box in boxes_of(body))
    assert right < 595 - 22 / 25.4 * 72 + 3


def boxes_of(body):
    text = pypdfium2.PdfDocument(body)[0].get_textpage()
    return [text.get_charbox(n) for n in range(text.count_chars())]


def test_a_long_page_goes_on_and_each_sheet_has_its_number():
    sheets = said(pdf.file_of("Title", parsed("\n\n".join(f"Paragraph {n} goes on. " * 12 for n in range(60)))))
    assert len(sheets) > 3
    assert [sheet.rsplit(" ", 1)[-1] for sheet in sheets] == [str(n) for n in range(1, len(sheets) + 1)]
    assert all(f"Paragraph {n} " in " ".join(sheets) for n in range(60))


def test_letters_that_no_font_has_are_named_and_no_file_is_made(client, address, page, member):
    by = Standing.of(member, page.document.group).speak()
    save_text(page, by=by, base=text_of(page.pk), text="A sign: \U00013000.\n")
    client.force_login(member)

    answer = client.get(address, follow=True)

    assert answer.redirect_chain == [(reverse("pages:write", args=[page.document.group.slug, page.pk]), 302)]
    assert "no font with the letters \U00013000" in answer.text


def test_what_has_no_end_is_refused(client, page, monkeypatch):
    monkeypatch.setattr(pdf, "LONGEST", 50)
    with pytest.raises(pdf.NoPdf, match="too long"):
        pdf.file_of("Title", parsed("word " * 60))


def test_a_site_without_fonts_offers_none(client, page, address, member, monkeypatch):
    link = f'href="{address}"'
    client.force_login(member)
    shown = reverse("pages:write", args=[page.document.group.slug, page.pk])
    assert link in client.get(shown).text

    monkeypatch.setattr(fonts, "FOLDERS", ())
    fonts._files.cache_clear()
    try:
        assert link not in client.get(shown).text
        assert "no fonts" in client.get(address, follow=True).text
    finally:
        fonts._files.cache_clear()


def test_the_letters_of_a_page_are_in_no_log(caplog):
    with caplog.at_level(logging.INFO):
        pdf.file_of("Title", parsed("Quiet words."))
    assert [record for record in caplog.records if record.name.startswith(("fontTools", "fpdf"))] == []


def test_odd_pages_are_set_too():
    deep = "> " * 16 + "deep\n\n- \n\n1. > a\n   >\n   > - b\n\n```\n```\n\n#\n\n" + "x" * 900 + "\n"
    assert "deep" in said(pdf.file_of("", parsed(deep)))[0]
