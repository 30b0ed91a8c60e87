"""Bad mail, one row each: what comes of it. Refused or kept with a trace, never a fault, never a post in the wrong place."""

# ruff: noqa: E501 - mails stand here as they come

import base64

import pytest
from django.utils import timezone

from discussions.addresses import answer_address, reply_address, start_address
from discussions.mail.models import Incoming, Reason, State
from discussions.mail.services import TurnedAway
from discussions.models import Post, Thread
from groups.documents.models import Document
from groups.models import Membership, Participant
from partners.models import Affiliation, Organisation
from tests.mail_in.conftest import PDF, write
from tests.mail_in.test_hostile import HEAD, TEXT, multipart

POSTED, REFUSED, HELD = State.POSTED, State.REFUSED, State.HELD
EMPTY, UNREADABLE, TOO_LONG = Reason.EMPTY, Reason.UNREADABLE, Reason.TEXT


def part(kind, words, **headers):
    """One part of a mail; `headers` by their names, with `_` for `-`."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    data = words if isinstance(words, bytes) else words.encode()
    return f"Content-Type: {kind}\r\n{more}\r\n".encode() + data + b"\r\n"


def plain(words, kind="text/plain; charset=utf-8", **headers):
    """A mail of one part."""
    return HEAD + part(kind, words, **headers)


def packed(words, charset):
    return base64.b64encode(words.encode(charset)).decode()


def html(words):
    return plain(words, "text/html; charset=utf-8")


TNEF = b"x\x9f>\x22" + b"\x01" * 60
DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(60))
BASE64 = {"Content_Transfer_Encoding": "base64"}
BEFORE = "<div class='gmail_attr'>On Mon, 3 Mar 2025 at 10:11, Groups &lt;a@mail.example.org&gt; wrote:<br></div>"
OUTLOOK = (
    "<b>From:</b> Groups<br><b>Sent:</b> Monday, March 3, 2025 10:11 AM<br><b>To:</b> Marco<br><b>Subject:</b> Cocoa"
)
OURS = "<p>=-=-= Write your answer above this line =-=-=</p><p>Lina Okafor wrote in “Cocoa prices”:</p><p>What do you see?</p>"

# name -> the mail, what became of it, why, and the words of the post.
MAILS = {
    # Malformed MIME
    "headers that never end": (HEAD.rstrip(), REFUSED, EMPTY, None),
    "a line among the headers that is none": (HEAD + b"no header at all\r\n\r\nWords.\r\n", POSTED, "", "no header at all\n\nWords."),
    "bare line feeds": (HEAD.replace(b"\r", b"") + b"\nWords.\n", POSTED, "", "Words."),
    "bare carriage returns": (HEAD.replace(b"\n", b"") + b"\rWords.\r", POSTED, "", "Words."),
    "a boundary that is never used": (plain("No parts.", "multipart/mixed; boundary=b"), REFUSED, EMPTY, None),
    "an empty boundary": (plain("--\r\n\r\nWords.", 'multipart/mixed; boundary=""'), POSTED, "", "Words."),
    "the end before the beginning": (plain("--b--\r\n--b\r\n\r\nWords.", "multipart/mixed; boundary=b"), REFUSED, EMPTY, None),
    "two types": (HEAD + b"Content-Type: text/plain\r\n" + part("text/html", "Words."), POSTED, "", "Words."),
    "text that says it is a picture": (plain("Words.", "image/png"), REFUSED, EMPTY, None),
    "base64 that is text": (plain("Plain words, no base64!", **BASE64), POSTED, "", "Plain words, no base64!"),
    "base64 with a foot of plain text": (
        plain(packed("We see it too.", "utf-8") + "\r\n-- \r\nThis mail was checked for viruses.", **BASE64), POSTED, "", "We see it too.",
    ),
    "long base64 with a foot of plain text": (
        plain(base64.encodebytes(b"We see it too, all of us who buy there.").decode() + "\r\nList of the alliance: leave it", **BASE64),
        POSTED, "", "We see it too, all of us who buy there.",
    ),
    "an encoding of nobody's": (plain("Words.", Content_Transfer_Encoding="uuencode; x"), POSTED, "", "Words."),
    "a mail within, and no words": (plain(write("Not mine."), "message/rfc822"), REFUSED, EMPTY, None),
    "a piece of a mail": (plain("Words.", 'message/partial; id="a"; number=1; total=9'), REFUSED, EMPTY, None),
    "a mail that is elsewhere": (plain("Words.", 'message/external-body; access-type=URL'), REFUSED, EMPTY, None),
    "a name in three encodings": (
        HEAD + multipart(TEXT, part("application/pdf; name*0*=x''%", PDF, Content_Disposition="attachment; filename*=utf-9'")),
        POSTED, "", "The words.",
    ),
    # Wrong charsets
    "latin-1 that is windows": (plain(b"\x80 100 \x96 \x93paid\x94", "text/plain; charset=iso-8859-1"), POSTED, "", "€ 100 – “paid”"),
    "utf-16": (plain(packed("Café", "utf-16"), "text/plain; charset=utf-16", **BASE64), POSTED, "", "Café"),
    "utf-16 that is utf-8": (plain("Plain words.", "text/plain; charset=utf-16"), POSTED, "", "Plain words."),
    "koi8-r": (plain("Да, видим.".encode("koi8-r"), "text/plain; charset=koi8-r"), POSTED, "", "Да, видим."),
    "gb2312 with signs of gbk": (plain("朱镕基".encode("gbk"), "text/plain; charset=gb2312"), POSTED, "", "朱镕基"),
    "utf-8 that is cut": (plain("Café".encode()[:-1]), POSTED, "", "CafÃ"),
    "a charset that runs something": (plain("Words.", "text/plain; charset=zlib_codec"), POSTED, "", "Words."),
    "a charset as long as a mail": (plain("Words.", f"text/plain; charset={'x' * 3000}"), POSTED, "", "Words."),
    "signs that are no letters": (plain("A\x00B\x1b[1m \x85C"), POSTED, "", "AB[1m C"),
    # Nested multiparts
    "alternatives in what belongs together in a mixture": (
        HEAD + multipart(
            multipart(
                multipart(TEXT, part("text/html", "<p>Other.</p>"), kind="alternative", boundary=b"b3"),
                kind="related", boundary=b"b2",
            ),
        ),
        POSTED, "", "The words.",
    ),
    "a boundary that begins like another": (
        HEAD + multipart(multipart(TEXT, boundary=b"b1x"), part("text/plain", "And more.")), POSTED, "", "The words.\n\nAnd more.",
    ),
    "a boundary within itself": (HEAD + multipart(multipart(TEXT)), POSTED, "", "The words."),
    "sixty deep": (HEAD + DEEP + b"\r\nWords.\r\n", REFUSED, UNREADABLE, None),
    "three hundred parts": (HEAD + multipart(*[TEXT] * 300), REFUSED, UNREADABLE, None),
    "a digest of mails": (HEAD + multipart(part("message/rfc822", write("Theirs.")), kind="digest"), REFUSED, EMPTY, None),
    # TNEF
    "winmail.dat alone": (plain(TNEF, "application/ms-tnef; name=winmail.dat"), REFUSED, EMPTY, None),
    "winmail.dat beside words": (HEAD + multipart(TEXT, part("application/vnd.ms-tnef; name=winmail.dat", TNEF)), POSTED, "", "The words."),
    "winmail.dat by its name": (
        HEAD + multipart(TEXT, part("application/octet-stream", TNEF, Content_Disposition="attachment; filename=WINMAIL.DAT")),
        POSTED, "", "The words.",
    ),
    # Huge
    "a million lines": (plain(b"\n" * 1_100_000), REFUSED, UNREADABLE, None),
    "longer than a post": (plain("word " * 5000), REFUSED, TOO_LONG, None),
    # Empty
    "headers alone": (HEAD + b"\r\n", REFUSED, EMPTY, None),
    "signs that are not seen": (plain("\u00a0\u200b\ufeff \u2060\r\n\u00ad"), REFUSED, EMPTY, None),
    "an empty file alone": (HEAD + multipart(part("application/pdf; name=a.pdf", "")), REFUSED, EMPTY, None),
    # HTML only
    "html": (html("<p>We <b>see</b> it.</p><ul><li>One</ul>"), POSTED, "", "We **see** it.\n\n- One"),
    "html that says nothing": (html("<p>&nbsp;</p><br><img src='https://x.example/pixel'>"), REFUSED, EMPTY, None),
    "html that runs": (
        html("<script>alert(1)</script><p onclick=x>Words <a href='javascript:alert(1)'>here</a>.</p>"), POSTED, "", "Words here.",
    ),
    "html that never ends": (html("<div><p>Words <b>and <i>more"), POSTED, "", "Words **and *more***"),
    "html that is only quoted": (html(f"<br><div class='gmail_quote'>{BEFORE}<blockquote>{OURS}</blockquote></div>"), REFUSED, EMPTY, None),
    "html that is only quoted without a sign": (html(f"<div id='divRplyFwdMsg'>{OUTLOOK}</div><div>{OURS}</div>"), REFUSED, EMPTY, None),
    "html of a hundred thousand tags": (html("<b>" * 100_000 + "Words."), POSTED, "", "Words."),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_what_comes_of_it(come_in, thread, to_thread, member, mailoutbox, name):
    data, state, reason, body = MAILS[name]
    mail = come_in(data, to_thread)
    assert (mail.state, mail.reason) == (state, reason)
    assert [(one.body, one.author) for one in thread.posts.filter(number__gt=1)] == ([(body, member)] if body else [])
    assert (Thread.objects.count(), Document.objects.count()) == (1, 0)
    if state == REFUSED:
        assert [letter.to for letter in mailoutbox] == [[member.email]]
        assert len(mail.said) > 20


def test_files_packed_for_one_program_are_named_to_who_sent_them(come_in, thread, to_thread, mailoutbox):
    for name in ("winmail.dat alone", "winmail.dat beside words", "winmail.dat by its name"):
        mailoutbox.clear()
        Incoming.objects.all().delete()
        come_in(MAILS[name][0], to_thread)
        assert "winmail.dat" in mailoutbox[0].body, name
        assert "as HTML or plain text" in mailoutbox[0].body, name


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"", "554 5.6.0"),
        (b"\r\n\r\n\r\n", "554 5.6.0"),
        (HEAD + b"\r\n" + b"x" * 2_000_000, "552 5.3.4"),
        (b"X-Long: " + b"y" * 300_000 + b"\r\n" + HEAD + b"\r\nWords.\r\n", "554 5.6.0"),
        (b"".join(b"X-%d: y\r\n" % n for n in range(700)) + HEAD + b"\r\nWords.\r\n", "554 5.6.0"),
    ],
    ids=["nothing", "empty lines", "a huge one", "a huge header", "too many headers"],
)
def test_what_is_huge_or_nothing_is_turned_away_while_the_other_server_waits(
    come_in, thread, to_thread, settings, data, reply
):
    settings.MAIL_IN_MAX_SIZE = 1024**2
    with pytest.raises(TurnedAway) as away:
        come_in(data, to_thread)
    assert away.value.reply.startswith(reply)
    assert (Incoming.objects.count(), thread.posts.count()) == (0, 1)


# name -> the line, or lines, that say who wrote it; none is an address of the member's.
FORGED = {
    "nobody": "Subject: x",
    "an empty address": "From: <>",
    "two lines": "From: member@example.org\r\nFrom: thief@evil.example",
    "two addresses": "From: member@example.org, thief@evil.example",
    "their address as the name": 'From: "member@example.org" <thief@evil.example>',
    "their address as a remark": "From: thief@evil.example (member@example.org)",
    "their address in encoded words": "From: =?utf-8?q?member=40example=2Eorg?= <thief@evil.example>",
    "a group of addresses": "From: member@example.org: thief@evil.example;",
    "a longer domain": "From: member@example.org.evil.example",
    "a shorter domain": "From: member@example",
    "a tag": "From: member+x@example.org",
    "a letter that looks the same": "From: mеmber@example.org",
    "a sign in it that databases refuse": "From: mem\x00ber@example.org",
    "a route": "From: <@evil.example:member@example.org>, thief@evil.example",
    "another line that says so": "From: thief@evil.example\r\nSender: member@example.org\r\nReply-To: member@example.org",
}


@pytest.mark.parametrize("name", FORGED)
def test_who_is_not_known_as_the_sender_speaks_for_nobody(come_in, thread, to_thread, member, mailoutbox, name):
    mail = come_in(f"{FORGED[name]}\r\nMessage-ID: <1@x>\r\n\r\nWords.\r\n".encode(), to_thread)
    assert (mail.state, mail.reason, mail.person) == (HELD, Reason.SENDER, member)
    assert Post.objects.count() == 1
    (letter,) = mailoutbox
    assert letter.to == [member.email]
    assert "Words." not in letter.body


def test_an_address_that_differs_by_one_sign_is_nobodys(come_in, thread, to_thread):
    local, _, domain = to_thread.partition("@")
    for place, sign in enumerate(local):
        other = "b" if sign == "a" else "a"
        with pytest.raises(TurnedAway) as away:
            come_in(write("Altered."), f"{local[:place]}{other}{local[place + 1 :]}@{domain}")
        assert away.value.reply == "550 5.1.1 No such address here", place
    for near in (f"{local}@evil.example", f"{local}a@{domain}", local, f"{local}@", f"{local}%x@{domain}"):
        with pytest.raises(TurnedAway):
            come_in(write("Altered."), near)
    assert (Incoming.objects.count(), Post.objects.count()) == (0, 1)


def test_servers_that_fold_case_alter_nothing(come_in, thread, to_thread):
    come_in(write("Words."), f"<{to_thread.upper()}>")
    assert thread.posts.get(number=2).body == "Words."


def test_one_address_does_not_open_another_thread_or_speak_for_another(come_in, thread, lead, member, supply_chains):
    """The signature binds all that stands in the address: pieces of two do not make a third."""
    mine, theirs = reply_address(member.pk, thread.pk), reply_address(lead.pk, thread.pk)
    kinds = answer_address(member.pk, thread.pk), start_address(member.pk, supply_chains.pk)
    for other in (theirs, *kinds):
        signature = other.partition("@")[0].rpartition("-")[2]
        with pytest.raises(TurnedAway):
            come_in(write("Mixed."), f"{mine.partition('@')[0].rpartition('-')[0]}-{signature}@mail.example.org")
    assert Post.objects.count() == 1


def test_what_is_sent_again_is_taken_once_whatever_it_says_now(come_in, thread, to_thread):
    states = [
        come_in(write(words, message_id="<once@example.org>"), to_thread).pk
        for words in ("First.", "Other.", "First.")
    ]
    assert len(set(states)) == 1
    assert [one.body for one in thread.posts.filter(number__gt=1)] == ["First."]


def end_participation(member):
    Participant.objects.filter(user=member).update(ended_at=timezone.now())


def end_membership(member):
    Membership.objects.filter(organisation__affiliations__user=member).update(state="removed", ended_at=timezone.now())


def end_affiliation(member):
    Affiliation.objects.filter(user=member).update(state="ended", ended_at=timezone.now())


def suspend(member):
    Organisation.objects.filter(affiliations__user=member).update(status="suspended")


@pytest.mark.parametrize("end", [end_participation, end_membership, end_affiliation, suspend])
@pytest.mark.parametrize("address", ["to_thread", "to_post", "to_start"])
def test_who_takes_part_no_more_writes_nowhere(come_in, request, thread, member, mailoutbox, end, address):
    to = request.getfixturevalue(address)
    to = to(thread.posts.get()) if callable(to) else to
    end(member)
    mail = come_in(write("Still here?", files=[("a.pdf", PDF, "application/pdf")]), to)
    assert (mail.state, mail.reason) == (REFUSED, Reason.NOT_HERE)
    assert (Post.objects.count(), Thread.objects.count(), Document.objects.count()) == (1, 1, 0)
    (letter,) = mailoutbox
    assert letter.to == [member.email]
    assert "Cocoa" not in letter.subject + letter.body


@pytest.mark.parametrize("end", [end_participation, end_membership, end_affiliation, suspend])
def test_nor_at_the_groups_address_whoever_vouches(come_in, thread, member, to_group, settings, mailoutbox, end):
    settings.MAIL_IN_TRUSTED_SERVER = "mx.example.org"
    vouched = ("Authentication-Results", "mx.example.org; dmarc=pass header.from=example.org")
    end(member)
    with pytest.raises(TurnedAway) as away:
        come_in(write("Still here?", headers=[vouched]), to_group)
    assert away.value.reply.startswith("550 5.7.1")
    assert (Incoming.objects.count(), Thread.objects.count(), mailoutbox) == (0, 1, [])
