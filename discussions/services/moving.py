"""Moving posts into another thread of their group: a few (move), into a new one (split), or all of a thread (merge).

A moved post is the same row under the next number of its new thread, so everything that hangs on it comes along: versions,
signs, mentions, notices, bookmarks, quotations of it, answers to it. Under its old number a stub stays that leads to it.
Nobody can read a moved post who could not before: both threads are of one group, `created_at` stays, and it decides where a
group keeps its past from newcomers.
"""

import uuid
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from core.events import publish
from discussions.events import PostsMoved
from discussions.models import Bookmark, Draft, Kind, Post, Reading, Thread, Trace
from discussions.models.post import BODY_LENGTH
from discussions.services.locking import locked_group, moderating
from discussions.services.traces import trace_of_move
from discussions.services.writing import clean_title, digest
from groups.standing import Standing
from partners.capacity import Capacity
from search.services import stand

# Posts that go in one act: more would hold the group's lock for longer than people wait.
MOST_MOVED = 2_000


class BadMove(DomainError):
    """These posts cannot go there."""

    code = "bad_move"


@transaction.atomic
def move_posts(source: Thread, target: Thread, *, by: Capacity, numbers: Collection[int]) -> Thread:
    """Move the posts with these numbers to the end of another thread of the group, in their order; return that thread.

    Numbers of posts that were moved or deleted meanwhile are passed over; when none is left, BadMove. Raises NotAllowed.
    """
    source, target, standing = _both(source, target, by)
    by = moderating(standing)
    return _moved(source, target, standing, _chosen(source, standing, numbers), by=by).target


@transaction.atomic
def split(source: Thread, *, by: Capacity, numbers: Collection[int], title: str, key: uuid.UUID) -> Thread:
    """Move posts into a new discussion that follows the same rule of attribution; the same key gives the same thread."""
    title = clean_title(title)
    group, standing = locked_group(source.group_id, by.user)
    if known := Thread.objects.filter(author=by.user, key=key).select_related("group").first():
        if known.group_id != group.pk or known.title != title:
            raise Conflict(_("This form was sent before, with another choice. Load the page again."))
        return known
    by = moderating(standing)
    source = Thread.objects.select_for_update(no_key=True).get(pk=source.pk)
    source.group = group
    _stays_with_document(source)
    posts = _chosen(source, standing, numbers)
    first = min(post.created_at for post in posts)
    target = Thread(group=group, title=title, key=key, attribution=source.attribution, last_post_at=first)
    target.speak_as(by)
    target.save(force_insert=True)
    return _moved(source, target, standing, posts, by=by).target


@transaction.atomic
def merge(source: Thread, target: Thread, *, by: Capacity) -> Thread:
    """Move everything that has words into another thread and close the one it leaves; return the other.

    A thread that asks something of the group is not merged: its answers belong to its question.
    """
    source, target, standing = _both(source, target, by)
    by = moderating(standing)
    if source.merged_into_id == target.pk:
        return target
    if source.merged_into_id:
        raise BadMove(_("This thread was merged into another one meanwhile."))
    if source.asks_acknowledgement or source.poll_count or source.kind == Kind.CONSULTATION:
        raise BadMove(
            _(
                "This thread asks something of the group, and the answers belong to their question: it is not merged."
                " Close it with a conclusion instead, or move posts of it."
            )
        )
    numbers = source.posts.standing().values_list("number", flat=True)[: MOST_MOVED + 1]
    moved = _moved(source, target, standing, _chosen(source, standing, list(numbers)), by=by, whole=True)
    source = moved.source
    source.merged_into, source.pinned = target, False
    source.closed_at, source.closed_by, source.closed_for = moved.trace.created_at, by.user, by.organisation
    source.closed_function, source.conclusion, source.conclusion_html = by.function, "", ""
    source.save(
        update_fields=[
            *("merged_into", "pinned", "closed_at", "closed_by", "closed_for", "closed_function"),
            *("conclusion", "conclusion_html"),
        ]
    )
    _carry_drafts(source, moved.target)
    _carry_bookmarks(source, moved.target)
    return moved.target


# --- One move ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Move:
    source: Thread
    target: Thread
    trace: Trace


def _both(source: Thread, target: Thread, by: Capacity) -> tuple[Thread, Thread, Standing]:
    """Lock the group and both threads, the older one first."""
    if source.group_id != target.group_id:
        raise BadMove(_("Posts stay in their group: others read the other one."))
    _stays_with_document(source, target)
    if source.pk == target.pk:
        raise BadMove(_("Choose another thread than this one."))
    group, standing = locked_group(source.group_id, by.user)
    rows = Thread.objects.select_for_update(no_key=True).filter(pk__in=[source.pk, target.pk]).order_by("pk")
    found = {thread.pk: thread for thread in rows}
    for thread in found.values():
        thread.group = group
        if standing.history_from and thread.last_post_at < standing.history_from:
            raise BadMove(_("There is no such thread."))
    return found[source.pk], found[target.pk], standing


def _stays_with_document(*threads: Thread) -> None:
    """Refuse to move what is said of a document, or anything there: other people may read it."""
    if any(thread.document_id for thread in threads):
        raise BadMove(_("What is said of a document stays with the document."))


