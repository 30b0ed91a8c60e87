"""An archive of a mailing list becomes threads: with its dates, its people or their names, once, whatever its size."""

import base64
import io
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import ARCHIVE, User
from core.models import AuditEntry
from discussions.mail.archives import Report
from discussions.mail.archives.importing import LARGEST, MOST_WORDS, _batches, _letters
from discussions.mail.archives.mbox import MOST_OF_A_PART, mails_in
from discussions.mail.models import Archived
from discussions.models import Post, Thread
from groups.models import History
from notifications.models import Notice

DAY = datetime(2019, 3, 4, 9, 0, tzinfo=UTC)


def old(number, text, *, sender="Anna Smith <anna@list.example>", subject="Wages", answers=None, at=None, head=""):
    """Return one mail as it stands in an mbox."""
    at = at or DAY + timedelta(hours=number)
    lines = [
        f"From {sender.partition('<')[2].strip('>') or 'x'} {at:%a %b %d %H:%M:%S %Y}",
        f"From: {sender}",
        f"Date: {format_datetime(at)}",
        f"Subject: {subject}",
        f"Message-ID: <{number}@list.example>",
    ]
    lines += [f"In-Reply-To: <{answers}@list.example>"] if answers else []
    lines += [head] if head else []
    return "\n".join([*lines, "", text, "", ""]).encode()


@pytest.fixture
def archive(tmp_path):
    def keep(*mails, name="list.mbox"):
        path = tmp_path / name
        path.write_bytes(b"".join(mails))
        return str(path)

    return keep


