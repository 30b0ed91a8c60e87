"""Letters as bytes: what a mail program reads is what was written, whatever stands in it, and headers stay headers."""

import base64
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMultiAlternatives

from core.wire_mail import LetterMessage

TEXTS = {
    "plain": "Two lines\nof words.\n",
    "accents": "Où sont les réponses ?\nVoilà.\n",
    "arabic": "ما الجديد في مجموعاتك\n" * 40,
    "long lines": "word " * 900 + "\n",
    "long word": "x" * 3000 + "\n",
    "mixed ends": "one\r\ntwo\rthree\nfour – five",
    "dots and signs": ".\n..\nFrom here =3D = on\n  spaces at the end  \n\ttab\t\n",
    "signs of other planes": "👍🏽 and 𝒜\n",
    "end of page": "a\x0cb\u2028c\n",
}
HEADERS = {
    "List-Unsubscribe": f"<https://alliance.example/letters/stop/a-5-0.{'q' * 90}/>",
    "References": f"<{'a' * 40}@alliance.example> <{'b' * 40}@alliance.example>",
    "Message-ID": f"<{'c' * 40}@alliance.example>",
    "Auto-Submitted": "auto-generated",
}


def made(kind, text, subject="News", headers=HEADERS, to="member@example.org"):
    message = kind(subject, text, "Alliance <no-reply@alliance.example>", [to], headers=dict(headers))
    message.attach_alternative(f"<p>{text}</p>", "text/html")
    return message


@pytest.mark.parametrize("line_ends", [policy.default, policy.SMTP], ids=["file", "smtp"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_mail_program_reads_what_the_library_would_have_written(name, line_ends):
    ours, theirs = (
        message_from_bytes(
            made(kind, TEXTS[name]).message(policy=line_ends).as_bytes(policy=line_ends), policy=policy.default
        )
        for kind in (LetterMessage, EmailMultiAlternatives)
    )
    for part in ("plain", "html"):
        one, other = (message.get_body((part,)).get_content() for message in (ours, theirs))
        assert one.splitlines() == other.splitlines()
    for header in ("Subject", "From", "To", *HEADERS):
        assert " ".join(str(ours[header]).split()) == (HEADERS | dict(theirs.items()))[header]
    assert ours.get_content_type() == "multipart/alternative" and not ours.defects


@pytest.mark.parametrize("name", TEXTS)
def test_every_line_is_one_that_mail_servers_take(name):
    data = made(LetterMessage, TEXTS[name]).message(policy=policy.SMTP).as_bytes()
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_link_that_stops_letters_stands_in_one_piece_and_ids_in_lines():
    data = made(LetterMessage, "words").message().as_bytes().decode()
    assert f"\nList-Unsubscribe: {HEADERS['List-Unsubscribe']}\n" in data
    first, second = HEADERS["References"].split()
    assert f"\nReferences: {first}\n {second}\n" in data


@pytest.mark.parametrize("subject", ["Où en est-on ?", "أخبار", "two  spaces", "x" * 300, "word " * 60])
def test_a_subject_is_read_as_it_was_written(subject):
    subject = subject.strip()
    read = message_from_bytes(made(LetterMessage, "words", subject).message().as_bytes(), policy=policy.default)
    assert read["Subject"] == subject


@pytest.mark.parametrize("value", ["a\nBcc: x@example.org", "a\r\nBcc: x@example.org", "a\rBcc: x@example.org"])
def test_nothing_makes_a_header_of_its_own(value):
    with pytest.raises(ValueError):
        made(LetterMessage, "words", value).message().as_bytes()
    with pytest.raises(ValueError):
        made(LetterMessage, "words", headers={"X-Note": value}).message().as_bytes()


def test_a_name_that_is_not_plain_is_encoded():
    message = LetterMessage("News", "words", "no-reply@alliance.example", ["member@example.org"])
    message.extra_headers["From"] = "Alliance für Häfen <no-reply@alliance.example>"
    data = message.message().as_bytes()
    assert data.isascii()
    assert message_from_bytes(data, policy=policy.default)["From"] == message.extra_headers["From"]


def test_texts_without_latin_letters_are_the_shorter_for_it():
    data = made(LetterMessage, TEXTS["arabic"]).message().as_bytes()
    assert base64.b64encode(TEXTS["arabic"].encode())[:60] in data
