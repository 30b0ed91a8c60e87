"""From an archive to threads: mail by mail, some hundred in a transaction; a kill loses at most these and doubles none."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from typing import IO

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from accounts.models import ARCHIVE, User
from core.audit import record
from core.errors import DomainError
from discussions.mail.archives.mbox import mails_in
from discussions.mail.archives.places import Imagined, Kept, Place, Places, fingerprint
from discussions.mail.parsing import Enclosure, Letter, Unreadable, read_letter
from discussions.mail.parsing.automatic import MAILERS
from discussions.mail.trimming import answer_in, answer_in_html
from discussions.mail.trimming.words import bare_subject
from discussions.models import Thread
from discussions.models.post import BODY_LENGTH
from discussions.models.thread import TITLE_LENGTH
from discussions.services.archiving import OldWord, count_as_read, take_in
from groups.models import Group, Participant
from groups.services.speaking import locked_group

KEYS = uuid.UUID("7d0f1c52-0a64-4f0e-8a0c-5f1a2b3c4d5e")
"""The name space of the keys of posts that come from an archive."""

TOGETHER, MOST_WORDS = 200, 4_000_000
"""How many mails are taken in at once, and with how many characters."""

MOST_SENDERS = 10_000
LARGEST = 25 * 1024 * 1024
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
CUT = "\n\n[…]"


@dataclass
class Report:
    """What an import did, or would do."""

    mails: int = 0
    posts: int = 0
    threads: int = 0
    known: int = 0
    files: int = 0
    cut: int = 0
    by_people: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def saw(self, at: datetime) -> None:
        """Note a mail's date."""
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)


@dataclass(frozen=True)
class _Said:
    author_id: int
    organisation_id: int | None
    function: str


class _Refused(Exception):
    """A mail is no post; the text says why, in the report."""


def import_archive(
    file: IO[bytes], group: Group, *, dry: bool, progress: Callable[[Report], None] = lambda report: None
) -> Report:
    """Take an mbox in as threads of the group, or with `dry` only say what would come of it. Twice gives nothing twice."""
    report = Report()
    with closing(Imagined(group) if dry else Kept(group)) as places:
        _import(file, group, places, report, dry=dry, progress=progress)
    if not dry and report.posts:
        record(None, "archive.imported", group, posts=report.posts, threads=report.threads)
    return report


def _import(
    file: IO[bytes], group: Group, places: Places, report: Report, *, dry: bool, progress: Callable[[Report], None]
) -> None:
    people, nobody = _people(group), None if dry else User.objects.archive()
    for batch in _batches(_letters(mails_in(file, LARGEST), report)):
        with transaction.atomic():
            if nobody is not None:
                locked_group(group.pk, nobody)
            _Batch(group, places, people, report, dry=dry).take(batch)
        progress(report)


def _people(group: Group) -> dict[str, _Said]:
    """Return who takes part in the group and for whom they speak, by each of their verified addresses."""
    seats = (
        Participant.objects.taking_part()
        .filter(membership__group=group)
        .select_related("membership", "affiliation")
        .order_by("membership__organisation__name")
    )
    by_user: dict[int, _Said] = {}
    for seat in seats:
        said = _Said(seat.user_id, seat.membership.organisation_id, seat.affiliation.function)
        by_user.setdefault(seat.user_id, said)
    addresses = EmailAddress.objects.filter(user__in=by_user, verified=True).values_list("email", "user_id")
    return {email.lower(): by_user[user] for email, user in addresses}


def _letters(mails: Iterator[bytes | None], report: Report) -> Iterator[Letter]:
    """Give the mails that can be read, and count those that cannot."""
    for data in mails:
        report.mails += 1
        if data is None:
            report.refused["larger than 25 MB"] += 1
            continue
        try:
            yield _without_files(read_letter(data))
        except Unreadable as error:
            report.refused[f"cannot be read: {error}"] += 1


def _without_files(letter: Letter) -> Letter:
    """Return what is needed of a letter: of its files the names alone, and nothing of how it came."""
    names = [Enclosure(one.name, b"") for one in letter.enclosures]
    return replace(letter, headers=Message(), enclosures=names)


def _batches(letters: Iterator[Letter]) -> Iterator[list[Letter]]:
    """Give the letters some hundred at a time, fewer where they are long."""
    batch: list[Letter] = []
    words = 0
    for letter in letters:
        batch.append(letter)
        words += len(letter.text) + len(letter.html)
        if len(batch) == TOGETHER or words >= MOST_WORDS:
            yield batch
            batch, words = [], 0
    if batch:
        yield batch


