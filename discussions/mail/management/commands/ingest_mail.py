"""`manage.py ingest_mail`: mail from standard input, as a mail server pipes it, or from a maildir."""

import re
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from discussions.mail.parsing import Letter, Unreadable, read_headers
from discussions.mail.services import TurnedAway, receive, refuse_recipient

# sysexits.h, as mail servers understand them.
UNREADABLE, NO_USER, LATER = 65, 67, 75
# Where servers write to whom a mail came, in the order in which they are believed.
DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")


class Command(BaseCommand):
    """Takes mail from a pipe or a maildir."""

    help = (
        "Take one mail from standard input, or all that are in a maildir. Ends with 0 when it is kept, 65 when it cannot be "
        "read, 67 when no address of it is ours, 77 when its sender may not write there, 75 when it should be brought again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--to", action="append", default=[], help="the envelope's recipient (may be given again)")
        parser.add_argument("--from", dest="sender", help="the envelope's sender; '' or <> is the null sender")
        parser.add_argument("--maildir", type=Path, help="take what is in its folder `new`, and move it to `cur`")
        parser.add_argument(
            "--every", type=int, default=0, metavar="SECONDS", help="go on and look into the maildir again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take what there is."""
        if not settings.MAIL_IN_DOMAIN:
            raise CommandError("MAIL_IN_DOMAIN must be set.", returncode=78)
        if options["maildir"] is None:
            data = sys.stdin.buffer.read(settings.MAIL_IN_MAX_SIZE + 1)
            self._end(take(data, recipients=options["to"], sender=options["sender"]))
            return
        new = options["maildir"] / "new"
        if not new.is_dir():
            raise CommandError(f"{options['maildir']} is no maildir: there is no folder `new` in it.")
        while True:
            taken, turned_away = take_maildir(options["maildir"])
            if taken or turned_away or not options["every"]:
                self.stdout.write(f"{taken} taken, {turned_away} turned away.")
            if not options["every"]:
                return
            time.sleep(options["every"])

    def _end(self, away: TurnedAway | None) -> None:
        if away is not None:
            self.stderr.write(away.reply)
            raise SystemExit(away.status)


def take(data: bytes, *, recipients: Iterable[str], sender: str | None) -> TurnedAway | None:
    """Take a mail for each recipient that is ours; return why not, where none took it, or where one has to be tried again."""
    try:
        letter = read_headers(data)
    except Unreadable:
        return TurnedAway("554 5.6.0", "This cannot be read as a mail", UNREADABLE)
    named = list(recipients) or _recipients(letter)
    if sender is None:
        sender = letter.first("Return-Path") or letter.sender
    refused: list[TurnedAway] = []
    kept = 0
    for recipient in named or [""]:
        try:
            receive(data, recipient=recipient, sender=sender)
            kept += 1
        except TurnedAway as away:
            refused.append(away)
        except (DatabaseError, OSError) as error:
            refused.append(TurnedAway("451 4.3.0", f"Cannot be kept now ({type(error).__name__})", LATER))
    for_now = [away for away in refused if away.is_for_now]
    return for_now[0] if for_now else None if kept else refused[0]


def _recipients(letter: Letter) -> list[str]:
    """Return the addresses of ours that the headers name: of the first header that names any."""
    for name in DELIVERED:
        found = [address for _, address in getaddresses(letter.all(name)) if _is_ours(address)]
        if found:
            return list(dict.fromkeys(found))[:50]
    return []


def _is_ours(address: str) -> bool:
    try:
        refuse_recipient(address)
    except TurnedAway:
        return False
    return True


def take_maildir(folder: Path) -> tuple[int, int]:
    """Take what is new in a maildir; return how many were taken, and how many nobody wants: those are marked as trashed.

    One that should be tried again stays where it is. A mail that is taken and not moved, being taken twice, is known.
    """
    taken = turned_away = 0
    (folder / "cur").mkdir(exist_ok=True)
    for path in sorted((folder / "new").iterdir()):
        if not path.is_file() or path.name.startswith("."):
            continue
        with path.open("rb") as file:
            data = file.read(settings.MAIL_IN_MAX_SIZE + 1)
        away = take(data, recipients=[], sender=None)
        if away is not None and away.is_for_now:
            continue
        flags = "S" if away is None else "ST"
        path.rename(folder / "cur" / (re.sub(r":2,.*$", "", path.name) + f":2,{flags}"))
        taken, turned_away = taken + (away is None), turned_away + (away is not None)
    return taken, turned_away
