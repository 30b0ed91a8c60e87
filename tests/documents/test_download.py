"""Bytes come out as they went in, whole or in part, inert, and only through the door."""

import hashlib
from urllib.parse import unquote

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient
from django.urls import reverse

from groups.documents.names import BadName, attachment, clean_file_name, clean_title

PDF = b"%PDF-1.4\n" + b"x" * 5000


@pytest.fixture
def version(add, member, supply_chains):
    return add(member, supply_chains, "Étude “finale”.pdf")


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_bytes_come_out_as_they_went_in_and_run_nowhere(version, signed_in, member):
    response = signed_in(member).get(version.get_absolute_url())
    assert hashlib.sha256(body(response)).hexdigest() == version.sha256
    assert dict(response.headers) | {"Vary": ""} == {
        "Content-Language": "en",
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Accept-Ranges": "bytes",
        "ETag": f'"{version.sha256}"',
        "Content-Disposition": 'attachment; filename="Etude finale.pdf"; '
        "filename*=UTF-8''%C3%89tude%20%E2%80%9Cfinale%E2%80%9D.pdf",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store, private",
        "X-Frame-Options": "DENY",
        "Vary": "",
    }


@pytest.mark.parametrize("name", ["a.html.txt", "a.csv", "a.md"])
def test_text_is_never_shown_as_a_page(name, add, member, supply_chains, signed_in):
    version = add(member, supply_chains, name, b"see <script>alert(1)</script>")
    response = signed_in(member).get(version.get_absolute_url())
    body(response)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    page = signed_in(member).get(version.document.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "alert(1)" in page


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=5000-", 206, slice(5000, None)),
        ("bytes=-9", 206, slice(-9, None)),
        ("bytes=-99999", 206, slice(None)),
        ("bytes=10-999999", 206, slice(10, None)),
        (f"bytes={len(PDF) - 1}-", 206, slice(-1, None)),
        (f"bytes={len(PDF)}-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=9-3", 200, slice(None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=" + "9" * 40 + "-", 200, slice(None)),
    ],
)
def test_parts_of_a_file(asked, status, part, version, signed_in, member):
    response = signed_in(member).get(version.get_absolute_url(), headers={"range": asked})
    assert response.status_code == status
    expected = PDF[part]
    assert body(response) == expected
    if status == 206:
        start = PDF[slice(part.start, None)] and (len(PDF) - len(PDF[slice(part.start, None)]))
        assert response["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(PDF)}"
        assert response["Content-Length"] == str(len(expected))
    if status == 416:
        assert response["Content-Range"] == f"bytes */{len(PDF)}"


def test_a_part_of_another_version_is_the_whole_of_this_one(version, signed_in, member):
    client, url = signed_in(member), version.get_absolute_url()
    same = client.get(url, headers={"range": "bytes=0-9", "if-range": f'"{version.sha256}"'})
    assert (same.status_code, body(same)) == (206, PDF[:10])
    other = client.get(url, headers={"range": "bytes=0-9", "if-range": '"0"'})
    assert (other.status_code, body(other)) == (200, PDF)


def test_head_has_the_headers_and_no_bytes(version, signed_in, member):
    response = signed_in(member).head(version.get_absolute_url())
    assert (response.status_code, response["Content-Length"], response.streaming) == (200, str(len(PDF)), False)


def test_the_proxy_is_told_where_the_bytes_are(version, signed_in, member, stranger, settings):
    settings.SERVE_FILES = "accel"
    response = signed_in(member).get(version.get_absolute_url())
    assert response["X-Accel-Redirect"] == f"/_files/{version.path}"
    assert response.content == b""
    assert response["Content-Disposition"].startswith("attachment;")
    assert "X-Accel-Redirect" not in signed_in(stranger).get(version.get_absolute_url())


def test_a_file_that_is_lost_answers_like_none(version, signed_in, member, own_folders):
    (own_folders / "files" / version.path).unlink()
    assert signed_in(member).get(version.get_absolute_url()).status_code == 404
    assert signed_in(member).get(version.document.get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True)
async def test_on_the_event_loop_blocks_come_one_by_one(member, supply_chains, add):
    content = PDF * 200
    version = await sync_to_async(add)(member, supply_chains, "Large.pdf", content)
    client = AsyncClient()
    await client.aforce_login(member)
    response = await client.get(version.get_absolute_url())
    assert response.is_async
    blocks = [block async for block in response.streaming_content]
    assert b"".join(blocks) == content
    assert {len(block) for block in blocks[:-1]} == {128 * 1024}
    await sync_to_async(connections.close_all)()


NASTY = [
    "../../etc/passwd.txt", "..\\..\\boot.txt", "/etc/passwd.csv", "C:\\Windows\\win.csv", "a/b/c.pdf", "a\x00b.pdf",
    "CON report.txt", "a\r\nSet-Cookie: x=1.pdf", 'a"; filename="evil.exe.pdf', "a\\\".pdf", "a;b.pdf", "a,b.pdf",
    "a%00.pdf", "a%22.pdf", "%2e%2e%2fa.pdf", "a'b.pdf", "a''b.pdf", "a*b?.pdf", "a<b>|c.pdf", "a:b.pdf",
    "invoice\u202efdp.exe.pdf", "\u202ereport.pdf", "a\u200bb.pdf", "\ufeffa.pdf", "a\u2066b\u2069.pdf", "a\u061cb.pdf",
    "\u2068\u202d\u200fa.pdf", "tag\U000e0041\U000e0042.pdf", "soft\u00adhyphen.pdf", "hangul\u3164fill.pdf",
    "trailing.pdf. . .", "  spaces  .pdf  ", "...hidden.pdf", ".hidden.pdf", "tab\tname.pdf", "line\u2028sep.pdf",
    "a\u2215b.pdf", "a\uff0fb.pdf", "a\u2044b.pdf", "😀.pdf", "👩‍👩‍👧.pdf", "Zoë.pdf", "Zoe\u0308.pdf", "Ünïcödé.pdf",
    "تقرير.pdf", "דוח.pdf", "报告.pdf", "報告書.pdf", "отчёт.pdf", "Α.pdf", "ﬁle.pdf", "İstanbul.pdf", "ß.pdf", "ＦＵＬＬ.pdf",
    "é" * 300 + ".pdf", "报" * 300 + ".pdf", "x" * 5000 + ".pdf", "a.tar.pdf", "a .pdf", "a. .pdf", "-rf.pdf", "~a.pdf",
    "$(id).pdf", "`id`.pdf", "a&b.pdf", "a#b.pdf", "a?b=c.pdf", "a+b.pdf", "a=b.pdf", "a@b.pdf", "<script>.pdf", "{{7*7}}.pdf",
]  # fmt: skip


def read_disposition(header):
    """Read the header as RFC 6266 says, strictly: one token, then parameters."""
    from email.message import Message

    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    (kind, _), *parameters = message.get_params(header="content-disposition")
    assert kind == "attachment"
    assert [name for name, _ in parameters] == ["filename", "filename*"] or [name for name, _ in parameters] == [
        "filename",
        "filename",
    ]
    plain = header.split('filename="')[1].split('"')[0]
    charset, _, quoted = header.split("filename*=")[1].partition("''")
    assert charset == "UTF-8"
    return plain, unquote(quoted, errors="strict")


@pytest.mark.parametrize("name", NASTY)
def test_names_are_cleaned_and_survive_the_header(name):
    clean = clean_file_name(name)
    assert clean_file_name(clean) == clean
    assert len(clean.encode()) <= 180
    assert "/" not in clean
    assert "\\" not in clean
    assert clean.isprintable()
    assert clean == clean.strip(". ")
    plain, told = read_disposition(attachment(clean))
    assert told == clean
    assert plain.isascii()
    assert not set(plain) & set('\\"/\r\n;%')


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", " . ", "\u202e", "/", "CON.pdf", "nul", "com1.tar.pdf", "LPT².pdf", "\u2800.pdf", "\ufe0f.pdf"],
)
def test_names_that_are_none_are_refused(name):
    with pytest.raises(BadName):
        clean_file_name(name)


@pytest.mark.parametrize("title", ["", "  ", ".", "..", "\u200b", "\u2800", "\ufe0f", "\u180b", "\u0301", "x" * 201])
def test_titles_that_are_none_are_refused(title):
    with pytest.raises(BadName):
        clean_title(title)


def test_no_file_name_stands_in_an_address(version):
    assert version.get_absolute_url() == reverse(
        "documents:download", args=[version.document.group.slug, version.document_id, 1]
    )
    assert "tude" not in version.get_absolute_url()
