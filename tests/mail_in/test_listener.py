"""Mail comes in over SMTP and LMTP, from a pipe, a maildir and a provider: kept before it is acknowledged, relayed nowhere."""

import hashlib
import hmac
import io
import smtplib
import socket
import sys
import time
from email.message import EmailMessage

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from discussions.addresses import reply_address
from discussions.mail import listener
from discussions.mail.models import Incoming, State
from notifications.bounces import bounce_address
from notifications.models import Letter
from tests.mail_in.conftest import PDF, work, write


def test_an_answer_over_smtp_with_a_file(listening, thread, to_thread):
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        data = write("We see the same.", files=[("figures.pdf", PDF, "application/pdf")])
        assert server.sendmail("member@example.org", [to_thread], data) == {}
        # Acknowledged is committed, with the task that reads it.
        assert Incoming.objects.get().state == State.WAITING
        assert DBTaskResult.objects.filter(task_path="discussions.mail.tasks.work_on_mail").count() == 1
        server.sendmail("member@example.org", [to_thread], data)
    work()
    assert thread.posts.count() == 2
    assert "[figures]" in thread.posts.get(number=2).body


def test_nothing_is_relayed(listening, to_thread):
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        for other in (
            "somebody@example.org",
            "somebody@mail.example.org",
            to_thread.replace("mail.", "mail2."),
            f"x{to_thread}",
        ):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                server.sendmail("member@example.org", [other], write("Relay me."))
            assert refused.value.recipients[other][0] == 550
    assert Incoming.objects.count() == 0


def test_a_stranger_is_refused_while_their_server_waits(listening, to_group, mailoutbox):
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail("nobody@evil.example", [to_group], write("Buy!", sender="nobody@evil.example"))
        assert refused.value.smtp_code == 550
        assert b"Not taken as it came" in refused.value.smtp_error
    assert mailoutbox == []


def test_a_mail_that_is_too_large_is_refused(listening, to_thread, settings):
    settings.MAIL_IN_MAX_SIZE = 50_000
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refused:
            server.sendmail("member@example.org", [to_thread], write("long " * 20_000))
        assert refused.value.smtp_code == 552
        server.sendmail("member@example.org", [to_thread], write("Short."))
    assert Incoming.objects.count() == 1


def test_smtp_takes_one_recipient_at_a_time(listening, thread, to_thread, lead):
    other = reply_address(lead.pk, thread.pk)
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        left = server.sendmail("member@example.org", [to_thread, other], write("To both."))
    assert left[other][0] == 452
    assert Incoming.objects.count() == 1


def test_lmtp_answers_for_each_recipient(listening, thread, to_thread, to_group, member, tmp_path):
    class Lmtp(smtplib.LMTP):
        """Reads an answer for each recipient, as the protocol has it; Python's own reads one."""

    with smtplib.LMTP("127.0.0.1", listening("lmtp"), timeout=20) as server:
        server.ehlo_or_helo_if_needed()
        server.mail("nobody@evil.example")
        for recipient in (to_thread, to_group):
            assert server.rcpt(recipient)[0] == 250
        assert server.rcpt("other@example.org")[0] == 550
        server.putcmd("data")
        assert server.getreply()[0] == 354
        data = write("Hello.", sender="nobody@evil.example")
        server.send(smtplib._quote_periods(smtplib._fix_eols(data.decode()).encode()) + b".\r\n")
        codes = [server.getreply()[0], server.getreply()[0]]
        assert codes == [250, 550]
        assert server.noop()[0] == 250
    assert Incoming.objects.get().state == State.WAITING


def test_lmtp_over_a_socket_in_a_folder(listening, thread, to_thread, tmp_path):
    place = str(tmp_path / "mail.sock")
    listening("lmtp", path=place)
    with smtplib.LMTP(place) as server:
        server.sendmail("member@example.org", [to_thread], write("By socket."))
    work()
    assert thread.posts.get(number=2).body == "By socket."