def _chosen(source: Thread, standing: Standing, numbers: Collection[int]) -> list[Post]:
    if len(set(numbers)) > MOST_MOVED:
        raise BadMove(_("At most %(count)d posts go in one act.") % {"count": MOST_MOVED})
    posts = Post.objects.select_for_update(no_key=True).filter(thread=source, number__in=numbers).standing()
    found = list(posts.since(standing.history_from).order_by("number"))
    if not found:
        raise BadMove(_("Choose at least one post that still stands here."))
    asks = source.asks_acknowledgement or source.kind == Kind.CONSULTATION
    if found[0].number == 1 and asks:
        raise BadMove(_("The first post says what the group is asked. It stays."))
    return found


def _moved(
    source: Thread, target: Thread, standing: Standing, posts: Sequence[Post], *, by: Capacity, whole: bool = False
) -> _Move:
    if target.merged_into_id:
        raise BadMove(_("That thread was merged into another one. Choose the one it went to."))
    before, old = target.last_number, [post.number for post in posts]
    stubs = [_stub(post) for post in posts]
    for number, post in enumerate(posts, start=before + 1):
        target.last_post_at = max(target.last_post_at, post.created_at)
        post.thread, post.number, post.peak_at = target, number, target.last_post_at
        # Under whatever rule it was written, it is not told of more widely from here.
        post.attribution = max(post.attribution, source.attribution)
    Post.objects.bulk_update(posts, ["thread", "number", "peak_at", "attribution"], batch_size=200)
    Post.objects.bulk_create(stubs, batch_size=200)
    target.last_number = posts[-1].number
    target.save(update_fields=["last_number", "last_post_at"])
    _carry_marks(source, target, old, posts, before)
    Draft.objects.filter(thread=source, reply_to__in=posts).exclude(thread=target).update(reply_to=None)
    arrived = trace_of_move(target, Trace.Kind.ARRIVED, by=by, after=before, other=source, count=len(posts))
    kind = Trace.Kind.MERGED if whole else Trace.Kind.LEFT
    left = trace_of_move(source, kind, by=by, after=source.last_number, other=target, count=len(posts))
    if source.attribution or target.attribution:
        stand(card for post in posts for card in post.cards())
    record(by, "thread.merged" if whole else "thread.posts_moved", source, to=target.pk, numbers=old, since=arrived.pk)
    publish(PostsMoved(source, target, tuple(posts)))
    return _Move(source, target, left)


def _stub(post: Post) -> Post:
    """Return what stays under the number that the post has now."""
    return Post(
        thread=post.thread,
        number=post.number,
        author_id=post.author_id,
        organisation_id=post.organisation_id,
        function=post.function,
        moved_to=post,
        key=uuid.uuid4(),
        digest=digest("stub", post.pk, post.number),
        created_at=post.created_at,
        peak_at=post.peak_at,
        copied_at=post.copied_at,
        attribution=post.attribution,
    )


# --- What readers had -------------------------------------------------------------------------------------------------


def _carry_marks(source: Thread, target: Thread, old: Sequence[int], posts: Sequence[Post], before: int) -> None:
    """Keep unread exact: own posts are never unread, and what was read before the move stays read where that can be said.

    In the thread they leave nothing changes: stubs have the numbers and authors of the posts. In the other one, the mark of
    who had read everything there rises over the posts they had read here.
    """
    authors = {post.author_id for post in posts}
    here = dict(Reading.objects.filter(thread=source).order_by().values_list("user_id", "last_read"))
    for user in sorted(authors):
        Reading.objects.get_or_create(user_id=user, thread=target)
    if not before:  # a new thread: whoever had read of it goes on from there
        fresh = [Reading(user_id=user, thread=target) for user in sorted(set(here) - authors)]
        Reading.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    marks = Reading.objects.select_for_update(no_key=True).filter(thread=target)
    marks = marks.filter(Q(user__in=authors) | Q(last_read=before - F("own_since"))).order_by("user_id")
    changed = []
    for mark in marks:
        own = [post.number for post in posts if post.author_id == mark.user_id]
        mark.own_since += len(own)
        if mark.last_read + mark.own_since - len(own) == before:
            seen = bisect_right(old, here.get(mark.user_id, 0))
            _rise(mark, before, posts, seen)
        changed.append(mark)
    Reading.objects.bulk_update(changed, ["last_read", "own_since"], batch_size=500)


def _rise(mark: Reading, before: int, posts: Sequence[Post], seen: int) -> None:
    """Raise the mark of somebody with nothing of others open over the moved posts that they had read or wrote."""
    for place, post in enumerate(posts):
        if place >= seen and post.author_id != mark.user_id:
            break
        mark.last_read = post.number
    if mark.last_read > before:
        mark.own_since = sum(1 for post in posts if post.author_id == mark.user_id and post.number > mark.last_read)


def _carry_drafts(source: Thread, target: Thread) -> None:
    """Let what people had begun to write here wait for them there, below what they had begun there."""
    there = {draft.user_id: draft for draft in Draft.objects.select_for_update().filter(thread=target)}
    for draft in Draft.objects.select_for_update().filter(thread=source):
        if (kept := there.get(draft.user_id)) is None:
            draft.thread = target
            draft.save(update_fields=["thread"])
        else:
            kept.body = f"{kept.body.rstrip()}\n\n{draft.body}"[: 2 * BODY_LENGTH]
            kept.save(update_fields=["body"])
            draft.delete()


def _carry_bookmarks(source: Thread, target: Thread) -> None:
    marked = set(Bookmark.objects.filter(thread=target).values_list("user_id", flat=True))
    Bookmark.objects.filter(thread=source).exclude(user__in=marked).update(thread=target)
