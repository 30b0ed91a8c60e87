"""The demonstration's mail: what would have been sent, read from the folder it was written to."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from django.utils import timezone

SHOWN = 50


@dataclass(frozen=True)
class Letter:
    """One message of the outbox."""

    name: str
    to: str
    subject: str
    at: datetime | None
    body: str


def letters(folder: Path, limit: int = SHOWN) -> list[Letter]:
    """Return the newest letters of the folder, newest first; an unreadable file is left out."""
    paths = sorted(folder.glob("*.eml"), reverse=True)[:limit] if folder.is_dir() else []
    return [letter for path in paths if (letter := _read(path))]


def _read(path: Path) -> Letter | None:
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    except OSError:
        return None
    assert isinstance(message, EmailMessage)
    part = message.get_body(preferencelist=("plain", "html"))
    return Letter(
        name=path.stem,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        at=datetime.fromtimestamp(path.stat().st_mtime, timezone.get_current_timezone()),
        body=part.get_content() if part else "",
    )
