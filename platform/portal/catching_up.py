"""When somebody was here last, putting away what they need not see again, and taking that back."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from discussions.chat.unread import room_badges
from discussions.models import Thread
from discussions.unread import fresh_threads
from groups.models import Group
from portal.models import Cleared, Place, Visit

if TYPE_CHECKING:
    from accounts.models import User

PAUSE = timedelta(minutes=30)
"""After so long without being seen, who comes back pays another visit."""

NOTED_EVERY = timedelta(minutes=5)
UNDONE_WITHIN = timedelta(minutes=15)


def visit_of(user: "User") -> Visit:
    """Return the person's visit, noting that they are here: at most every five minutes, as sessions note their use."""
    now = timezone.now()
    visit, is_new = Visit.objects.get_or_create(user=user, defaults={"seen_at": now})
    gone = now - visit.seen_at
    if not is_new and gone >= NOTED_EVERY:
        if gone >= PAUSE:
            visit.before = visit.seen_at
        visit.seen_at = now
        visit.save(update_fields=["seen_at", "before"])
    return visit


def may_undo(visit: Visit) -> bool:
    """Whether something was put away just now."""
    return bool(visit.batch and visit.cleared_at and timezone.now() - visit.cleared_at < UNDONE_WITHIN)


@transaction.atomic
def clear(user: "User", groups: Iterable[Group], *, thread_id: int | None = None, everything: bool = False) -> None:
    """Put away all that is new in these groups, in which the person takes part, or one thread; `everything`: documents too."""
    groups = list(groups)
    visit = Visit.objects.select_for_update().get_or_create(user=user, defaults={"seen_at": timezone.now()})[0]
    batch, now = uuid.uuid4(), timezone.now()
    threads = fresh_threads(user, groups).exclude(Cleared.objects.threads_of(user.pk))
    if thread_id is not None:
        threads = threads.filter(pk=thread_id)
    found = [(Place.THREAD, pk, number) for pk, number in Thread.objects.filter(
        pk__in=list(threads.values_list("pk", flat=True))
    ).values_list("pk", "last_number")]  # fmt: skip
    if thread_id is None:
        rooms = [badge.room for badges in room_badges(user, groups).values() for badge in badges if badge.unread]
        found += [(Place.ROOM, room.pk, room.last_number) for room in rooms]
    _put_away(user, found, batch)
    visit.batch, visit.cleared_at = batch, now
    visit.documents_before = visit.documents_from
    if everything:
        visit.documents_from = now
    visit.save()


def _put_away(user: "User", found: list[tuple[Place, int, int]], batch: uuid.UUID) -> None:
    known = {(one.place, one.object_id): one.number for one in Cleared.objects.filter(user=user)}
    rows = [
        Cleared(
            user=user, place=place, object_id=pk, number=number, number_before=known.get((place, pk), 0), batch=batch
        )
        for place, pk, number in found
    ]
    Cleared.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "place", "object_id"],
        update_fields=["number", "number_before", "batch"],
        batch_size=500,
    )


@transaction.atomic
def undo(user: "User") -> bool:
    """Take back what was put away last; False if nothing was, or too long ago."""
    visit = Visit.objects.select_for_update().filter(user=user).first()
    if visit is None or not may_undo(visit):
        return False
    cleared = Cleared.objects.filter(user=user, batch=visit.batch or uuid.uuid4())
    cleared.filter(number_before=0).delete()
    cleared.update(number=F("number_before"))
    visit.documents_from, visit.batch = visit.documents_before, None
    visit.save()
    return True