def test_more_connections_than_are_taken_come_later(listening, monkeypatch):
    monkeypatch.setattr(listener, "MOST_CONNECTIONS", 2)
    port = listening("smtp")
    held = [smtplib.SMTP("127.0.0.1", port, timeout=20) for _ in range(2)]
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", port, timeout=20)
    assert refused.value.smtp_code == 421
    for one in held:
        one.quit()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=20).quit()
            break
        except smtplib.SMTPConnectError:
            time.sleep(0.1)
    else:
        pytest.fail("It never took one again.")


def test_who_says_nothing_is_cut_off(listening, monkeypatch):
    monkeypatch.setattr(listener, "TIMEOUT", 0.5)
    with socket.create_connection(("127.0.0.1", listening("smtp")), timeout=20) as connection:
        assert connection.recv(200).startswith(b"220 mail.example.org")
        assert connection.recv(200) == b""


def test_a_connection_that_breaks_in_the_middle_leaves_nothing(listening, thread, to_thread):
    port = listening("smtp")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(
            b"EHLO x\r\nMAIL FROM:<member@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\n" % to_thread.encode()
        )
        connection.sendall(b"From: member@example.org\r\n\r\nHalf a ma")
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.sendmail("member@example.org", [to_thread], write("A whole one."))
    work()
    assert [one.body for one in thread.posts.order_by("number")][1:] == ["A whole one."]


@pytest.mark.parametrize("line", ["a" * 90_000, "é" * 5_000])
def test_lines_as_long_as_some_programs_write_them(listening, thread, to_thread, line):
    data = f"From: member@example.org\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Long</p><!--{line}-->\r\n".encode()
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        server.sendmail("member@example.org", [to_thread], data)
    work()
    assert thread.posts.get(number=2).body == "Long"


def test_a_report_of_a_letter_that_came_back_is_noted(listening, member, settings):
    letter = Letter.objects.create(user=member, state=Letter.State.SENT)
    report = EmailMessage()
    report["From"], report["Subject"] = "MAILER-DAEMON@mx.example.org", "Undelivered Mail"
    report.set_content("It did not arrive.")
    report.make_mixed()
    data = report.as_bytes().replace(b"multipart/mixed", b'multipart/report; report-type="delivery-status"')
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        b"Final-Recipient: rfc822; member@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    )
    boundary = b"--" + data.partition(b'boundary="')[2].partition(b'"')[0]
    data = data.replace(boundary + b"--", boundary + b"\r\n" + status + boundary + b"--")
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        server.sendmail("", [bounce_address(letter)], data)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.sendmail("", [bounce_address(letter).replace("bounce-", "bounce-b")], data)
    letter.refresh_from_db()
    assert (letter.state, letter.fault) == (Letter.State.FAILED, "5.1.1")
    assert Incoming.objects.count() == 0


# --- From a pipe, a maildir, a provider -------------------------------------------------------------------------------


def pipe(monkeypatch, data, *arguments):
    """Give a mail to the command as a mail server pipes it; return with what it ends."""

    class Input:
        buffer = io.BytesIO(data)

    monkeypatch.setattr(sys, "stdin", Input)
    try:
        call_command("ingest_mail", *arguments, stderr=io.StringIO())
    except SystemExit as end:
        return end.code
    return 0


