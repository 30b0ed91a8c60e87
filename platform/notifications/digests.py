"""When digests are due: one row a person says when theirs is, and whoever moves it on has it made."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from notifications.models import Letter, Rhythm
from notifications.quiet import next_at, zone_of

if TYPE_CHECKING:
    from accounts.models import User

DAILY, WEEKLY = "daily", "weekly"
"""The kinds of digests: the second is that of the day in the week on which groups come that are wanted once a week."""

PORTION = 200
WEEK = 7


def rhythm_of(user: "User") -> Rhythm:
    """Return when the person's digest comes; as it would where nothing was set yet."""
    return Rhythm.objects.filter(user=user).first() or Rhythm(user=user)


@transaction.atomic
def begin_rhythm(user: "User") -> None:
    """Have digests come to the person from now on, where they do not yet."""
    Rhythm.objects.bulk_create([Rhythm(user=user, due_at=_next(Rhythm(), user))], ignore_conflicts=True)


@transaction.atomic
def set_rhythm(user: "User", **wishes: int | bool) -> Rhythm:
    """Keep the hour, the weekday, and whether what is addressed to the person comes at once; the next digest follows them."""
    begin_rhythm(user)
    rhythm = Rhythm.objects.select_for_update(no_key=True).get(user=user)
    for name, value in wishes.items():
        if name not in {"hour", "weekday", "directly_by_mail", "directly_by_push"}:
            raise TypeError(f"Not a wish: {name}.")
        setattr(rhythm, name, value)
    rhythm.due_at = _next(rhythm, user)
    rhythm.save(update_fields=[*wishes, "due_at"])
    return rhythm


def clock_changed(user: "User") -> None:
    """Have the next digest come by the clock the person has now."""
    for rhythm in Rhythm.objects.filter(user=user):
        Rhythm.objects.filter(pk=rhythm.pk).update(due_at=_next(rhythm, user))


def begin_due(now: datetime | None = None) -> int:
    """Put a digest into the outbox for everybody whose hour has come, and return for how many.

    A portion is one transaction: its letters exist if and only if its people's next hour is set, so a worker that is killed
    leaves nobody out and writes to nobody twice. What a time without workers left out comes in one digest.
    """
    now = now or timezone.now()
    count = 0
    while portion := _begin_portion(now):
        count += portion
    return count


@transaction.atomic
def _begin_portion(now: datetime) -> int:
    due = Rhythm.objects.filter(due_at__lte=now).order_by("due_at", "pk").select_related("user")
    rhythms = list(due.select_for_update(of=("self",), skip_locked=True)[:PORTION])
    letters = [_letter(rhythm, now) for rhythm in rhythms if rhythm.user.is_active]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    for rhythm in rhythms:
        rhythm.due_at = _next(rhythm, rhythm.user, after=now)
    Rhythm.objects.bulk_update(rhythms, ["due_at"])
    return len(rhythms)


def _letter(rhythm: Rhythm, now: datetime) -> Letter:
    """Return the digest of a person's day: that of the week too, where such a day has come since the last was due."""
    zone = zone_of(rhythm.user)
    first, today = rhythm.due_at.astimezone(zone).date(), now.astimezone(zone).date()
    since = min((today - first).days + 1, WEEK)
    days = {(today - timedelta(days=back)).weekday() for back in range(since)}
    return Letter(
        user=rhythm.user,
        kind=WEEKLY if rhythm.weekday in days else DAILY,
        key=f"digest:{today.isoformat()}",
        object_id=today.toordinal(),
        due_at=now,
    )


def _next(rhythm: Rhythm, user: "User", after: datetime | None = None) -> datetime:
    return next_at(rhythm.hour, zone_of(user), after or timezone.now())
