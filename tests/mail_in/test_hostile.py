"""Whatever somebody sends: it is read within bounds, refused or kept with a trace, never a traceback, never a post elsewhere."""

import base64
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discussions.addresses import reply_address
from discussions.mail.models import Incoming, Reason, State
from discussions.mail.parsing import Unreadable, read_headers, read_letter
from discussions.mail.parsing.words import decode, decode_words
from discussions.mail.services import TurnedAway
from discussions.models import Post, Thread
from groups.documents.models import Document
from tests.mail_in.conftest import PDF, write

HEAD = b"From: member@example.org\r\nSubject: Re: Cocoa\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"


def multipart(*parts, kind="mixed", boundary=b"b1"):
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts)
    return b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n%s--%s--\r\n' % (kind.encode(), boundary, body, boundary)


TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe words.\r\n"


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nCaf\xe9 au lait\r\n", "Café au lait"),
        (HEAD + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nCaf\xc3\xa9\r\n", "Café"),
        (HEAD + b'Content-Type: text/plain; charset="nonsense"\r\n\r\nCaf\xc3\xa9\r\n', "Café"),
        (HEAD + b"Content-Type: text/plain; charset=rot13\r\n\r\nWords\r\n", "Words"),
        (
            HEAD + b"Content-Type: text/plain; charset=windows-1256\r\n\r\n" + "نعم".encode("windows-1256") + b"\r\n",
            "نعم",
        ),
        (
            HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + "はい".encode("iso-2022-jp") + b"\r\n",
            "はい",
        ),
        (
            HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode("Naïve".encode()) + b"!!\r\n",
            "Naïve",
        ),
        (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nnot base64 at all\r\n", None),
        (HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nCaf=C3=A9 =ZZ\r\n", "Café =ZZ"),
        (HEAD + b"Content-Transfer-Encoding: x-unknown\r\n\r\nPlain\r\n", "Plain"),
        (HEAD + b"Content-Type: multipart/mixed\r\n\r\nNo boundary.\r\n", None),
        (HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nOpen end.\r\n', "Open end."),
        (HEAD + b"Content-Type: \r\n\r\nNo type.\r\n", "No type."),
        (HEAD + b"Content-Type: text\r\n\r\nHalf a type.\r\n", "Half a type."),
        (
            HEAD + multipart(TEXT, b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n\r\nx\x9f>"'),
            "The words.",
        ),
        (HEAD + multipart(TEXT, b"Content-Type: message/rfc822\r\n\r\n" + write("Inner, not mine.")), "The words."),
        (HEAD + multipart(TEXT, b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx"), "The words."),
        (HEAD + multipart(TEXT, b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR"), "The words."),
        (HEAD + multipart(multipart(multipart(TEXT, boundary=b"b3"), boundary=b"b2"), boundary=b"b1"), "The words."),
        (
            HEAD + multipart(TEXT, b"Content-Type: text/html\r\n\r\n<p>Other words.</p>", kind="alternative"),
            "The words.",
        ),
        (HEAD + b"\r\nA\x00B \x1b[31mred\x07 \xe2\x80\xaeevil\r\n", "AB [31mred evil"),
        (b"\x00\xff\xfe" * 100, None),
    ],
)
def test_malformed_mails_become_what_can_be_read_of_them_or_are_refused(come_in, thread, to_thread, data, body):
    mail = come_in(data, to_thread)
    posts = list(thread.posts.filter(number__gt=1))
    if body is None:
        assert mail.state in {State.REFUSED, State.HELD} or posts
        return
    assert [post.body for post in posts] == [body]


def test_two_who_claim_to_have_written_it_are_nobody(come_in, thread, to_thread):
    mail = come_in(b"From: thief@evil.example\r\n" + write("Mine."), to_thread)
    assert (mail.state, mail.reason) == (State.HELD, Reason.SENDER)
    mail = come_in(write("Mine.", sender="member@example.org, thief@evil.example"), to_thread)
    assert mail.state == State.HELD


def test_an_encrypted_mail_is_refused(come_in, thread, to_thread, mailoutbox):
    part = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    mail = come_in(HEAD + multipart(part, kind="encrypted"), to_thread)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.ENCRYPTED)
    assert "nobody here has the key" in mailoutbox[0].body


def test_logos_of_a_signature_are_no_files(come_in, thread, to_thread):
    html = b"Content-Type: text/html\r\n\r\n<p>Words.</p><img src='cid:logo@x'>"
    logo = b"Content-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\n\r\n\x89PNG\r\n\x1a\nx"
    come_in(HEAD + multipart(html, logo, kind="related"), to_thread)
    assert thread.posts.get(number=2).body == "Words."
    assert Document.objects.count() == 0


def test_file_names_mislead_nobody(come_in, thread, to_thread):
    names = [
        "../../etc/passwd.pdf",
        "invoice\u202efdp.exe.pdf",
        "=?utf-8?q?r=C3=A9sum=C3=A9=2Epdf?=",
        'a"b\r\nX-Evil: 1.pdf',
        "[x](javascript:alert(1)).pdf",
    ]
    parts = [
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''"
        + base_name(name)
        + b"\r\n\r\n"
        + PDF
        for name in names
    ]
    come_in(HEAD + multipart(TEXT, *parts), to_thread)
    titles = {one.title for one in Document.objects.all()}
    assert "passwd" in titles
    assert all("/" not in title and "\u202e" not in title and "\n" not in title for title in titles)
    assert (
        "javascript:"
        not in thread.posts.get(number=2).html.replace("javascript:alert", "", 1).split('href="')[-1].split('"')[0]
    )


def base_name(name):
    from urllib.parse import quote

    return quote(name.encode()).encode()


def test_more_files_than_a_mail_carries_are_left_out(come_in, thread, to_thread, mailoutbox):
    files = [(f"{n}.pdf", PDF, "application/pdf") for n in range(12)]
    come_in(write("Many.", files=files), to_thread)
    assert Document.objects.count() == 10
    assert "at most ten: 2" in mailoutbox[0].body


@pytest.mark.parametrize(
    "data",
    [
        HEAD + multipart(*[TEXT] * 300),
        HEAD
        + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(60))
        + b"x\r\n",
        b"".join(b"X-%d: y\r\n" % n for n in range(700)) + HEAD + b"\r\nx\r\n",
        b"X-Long: " + b"y" * 300_000 + b"\r\n" + HEAD + b"\r\nx\r\n",
        HEAD + b"\r\n" + b"\n" * 1_100_000,
    ],
    ids=["parts", "depth", "headers", "header", "lines"],
)
def test_what_is_out_of_bounds_is_unreadable(data):
    began = time.monotonic()
    with pytest.raises(Unreadable):
        read_letter(data)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Type: text/plain; " + b';a="' * 60_000 + b"\r\n\r\nx\r\n",
        HEAD + b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\nx\r\n",
        HEAD + b"References: " + b"<" * 100_000 + b"\r\n\r\nx\r\n",
        b"From: " + b"(" * 100_000 + b"\r\n\r\nx\r\n",
        HEAD + b"Date: " + b"1 " * 50_000 + b"\r\n\r\nx\r\n",
        HEAD + b"Authentication-Results: x; " + b"dmarc=" * 30_000 + b"\r\n\r\nx\r\n",
        HEAD + b"\r\n" + b"x" * 5_000_000,
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 150 + b"--b" * 100_000,
    ],
    ids=["parameters", "words", "ids", "comments", "date", "results", "line", "boundaries"],
)
def test_what_was_made_to_take_long_does_not(data):
    began = time.monotonic()
    read_headers(data)
    read_letter(data)
    assert time.monotonic() - began < 5


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_in_any_charset_are_some_text(data, charset):
    assert isinstance(decode(data, charset), str)


@given(st.text(max_size=400))
def test_any_header_is_some_line(text):
    assert "\n" not in decode_words(text)


MAILS = [
    write("We see the same.\n\nOn Mon, 3 Mar 2025 at 10:11, X <x@y.z> wrote:\n> What?\n", message_id="<a@b>"),
    write("Plain", html="<p>Rich</p>", files=[("a.pdf", PDF, "application/pdf")], message_id="<b@b>"),
    HEAD
    + multipart(
        multipart(TEXT, kind="alternative", boundary=b"b2"), b"Content-Type: image/png\r\n\r\nx", boundary=b"b1"
    ),
]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(MAILS),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6)), max_size=12),
    st.integers(0, 3000),
)
def test_a_mutated_mail_is_never_a_fault_and_never_a_post_elsewhere(
    come_in, thread, to_thread, member, mail, changes, cut
):
    data = bytearray(mail)
    for place, piece in changes:
        at = place % max(len(data), 1)
        data[at : at + len(piece)] = piece
    before = Post.objects.count()
    try:
        came = come_in(bytes(data[: cut or None]), to_thread)
    except TurnedAway as away:
        assert away.reply[:3] in {"550", "554", "451"}
        assert Post.objects.count() == before
        return
    assert came.reason != Reason.FAILED
    assert Thread.objects.count() == 1
    made = Post.objects.filter(number__gt=1).exclude(thread=thread)
    assert not made.exists()
    assert not Post.objects.filter(number__gt=1).exclude(author=member).exists()
    Incoming.objects.all().delete()


def test_a_mail_to_an_address_of_anothers_is_anothers(come_in, thread, to_thread, lead):
    """Somebody has the address of another: with their own sender they speak for nobody, until that other says so."""
    mail = come_in(write("Hello.", sender="member@example.org"), reply_address(lead.pk, thread.pk))
    assert (mail.state, mail.person) == (State.HELD, lead)
    assert thread.posts.count() == 1