@dataclass
class _Batch:
    """Some hundred mails, in one transaction."""

    group: Group
    places: Places
    people: dict[str, _Said]
    report: Report
    dry: bool
    begun: set[int] = field(default_factory=set)
    threads: dict[int, Thread] = field(default_factory=dict)

    def take(self, letters: list[Letter]) -> None:
        """Take each mail in."""
        for letter in letters:
            try:
                self._take(letter)
            except _Refused as refused:
                self.report.refused[str(refused)] += 1
            except DomainError as refused:
                self.report.refused[refused.message] += 1
        if not self.dry:
            count_as_read(self.group, self.begun)

    def _take(self, letter: Letter) -> None:
        if MAILERS.match(letter.sender):
            raise _Refused("from a mail server")
        at = letter.date
        if at is None or not EARLIEST <= at <= timezone.now():
            raise _Refused("no date, or one that cannot be")
        said = self.people.get(letter.sender)
        body, was_cut = _body(letter)
        identity = (
            letter.message_id or hashlib.sha256(f"{at} {letter.sender} {letter.subject} {body}".encode()).hexdigest()
        )
        digest = fingerprint(identity)
        found = self.places.of([digest, *map(fingerprint, letter.references)])
        if digest in found:
            self.report.known += 1
            return
        subject = bare_subject(letter.subject)
        answered = next((found[one] for one in map(fingerprint, reversed(letter.references)) if one in found), None)
        is_answer = bool(letter.references) or subject != " ".join(letter.subject.split())
        place = answered or (self.places.by_subject(fingerprint(subject), at) if is_answer and subject else None)
        word = OldWord(
            author_id=said.author_id if said else ARCHIVE,
            organisation_id=said.organisation_id if said else None,
            function=said.function if said else (_name(letter) or "")[:120],
            title=Truncator(subject or " ".join(body.split())).chars(TITLE_LENGTH),
            body=body,
            at=at,
            key=uuid.uuid5(KEYS, f"{self.group.pk} {digest}"),
        )
        new = self._write(word, place, number=answered.number if answered else None)
        self.places.add(digest, fingerprint(subject), new, at)
        self._count(letter, place, said, at, was_cut=was_cut)

    def _write(self, word: OldWord, place: Place | None, *, number: int | None) -> Place:
        """Write the post and say where it is; a dry run numbers threads downwards, so that none is taken for a real one."""
        if self.dry:
            return Place(place.thread if place else -1 - self.report.threads, place.number + 1 if place else 1)
        thread = self._thread(place.thread) if place else None
        # A fault in one mail undoes that mail alone.
        with transaction.atomic():
            post = take_in(self.group, word, thread=thread, answers=number)
        self.threads[post.thread_id] = post.thread
        if thread is None:
            self.begun.add(post.thread_id)
        return Place(post.thread_id, post.number)

    def _thread(self, pk: int) -> Thread:
        """Return a thread that an archive began, locked for this transaction."""
        if pk not in self.threads:
            self.threads[pk] = Thread.objects.select_for_update(no_key=True).get(pk=pk)
        return self.threads[pk]

    def _count(self, letter: Letter, place: Place | None, said: _Said | None, at: datetime, *, was_cut: bool) -> None:
        report = self.report
        report.posts += 1
        report.threads += place is None
        report.files += len(letter.enclosures) + letter.left_out
        report.cut += was_cut
        report.by_people += said is not None
        report.saw(at)
        if said is None and (letter.sender in report.unmatched or len(report.unmatched) < MOST_SENDERS):
            report.unmatched[letter.sender or "(none)"] += 1


def _name(letter: Letter) -> str:
    """Return how the archive names the sender: never the address, which is nobody's business here."""
    name = letter.sender_name.strip("\"' ")
    return name if name and "@" not in name else letter.sender.partition("@")[0].replace(".", " ").title()


def _body(letter: Letter) -> tuple[str, bool]:
    """Return what was written, without what it quotes where anything else is there; cut where it is longer than a post."""
    if letter.text.strip():
        body = answer_in(letter.text, flowed=letter.flowed)
        body = body if body.strip() else answer_in(letter.text, flowed=letter.flowed, quotations=True)
    else:
        body = answer_in_html(letter.html)
    names = [f"[{one.name}]" for one in letter.enclosures]
    if names:
        body = "\n\n".join(part for part in (body, " ".join(names).replace("@[", "@ [")) if part)
    if not body.strip():
        raise _Refused("nothing is written in it")
    if len(body) > BODY_LENGTH:
        return body[: BODY_LENGTH - len(CUT)] + CUT, True
    return body, False