def test_a_mail_from_a_pipe(db, monkeypatch, thread, to_thread, to_group):
    data = write("By pipe.")
    assert pipe(monkeypatch, data, "--to", to_thread, "--from", "member@example.org") == 0
    assert pipe(monkeypatch, data, "--to", to_thread, "--from", "member@example.org") == 0
    work()
    assert thread.posts.count() == 2
    assert pipe(monkeypatch, data, "--to", "nobody@mail.example.org") == 67
    assert pipe(monkeypatch, write("Buy!", sender="x@evil.example"), "--to", to_group) == 77
    assert pipe(monkeypatch, b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n", "--to", to_thread) == 65


def test_to_whom_it_came_stands_in_the_headers_too(db, monkeypatch, thread, to_thread):
    assert pipe(monkeypatch, b"Delivered-To: " + to_thread.encode() + b"\r\n" + write("By header.")) == 0
    work()
    assert thread.posts.get(number=2).body == "By header."
    assert pipe(monkeypatch, write("To nobody of ours.")) == 67


def test_too_many_are_to_be_brought_again(db, monkeypatch, to_thread, settings):
    settings.MAIL_IN_HOURLY = 1
    assert pipe(monkeypatch, write("One."), "--to", to_thread) == 0
    assert pipe(monkeypatch, write("Two."), "--to", to_thread) == 75


def test_a_maildir_is_emptied(db, thread, to_thread, tmp_path):
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "box" / folder).mkdir(parents=True)
    head = b"Delivered-To: " + to_thread.encode() + b"\r\n"
    (tmp_path / "box" / "new" / "1.a").write_bytes(head + write("By maildir."))
    (tmp_path / "box" / "new" / "2.b").write_bytes(write("To nobody."))
    out = io.StringIO()
    call_command("ingest_mail", "--maildir", str(tmp_path / "box"), stdout=out)
    assert out.getvalue() == "1 taken, 1 turned away.\n"
    assert sorted(one.name for one in (tmp_path / "box" / "cur").iterdir()) == ["1.a:2,S", "2.b:2,ST"]
    assert list((tmp_path / "box" / "new").iterdir()) == []
    work()
    assert thread.posts.get(number=2).body == "By maildir."
    with pytest.raises(CommandError, match="no maildir"):
        call_command("ingest_mail", "--maildir", str(tmp_path / "elsewhere"))


KEY = "h" * 40


def post_mail(client, data, to, *, key=KEY, stamp=None, sender="member@example.org", **changed):
    """Post a mail as a provider does."""
    stamp = str(int(time.time()) if stamp is None else stamp)
    said = f"{stamp}\n{sender}\n{to}\n".encode() + data
    headers = {
        "X-Mail-From": sender,
        "X-Mail-To": to,
        "X-Mail-Timestamp": stamp,
        "X-Mail-Signature": hmac.new(key.encode(), said, hashlib.sha256).hexdigest(),
        **changed,
    }
    return client.post("/mail/in/", data, content_type="message/rfc822", headers=headers)


def test_a_provider_posts_a_mail(client, db, thread, to_thread, settings):
    settings.MAIL_IN_HOOK_KEYS = [KEY]
    data = write("By hook.")
    answer = post_mail(client, data, f"{to_thread}, nobody@mail.example.org")
    assert answer.status_code == 200
    replies = answer.json()["recipients"]
    assert replies[to_thread] == "250 2.0.0 Kept"
    assert replies["nobody@mail.example.org"].startswith("550 5.1.1")
    assert post_mail(client, data, to_thread).status_code == 200
    work()
    assert thread.posts.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "x" * 40},
        {"stamp": 0},
        {"X-Mail-Signature": ""},
        {"X-Mail-Signature": "é"},
        {"X-Mail-From": "other@x.y"},
        {"stamp": "9" * 30},
    ],
)
def test_what_is_not_signed_is_nothing(client, db, to_thread, settings, wrong):
    settings.MAIL_IN_HOOK_KEYS = [KEY]
    assert post_mail(client, write("Forged."), to_thread, **wrong).status_code == 401
    assert Incoming.objects.count() == 0


def test_a_provider_is_told_what_is_wrong(client, db, to_thread, settings):
    assert post_mail(client, write("x"), to_thread).status_code == 404
    settings.MAIL_IN_HOOK_KEYS = [KEY]
    settings.MAIL_IN_MAX_SIZE = 1000
    assert post_mail(client, b"x" * 2000, to_thread).status_code == 413
    assert post_mail(client, b"x", "").status_code == 400
    settings.MAIL_IN_HOURLY = 0
    User.objects.all()
    assert post_mail(client, write("later"), to_thread).status_code == 503
