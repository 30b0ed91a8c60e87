"""Letters on their way: a worker's hold on a portion of them, their words asked in time, each handed over and noted."""

import logging
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from core.letters import PAUSES
from notifications import bounces
from notifications.digests import DAILY, WEEKLY
from notifications.models import Letter, LetterQuerySet
from notifications.quiet import quiet_until
from notifications.services import NOTICE
from notifications.wording import Words, message_of

logger = logging.getLogger(__name__)

PORTION = 100
"""How many letters a worker takes at once; their words are made together."""

LEAST = 10
"""For so many letters at least words are asked at once, however slowly they go out."""

FRESH = 2.0
"""Seconds after which words are made anew, so that no letter goes out with rights that are older."""

Write = Callable[[Sequence[Letter]], dict[int, Words]]


@cache
def kinds() -> dict[str, Write]:
    """Return which kinds of letters there are, with what makes their words."""
    table: dict[str, Write] = import_string(settings.LETTER_KINDS)
    return table


class Pace:
    """For how many letters words are asked at once: as many as went out while those of before were fresh."""

    def __init__(self) -> None:
        self.count = PORTION

    def learn(self, handed: int, *, in_time: bool) -> None:
        """Learn from how many went out, and whether that were all that had been asked for."""
        self.count = min(2 * self.count, PORTION) if in_time else max(handed, LEAST)


class Hand:
    """One worker's hold on a portion of letters."""

    def __init__(self, letters: Sequence[Letter], pace: Pace) -> None:
        self.letters, self.pace = deque(letters), pace
        # No letter is begun in the last third of the lease, so that none is in two hands.
        self.end = time.monotonic() + settings.LETTER_LEASE * 2 / 3
        self.is_unanswered = False

    def send(self) -> int:
        """Send them one by one, and let go of what the time did not suffice for; return how many were sent."""
        sent = 0
        with _mailer() as mailer:
            while self.letters and not self.is_unanswered and time.monotonic() < self.end:
                words = self._ask()
                stale, asked = time.monotonic() + FRESH, len(words)
                while words and not self.is_unanswered and time.monotonic() < stale:
                    letter = self.letters.popleft()
                    sent += self._hand_over(letter, words.pop(letter.pk), mailer)
                self.pace.learn(asked - len(words), in_time=not words)
        if self.letters:
            rest = Letter.objects.filter(pk__in=[one.pk for one in self.letters], lease=self.letters[0].lease)
            pause = PAUSES[0] if self.is_unanswered else timedelta()
            rest.update(lease=None, leased_until=None, due_at=timezone.now() + pause)
        return sent

    # --- Words ----------------------------------------------------------------------------------------------------

    def _ask(self) -> dict[int, Words]:
        """Ask which of the next are still to be sent, and how to make their words; the others leave the hand."""
        now, letters = timezone.now(), [self.letters.popleft() for _ in range(min(self.pace.count, len(self.letters)))]
        stopped = bounces.stopped_for([letter.user for letter in letters if letter.user])
        unreachable = bounces.stopped_among([letter.address for letter in letters if letter.address])
        by_kind: dict[str, list[Letter]] = defaultdict(list)
        spared: list[Letter] = []
        for letter in letters:
            if letter.user is None:
                if letter.address in unreachable:
                    bounces.give_up(letter, bounces.STOPPED)
                else:
                    by_kind[letter.kind].append(letter)
            elif not letter.user.is_active or letter.user_id in stopped:
                spared.append(letter)
            elif end := quiet_until(letter.user, now) if _may_wait(letter) else None:
                _own(letter).update(lease=None, leased_until=None, due_at=end)
            else:
                by_kind[letter.kind].append(letter)
        words: dict[int, Words] = {}
        failed: set[int] = set()
        for kind, some in by_kind.items():
            try:
                words |= kinds()[kind](some)
            except Exception:
                logger.exception("What %d letters (%s) say could not be asked together.", len(some), kind)
                for letter in some:
                    _ask_alone(letter, words, failed)
        unsaid = [one for some in by_kind.values() for one in some if one.pk not in words and one.pk not in failed]
        _spare([*spared, *unsaid])
        self.letters.extendleft(letter for letter in reversed(letters) if letter.pk in words)
        return words

    # --- The mail server ------------------------------------------------------------------------------------------

    def _hand_over(self, letter: Letter, words: Words, mailer: BaseEmailBackend) -> int:
        """Hand one letter to the mail server and note what came of it; return 1 if it was taken."""
        try:
            with translation.override(letter.spoken):
                written = words()
                message = message_of(letter, written)
        except Exception:
            logger.exception("The words of letter %d could not be made.", letter.pk)
            _later(letter, "words")
            return 0
        try:
            mailer.open()
            mailer.send_messages([message])
        except SMTPRecipientsRefused as fault:
            code, said = next(iter(fault.recipients.values()))
            self._refused(letter, code, said, address=True)
        except (SMTPDataError, SMTPSenderRefused) as fault:
            # Who we are is no fault of the letter's: it is tried again, so that a mended setting sends it.
            is_ours = isinstance(fault, SMTPSenderRefused)
            self._refused(letter, fault.smtp_code, fault.smtp_error, address=False, again=is_ours)
        except OSError as fault:
            logger.error("No letter can be sent now: %s.", type(fault).__name__)
            self.is_unanswered = True
            _later(letter, "unanswered")
            _end(mailer)
        except ValueError:  # no mail server would take such an address
            with transaction.atomic():
                bounces.refused(letter, "5.1.3")
        else:
            with transaction.atomic():
                _own(letter).update(
                    state=Letter.State.SENT, done_at=timezone.now(), lease=None, leased_until=None, fault=""
                )
                if written.sent:
                    written.sent()
            return 1
        return 0

    def _refused(self, letter: Letter, code: int, said: bytes | str, *, address: bool, again: bool = False) -> None:
        found = _STATUS.search(said if isinstance(said, str) else said.decode("ascii", "replace"))
        status = found[0] if found else str(code)
        logger.warning("A letter was refused: %s.", status)
        if code == 421:
            self.is_unanswered = True
        if code < 500 or again:
            _later(letter, status)
            return
        with transaction.atomic():
            if address and (status.startswith(("5.1.", "5.2.")) or (not found and code in _NO_SUCH_ADDRESS)):
                bounces.refused(letter, status)
            else:
                bounces.give_up(letter, status)


