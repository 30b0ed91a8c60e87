"""Where mails of an archive are: found by their ids, and by their subject within a time."""

import hashlib
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from discussions.mail.models import Archived
from groups.models import Group

WINDOW = timedelta(days=60)
"""Mails of one subject that are further apart are about two matters."""


class Place(NamedTuple):
    """A mail's thread and its number there; a thread that a dry run only imagines is negative."""

    thread: int
    number: int


def fingerprint(text: str) -> str:
    """Return what an id or a subject is known by."""
    return hashlib.sha256(text.strip().casefold().encode("utf-8", "surrogateescape")).hexdigest()[:32]


class Places(Protocol):
    """What is known of the mails that are in the group."""

    def of(self, digests: list[str]) -> dict[str, Place]:
        """Return the places of those of the mails that are there."""
        ...

    def by_subject(self, subject: str, at: datetime) -> Place | None:
        """Return the place of the last mail of the subject within the window."""
        ...

    def add(self, digest: str, subject: str, place: Place, at: datetime) -> None:
        """Note where a mail is."""
        ...

    def close(self) -> None:
        """Let go of what was needed for it."""
        ...


class Kept:
    """What the database knows: the import itself."""

    def __init__(self, group: Group) -> None:
        self.rows = Archived.objects.filter(group=group)
        self.group = group

    def of(self, digests: list[str]) -> dict[str, Place]:
        """Return the places of those of the mails that are there."""
        found = self.rows.filter(digest__in=digests).values_list("digest", "thread", "number")
        return {digest: Place(thread, number) for digest, thread, number in found}

    def by_subject(self, subject: str, at: datetime) -> Place | None:
        """Return the place of the last mail of the subject within the window."""
        near = self.rows.filter(subject=subject, sent_at__gte=at - WINDOW, sent_at__lte=at + WINDOW)
        found = near.order_by("-sent_at", "-pk").values_list("thread", "number").first()
        return Place(*found) if found else None

    def add(self, digest: str, subject: str, place: Place, at: datetime) -> None:
        """Note where a mail is."""
        Archived.objects.create(
            group=self.group, digest=digest, subject=subject, thread_id=place.thread, number=place.number, sent_at=at
        )

    def close(self) -> None:
        """There is nothing to let go of."""


class Imagined:
    """What a dry run would know besides: in a file of its own, so that it needs no more memory for a larger archive."""

    def __init__(self, group: Group) -> None:
        self.kept = Kept(group)
        self.file = sqlite3.connect("")  # a temporary one, gone when it is closed
        self.file.execute("CREATE TABLE mail (digest TEXT PRIMARY KEY, subject TEXT, thread INT, number INT, at REAL)")
        self.file.execute("CREATE INDEX subjects ON mail (subject, at)")

    def of(self, digests: list[str]) -> dict[str, Place]:
        """Return the places of those of the mails that are there, or would be."""
        found = self.kept.of(digests)
        for digest in digests:
            row = self.file.execute("SELECT thread, number FROM mail WHERE digest = ?", [digest]).fetchone()
            if row:
                found[digest] = Place(*row)
        return found

    def by_subject(self, subject: str, at: datetime) -> Place | None:
        """Return the place of the last mail of the subject within the window."""
        span = WINDOW.total_seconds()
        row = self.file.execute(
            "SELECT thread, number FROM mail WHERE subject = ? AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT 1",
            [subject, at.timestamp() - span, at.timestamp() + span],
        ).fetchone()
        return Place(*row) if row else self.kept.by_subject(subject, at)

    def add(self, digest: str, subject: str, place: Place, at: datetime) -> None:
        """Note where a mail would be."""
        self.file.execute(
            "INSERT OR IGNORE INTO mail VALUES (?, ?, ?, ?, ?)",
            [digest, subject, place.thread, place.number, at.timestamp()],
        )

    def close(self) -> None:
        """Throw the file away."""
        self.file.close()
