"""The outbox: letters as rows, sent by whichever worker takes them, each with the rights and words of the moment it is sent.

A worker takes a portion under a lease, makes the words of all of it, and hands over one letter after the other; that one was
sent is noted before the next. When it is killed, its letters are free as soon as the lease is over. The one that the mail
server had taken and that was not yet noted goes out again, under the same Message-ID, by which mailboxes know it: so none is
lost, and none is another letter.
"""

import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from notifications.models import Letter, LetterQuerySet, Unreachable
from notifications.sending import PORTION, Hand, Pace, kinds

KEPT = timedelta(days=60)
"""How long it is known which letters were sent, so that nothing is told twice."""

# --- Putting in ---------------------------------------------------------------------------------------------------


def put(people: Iterable[int], kind: str, *, key: str, object_id: int, due_at: datetime | None = None) -> None:
    """Put a letter for each person into the outbox, inside the caller's transaction; a key that a person has had is no other."""
    if kind not in kinds():
        raise LookupError(f"{kind} is not in LETTER_KINDS.")
    due_at = due_at or timezone.now()
    letters = [Letter(user_id=user, kind=kind, key=key, object_id=object_id, due_at=due_at) for user in people]
    Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=500)


# --- Sending ------------------------------------------------------------------------------------------------------


def send_due(*, patience: float = 600.0) -> int:
    """Send the letters that are due, portion by portion, until there are none or so many seconds have passed; return how many.

    Where no mail server answers it ends at once: the letters wait.
    """
    sent, end, pace = 0, time.monotonic() + patience, Pace()
    while time.monotonic() < end:
        now = timezone.now()
        portion = _take(Letter.objects.free(now).filter(due_at__lte=now))
        if not portion:
            break
        hand = Hand(portion, pace)
        sent += hand.send()
        if hand.is_unanswered:
            break
    return sent


def send_now(key: str) -> int:
    """Send the letters under one key that wait for anybody, before their time too; return how many. Quiet hours hold."""
    waiting = list(Letter.objects.free(timezone.now()).filter(key=key).order_by("pk").values_list("pk", flat=True))
    sent, pace = 0, Pace()
    for start in range(0, len(waiting), PORTION):
        free = Letter.objects.free(timezone.now()).filter(pk__in=waiting[start : start + PORTION])
        sent += Hand(_take(free), pace).send()
    return sent


@transaction.atomic
def _take(letters: LetterQuerySet) -> list[Letter]:
    """Take a portion of the letters under a new lease; others pass over what is being taken."""
    chosen = list(letters.order_by("due_at", "pk").select_for_update(skip_locked=True)[:PORTION])
    lease, until = uuid.uuid4(), timezone.now() + timedelta(seconds=settings.LETTER_LEASE)
    Letter.objects.filter(pk__in=[letter.pk for letter in chosen]).update(lease=lease, leased_until=until)
    people = User.objects.in_bulk({letter.user_id for letter in chosen if letter.user_id})
    for letter in chosen:
        letter.user = people[letter.user_id] if letter.user_id else None
        letter.lease, letter.leased_until = lease, until
    return chosen


# --- What failed --------------------------------------------------------------------------------------------------


@transaction.atomic
def try_again(letter: Letter) -> bool:
    """Put a letter that failed into the outbox once more, with all its tries; say whether it had failed."""
    return bool(
        Letter.objects.failed()
        .filter(pk=letter.pk)
        .update(state=Letter.State.WAITING, tried=0, fault="", done_at=None, due_at=timezone.now())
    )


def forget_old(now: datetime | None = None) -> int:
    """Forget the letters that were done with long ago; return how many."""
    end = (now or timezone.now()) - KEPT
    old = Letter.objects.exclude(state=Letter.State.WAITING).filter(done_at__lt=end)
    Unreachable.objects.filter(user=None, last_at__lt=end).delete()
    deleted, _by_model = old.delete()
    return deleted
