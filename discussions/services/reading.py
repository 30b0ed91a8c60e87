"""Marks of how far somebody has read. The mark only rises."""

from typing import TYPE_CHECKING

from django.db import transaction

from discussions.models import Post, Reading, Thread
from discussions.services.locking import locked_group
from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User


def _locked_mark(user: "User", thread_id: int) -> Reading:
    Reading.objects.get_or_create(user=user, thread_id=thread_id)
    return Reading.objects.select_for_update(no_key=True).get(user=user, thread_id=thread_id)


@transaction.atomic
def mark_read(thread: Thread, *, user: "User", number: int) -> Reading:
    """Raise the reader's mark to the number, at most to the thread's last; a lower one changes nothing."""
    mark = _locked_mark(user, thread.pk)
    # Read after the lock: a post of the reader's own counts itself under the same lock.
    last = Thread.objects.values_list("last_number", flat=True).get(pk=thread.pk)
    number = min(number, last)
    if number > mark.last_read:
        passed = Post.objects.filter(
            thread_id=thread.pk, author=user, number__gt=mark.last_read, number__lte=number
        ).count()
        mark.last_read, mark.own_since = number, mark.own_since - passed
        mark.save(update_fields=["last_read", "own_since"])
    return mark


@transaction.atomic
def mark_all_read(group: Group, *, user: "User") -> int:
    """Mark everything in the group read and return how many threads had something new."""
    group, standing = locked_group(group.pk, user)
    boundaries = {group.pk: standing.history_from} if standing.history_from else {}
    threads = Thread.objects.filter(group=group).within_reach(user).new_to(user, boundaries)
    marks = [Reading(user=user, thread=thread, last_read=thread.last_number, own_since=0) for thread in threads]
    Reading.objects.bulk_create(
        marks, update_conflicts=True, unique_fields=["user", "thread"], update_fields=["last_read", "own_since"]
    )
    return len(marks)


def count_own(post: Post) -> None:
    """Count the author's new post into their mark, so that one's own words are never unread; the thread is locked."""
    mark = _locked_mark(post.author, post.thread_id)
    if mark.last_read + mark.own_since == post.number - 1:  # nothing of others is open: the mark itself may rise
        mark.last_read, mark.own_since = post.number, 0
    else:
        mark.own_since += 1
    mark.save(update_fields=["last_read", "own_since"])