def take(path, *options, group="supply-chains"):
    out = io.StringIO()
    call_command("import_mbox", path, "--group", group, *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


TALK = (
    old(1, "What is paid?"),
    old(2, "Two a day.", sender="member@example.org", answers=1, subject="Re: Wages"),
    old(
        3, "Three here.\n\nOn Mon, 4 Mar 2019 at 11:00, X <x@y.z> wrote:\n> Two a day.", answers=2, subject="AW: Wages"
    ),
    old(4, "Other matter.", sender='"Böll, Jo" <jo@list.example>', subject="Minutes"),
    old(5, "By its subject.", subject="Re: Minutes"),
    old(6, "A year later.", subject="Re: Minutes", at=DAY + timedelta(days=400)),
)


def test_mails_become_threads(client, archive, supply_chains, member, weavers, lead):
    said = take(archive(*TALK))

    assert "6 mails in the archive." in said
    assert "6 were taken in as posts, 3 threads were begun." in said
    wages, minutes, later = Thread.objects.order_by("created_at")
    assert (wages.title, minutes.title, later.title) == ("Wages", "Minutes", "Minutes")
    posts = list(wages.posts.order_by("number"))
    assert [post.body for post in posts] == ["What is paid?", "Two a day.", "Three here."]
    assert [post.created_at for post in posts] == [DAY + timedelta(hours=n) for n in (1, 2, 3)]
    assert [post.reply_to_id for post in posts] == [None, posts[0].pk, posts[1].pk]
    assert (posts[1].author, posts[1].organisation, posts[1].function) == (member, weavers, "Research officer")
    assert (posts[0].author_id, posts[0].organisation, posts[0].function) == (ARCHIVE, None, "Anna Smith")
    assert [post.body for post in minutes.posts.order_by("number")] == ["Other matter.", "By its subject."]
    assert AuditEntry.objects.filter(verb="archive.imported").count() == 1
    assert Notice.objects.count() == 0


def test_who_has_no_account_is_shown_by_name_inside_the_group_only(client, archive, supply_chains, lead, stranger):
    supply_chains.read = "public"
    supply_chains.save()
    take(archive(*TALK))
    thread = Thread.objects.get(title="Wages")
    client.force_login(lead)
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "Anna Smith" in page
    assert "by mail list archive" in page
    assert "From a mailing list" in page
    assert "anna@list.example" not in page
    assert "Anna Smith" in client.get("/groups/supply-chains/threads/").content.decode() + page
    found = client.get("/search/?q=paid").content.decode()
    assert "What is" in found
    client.logout()
    for reader in (None, stranger):
        if reader:
            client.force_login(reader)
        page = client.get(thread.get_absolute_url()).content.decode()
        assert "What is paid?" in page
        assert "Anna Smith" not in page
        assert "somebody on the mailing list" in page


def test_nobody_can_be_them(client, archive, supply_chains):
    take(archive(*TALK))
    nobody = User.objects.get(pk=ARCHIVE)
    assert not nobody.is_active
    assert not nobody.has_usable_password()
    assert client.get(f"/people/{ARCHIVE}/").status_code == 404


def test_nothing_of_it_is_unread(client, archive, supply_chains, lead):
    take(archive(*TALK))
    client.force_login(lead)
    assert "No thread matches" in client.get("/groups/supply-chains/threads/?unread=1").content.decode()


def test_a_second_time_nothing_comes_twice_and_a_longer_one_goes_on(archive, supply_chains):
    take(archive(*TALK[:4]))
    said = take(archive(*TALK))
    assert "4 were there already." in said
    assert Post.objects.count() == 6
    assert "6 were there already." in take(archive(*TALK))
    assert (Post.objects.count(), Archived.objects.count()) == (6, 6)


def test_a_dry_run_says_the_same_and_writes_nothing(archive, supply_chains):
    path = archive(*TALK, old(7, "", subject="Empty"), old(8, "Bounce", sender="MAILER-DAEMON@list.example"))
    dry = take(path, "--dry-run")
    assert (Post.objects.count(), Thread.objects.count(), Archived.objects.count()) == (0, 0, 0)
    assert not User.objects.filter(pk=ARCHIVE).exists()
    assert "6 would be taken in as posts, 3 threads would be begun." in dry
    assert "1 refused: nothing is written in it." in dry
    assert "1 refused: from a mail server." in dry
    assert "     4 anna@list.example" in dry
    done = take(path)
    assert dry.replace("would be", "were").splitlines()[:-1] == done.splitlines()[:-1]


def test_dates_that_cannot_be_and_large_mails_are_refused(archive, supply_chains, monkeypatch):
    monkeypatch.setattr("discussions.mail.archives.importing.LARGEST", 5_000)
    future = datetime.now(UTC) + timedelta(days=2)
    said = take(archive(old(1, "Soon", at=future), old(2, "long " * 2_000), old(3, "Fine.")))
    assert "1 refused: no date, or one that cannot be." in said
    assert "1 refused: larger than 25 MB." in said
    assert [post.body for post in Post.objects.all()] == ["Fine."]


def test_numbers_that_look_like_ours_mention_nobody(archive, supply_chains, lead):
    take(archive(old(1, f"Ask @[{lead.pk}] about it")))
    assert "data-person" not in Post.objects.get().html
    assert Notice.objects.count() == 0


def test_posts_of_an_archive_are_nobodys_to_edit_and_a_leads_to_delete(client, archive, supply_chains, lead, member):
    take(archive(*TALK))
    thread = Thread.objects.get(title="Wages")
    client.force_login(lead)
    assert client.get(f"{thread.get_absolute_url()}posts/1/edit/").status_code == 404
    client.post(f"{thread.get_absolute_url()}posts/1/delete/", {"reason": "Names somebody."})
    assert thread.posts.get(number=1).is_deleted


def test_a_group_that_hides_its_past_is_asked_for(archive, supply_chains):
    supply_chains.history = History.FROM_JOINING
    supply_chains.save()
    path = archive(*TALK)
    with pytest.raises(CommandError, match="before they joined"):
        take(path)
    assert Post.objects.count() == 0
    assert "before they joined" in take(path, "--dry-run")
    take(path, "--hidden-past")
    assert Post.objects.count() == 6
    with pytest.raises(CommandError, match="no open group"):
        take(path, group="nowhere")


def test_lines_that_begin_with_from_are_no_mails():
    text = (
        b"From a@b Mon Mar  4 09:00:00 2019\nSubject: x\n\nBody\n>From here\nFrom there on\n\nFrom now on it is 2019\n"
    )
    assert next(mails_in(io.BytesIO(text), 1000)).endswith(b"From here\nFrom there on\n\n")
    assert list(mails_in(io.BytesIO(b"no mbox at all\n" * 10), 1000)) == []
    assert list(mails_in(io.BytesIO(b""), 1000)) == []


def test_any_bytes_at_all_are_an_archive_of_something(archive, supply_chains):
    noise = random.Random(3)
    for _ in range(30):
        mails = [
            old(n, "Words", head=noise.choice(["", "Content-Type: multipart/mixed", "Date: no", "From: two"]))
            for n in range(3)
        ]
        data = bytearray(b"".join(mails))
        for _ in range(20):
            data[noise.randrange(len(data))] = noise.randrange(256)
        said = take(archive(bytes(data)), "--dry-run")
        assert "mails in the archive" in said


def generate(path, megabytes):
    """Write an archive of so many megabytes, mail by mail."""
    filler = ("Of what was said much is said again, and some of it is new. " * 150 + "\n") * 3
    with open(path, "wb") as file:
        number = 0
        while file.tell() < megabytes * 1024 * 1024:
            number += 1
            answers = number - 1 if number % 5 else None
            file.write(
                old(
                    number,
                    f"{number} {filler[:9000]}",
                    subject=f"Matter {number // 5}",
                    answers=answers,
                    at=DAY + timedelta(minutes=number),
                )
            )
    return number


def with_file(number, megabytes):
    """Return a mail with a file of so many megabytes as programs write it, and a text before and after it."""
    line = base64.b64encode(bytes(range(57))) + b"\n"
    parts = [
        b"Content-Type: text/plain\n\nThe budget is enclosed.\n",
        b"Content-Type: application/pdf; name=budget.pdf\nContent-Disposition: attachment; filename=budget.pdf\n"
        b"Content-Transfer-Encoding: base64\n\n" + line * (megabytes * 1024 * 1024 // len(line)),
        b"Content-Type: text/plain\n\nKind regards from the list.\n",
    ]
    mixed = b"".join(b"--edge\n" + part for part in parts) + b"--edge--\n\n"
    head = old(number, "", head="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=edge").rstrip(b"\n")
    return head + b"\n\n" + mixed


def test_of_large_files_no_more_is_kept_than_a_text_could_be(archive, supply_chains):
    data = with_file(1, 12)
    (mail,) = mails_in(io.BytesIO(data), LARGEST)
    assert len(mail) < MOST_OF_A_PART + 2_000 < len(data)
    said = take(archive(data, with_file(2, 30), with_file(3, 1)))
    assert "2 files were left out; posts name them." in said and "1 refused: larger than 25 MB." in said
    for post in Post.objects.all():
        assert post.body.startswith("The budget is enclosed.") and "Kind regards" in post.body
        assert post.body.endswith("[budget.pdf]")


def test_mails_that_wait_to_be_taken_in_together_hold_no_files_and_few_words():
    report = Report()
    (batch,) = _batches(_letters(iter([with_file(number, 1) for number in range(5)]), report))
    assert [one.name for letter in batch for one in letter.enclosures] == ["budget.pdf"] * 5
    assert {one.data for letter in batch for one in letter.enclosures} == {b""}
    assert {str(letter.headers).strip() for letter in batch} == {""}
    long = [old(number, "word " * 70_000) for number in range(30)]
    sizes = [len(some) for some in _batches(_letters(iter(long), report))]
    assert sum(sizes) == 30 and max(sizes) == -(-MOST_WORDS // 350_002)


def test_memory_does_not_grow_with_the_archive(tmp_path):
    """Read two archives of which one is ten times the other, each in a process of its own."""
    peaks = []
    for megabytes in (3, 30):
        path = tmp_path / f"{megabytes}.mbox"
        generate(path, megabytes)
        reads = (
            "import resource, sys; from pathlib import Path; import django; "
            "sys.path[:0] = ['.', 'platform']; django.setup(); "
            "from discussions.mail.archives.mbox import mails_in, open_archive; "
            "count = sum(1 for _ in mails_in(open_archive(Path(sys.argv[1])), 25_000_000)); "
            "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-c", reads, str(path)]
        run = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=settings.BASE_DIR, env=environment
        )
        peaks.append(int(run.stdout.split()[1]))
    assert peaks[1] - peaks[0] < 10