_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_NO_SUCH_ADDRESS = frozenset({550, 551, 553})


def _own(letter: Letter) -> LetterQuerySet:
    """Return the letter's row as long as it is in the hand that took it."""
    return Letter.objects.waiting().filter(pk=letter.pk, lease=letter.lease)


def _may_wait(letter: Letter) -> bool:
    what = letter.key.partition(":")[0] if letter.kind == NOTICE else letter.kind
    return what in import_string(settings.NOTICES_THAT_WAIT)


def _ask_alone(letter: Letter, words: dict[int, Words], failed: set[int]) -> None:
    try:
        words |= kinds()[letter.kind]([letter])
    except Exception:
        logger.exception("What letter %d says could not be asked.", letter.pk)
        failed.add(letter.pk)
        _later(letter, "words")


def _spare(letters: Sequence[Letter]) -> None:
    """Note that there is nothing to say in these letters; of digests, which have their day, nothing is kept."""
    digests = [letter.pk for letter in letters if letter.kind in (DAILY, WEEKLY)]
    others = [letter.pk for letter in letters if letter.kind not in (DAILY, WEEKLY)]
    Letter.objects.waiting().filter(pk__in=digests).delete()
    Letter.objects.waiting().filter(pk__in=others).update(
        state=Letter.State.SPARED, done_at=timezone.now(), lease=None, leased_until=None
    )


def _later(letter: Letter, fault: str) -> None:
    """Try the letter again after a while; after the last pause it is given up."""
    letter.tried += 1
    if letter.tried > len(PAUSES):
        bounces.give_up(letter, fault)
        return
    _own(letter).update(
        tried=letter.tried,
        fault=fault[:20],
        due_at=timezone.now() + PAUSES[letter.tried - 1],
        lease=None,
        leased_until=None,
    )


@contextmanager
def _mailer() -> Iterator[BaseEmailBackend]:
    """Give the mail server, by one connection for all letters of a hand."""
    mailer = mailers.default
    try:
        yield mailer
    finally:
        _end(mailer)


def _end(mailer: BaseEmailBackend) -> None:
    with suppress(OSError):
        mailer.close()
