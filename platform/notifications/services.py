"""Telling people, and reading what they were told."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from core.audit import Actor
from core.realtime.sessions import notices_changed
from notifications.bounces import note_bounce as note_bounce
from notifications.models import Letter, MutedPerson, Notice, NoticeQuerySet

if TYPE_CHECKING:
    from accounts.models import User

# So many are looked at together; a person seldom has more that are unread.
PORTION = 100
MOST_COUNTED = 100
NOTICE = "notice"
"""The kind of letters that say what a notice in the page says."""


@dataclass(frozen=True)
class Rendered:
    """How a notice reads for its reader now: a sentence in the reader's language, and where it leads.

    `letter` is what mail may say of it: no names, because mail is read by others on its way. Empty, nothing is mailed.
    Letters that share a `conversation` stand together in mail programs; `reply_to` is the address for answers, and the
    person's level for `group_id` holds for the letter. Several of a kind that are `about` the same thing are shown as one,
    which reads as `together` says for their number.
    """

    text: str
    url: str
    excerpt: str = ""
    letter: str = ""
    reply_to: str = ""
    conversation: str = ""
    group_id: int | None = None
    group_name: str = ""
    about: str = ""
    together: Callable[[int], str] | None = None


Channel = Callable[[str, list[int]], None]
Render = Callable[[Sequence[Notice], "User"], dict[int, Rendered]]


@cache
def _kinds() -> dict[str, Render]:
    table: dict[str, Render] = import_string(settings.NOTICE_KINDS)
    return table


@cache
def _channels() -> tuple[Channel, ...]:
    channels: tuple[Channel, ...] = import_string(settings.NOTICE_CHANNELS)
    return channels


def _deaf_to(actor_id: int | None) -> set[int]:
    """Return who has muted the person for themselves."""
    return set(MutedPerson.objects.filter(muted=actor_id).values_list("user_id", flat=True)) if actor_id else set()


@transaction.atomic
def mute(user: "User", other: "User") -> None:
    """Fold what the other says, and tell the person nothing of it any more; nobody is told."""
    MutedPerson.objects.get_or_create(user=user, muted=other)
    notices_changed([user.pk])


@transaction.atomic
def unmute(user: "User", other: "User") -> None:
    """Hear of the other again; what came meanwhile was not kept."""
    MutedPerson.objects.filter(user=user, muted=other).delete()
    notices_changed([user.pk])


def notify(
    people: Iterable["User"],
    kind: str,
    *,
    object_id: int,
    key: str,
    by: Actor | None = None,
    mail: bool = False,
    mail_after: timedelta = timedelta(),
) -> None:
    """Tell each person once (`key` names the happening), inside the caller's transaction; the actor is never told.

    `kind` must stand in the table of notice kinds, so that nothing is stored that cannot be shown. With `mail` a letter
    follows in the background, after `mail_after`, to who has not read the notice by then.
    """
    if kind not in _kinds():
        raise LookupError(f"{kind} is not in NOTICE_KINDS.")
    actor_id = by.user_id if by else None
    deaf = _deaf_to(actor_id) if kind in import_string(settings.NOTICES_THAT_WAIT) else set()
    notices = [
        Notice(
            user=person,
            kind=kind,
            key=f"{kind}:{key}",
            object_id=object_id,
            actor_id=actor_id,
            organisation_id=by.organisation_id if by else None,
        )
        for person in people
        if person.pk != actor_id and person.pk not in deaf
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    notices_changed(notice.user_id for notice in notices)
    if notices:
        for channel in _channels():
            channel(f"{kind}:{key}", [notice.user_id for notice in notices])
    if mail and notices:
        _mail(f"{kind}:{key}", after=mail_after)


def _mail(key: str, *, after: timedelta) -> None:
    """Put a letter about each notice of the happening into the outbox, and have somebody look there in time.

    The letters are the record; the task is a hint, without which the clock finds them.
    """
    from notifications.tasks import mail_notices

    due_at = timezone.now() + after
    told = Notice.objects.filter(key=key, read_at=None).values_list("pk", "user_id")
    letters = [Letter(user_id=user, kind=NOTICE, key=key, object_id=pk, due_at=due_at) for pk, user in told]
    Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=500)
    mail_notices.using(run_after=due_at if after else None).enqueue(key)


def render_notices(notices: Sequence[Notice], user: "User") -> list[tuple[Notice, Rendered]]:
    """Return the notices the person may still see, with their words, in the order given; queries per kind, not per notice."""
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    shown: dict[int, Rendered] = {}
    for kind, some in by_kind.items():
        shown |= _kinds()[kind](some, user)
    return [(notice, shown[notice.pk]) for notice in notices if notice.pk in shown]


def retract(*kinds: str, object_id: int, people: Iterable[int] | None = None) -> None:
    """Take back, from everybody or from those named, what was told of something that is settled or gone."""
    told = Notice.objects.filter(kind__in=kinds, object_id=object_id)
    if people is not None:
        told = told.filter(user__in=people)
    waiting = list(told.unread().values_list("user_id", flat=True))
    told.delete()
    notices_changed(waiting)


def retract_all(kinds: Collection[str], object_ids: Collection[int]) -> None:
    """Take back from everybody what was told of any of these objects, which are gone."""
    told = Notice.objects.filter(kind__in=kinds, object_id__in=object_ids)
    waiting = set(told.unread().values_list("user_id", flat=True))
    told.delete()
    notices_changed(waiting)


def visible(notices: NoticeQuerySet, user: "User") -> Iterator[tuple[Notice, Rendered]]:
    """Give those of the notices that the person may still see, with their words, in order.

    They are asked for in portions of a hundred: a number of queries for each kind in a portion.
    """
    start = 0
    while portion := list(notices[start : start + PORTION]):
        yield from render_notices(portion, user)
        start += PORTION
        if len(portion) < PORTION:
            return


def unread_by(user: "User") -> int:
    """Return how many notices that the person may see they have not read, a hundred at most."""
    return sum(1 for _ in islice(visible(Notice.objects.of(user).unread(), user), MOST_COUNTED))


def unread_count(user_id: int) -> int:
    """Return the same for the person with this id, as the live protocol asks."""
    return unread_by(get_user_model()._default_manager.get(pk=user_id))


def mark_seen(user: "User", kind: str, *, object_id: int) -> None:
    """Mark read what the person was told of something that they have just looked at."""
    told = Notice.objects.filter(user=user, kind=kind, object_id=object_id).unread()
    if told.update(read_at=timezone.now()):
        notices_changed([user.pk])


def mark_read(user: "User", notices: Iterable[int] | None = None) -> int:
    """Mark the person's notices read, all of them or those named; return how many were new."""
    unread = Notice.objects.of(user).unread()
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    marked = unread.order_by().update(read_at=timezone.now())
    if marked:
        notices_changed([user.pk])
    return marked
