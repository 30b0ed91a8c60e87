"""What is new to somebody: for lists, for the tabs of a group, and for the home page. Constant queries, whatever the size."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from core import markdown
from discussions import mentions
from discussions.models import Post, Thread, ThreadQuerySet
from groups.history import boundaries_of
from groups.models import Group

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

NEWEST = 3


@dataclass(frozen=True)
class NewThread:
    """A thread with something unread: how much, and the beginning of its last post (empty when that is a tombstone)."""

    thread: Thread
    unread: int
    excerpt: str

    @property
    def url(self) -> str:
        """Where reading goes on."""
        return f"{self.thread.get_absolute_url()}?unread=1"


@dataclass
class GroupNews:
    """What is new to one person in one group: the numbers, and the liveliest threads."""

    group: Group
    threads: int = 0
    posts: int = 0
    newest: list[NewThread] = field(default_factory=list)


def unread_of(user: "Reader", threads: Iterable[Thread]) -> dict[int, int]:
    """Return, by thread id, how many posts are unread; the caller has asked the door for these threads."""
    ids = [thread.pk for thread in threads]
    found = Thread.objects.filter(pk__in=ids).with_unread(user, boundaries_of(user))
    return dict(found.values_list("pk", "unread"))  # type: ignore[misc]


def thread_badges(user: "Reader", group: Group, boundary: datetime | None = None) -> int:
    """Return in how many of the group's threads something is unread (`boundary` is `standing.history_from`)."""
    if not user.is_authenticated:
        return 0
    return Thread.objects.filter(group=group).new_to(user, {group.pk: boundary} if boundary else {}).count()


def whats_new(user: "Reader", groups: Sequence[Group], *, newest: int = NEWEST) -> dict[int, GroupNews]:
    """Return, by group id, what is new to the person in these groups (in which they take part), in at most six queries."""
    news = {group.pk: GroupNews(group) for group in groups}
    if not user.is_authenticated or not news:
        return news
    boundaries = {group: moment for group, moment in boundaries_of(user).items() if group in news}
    fresh = Thread.objects.filter(group__in=list(news)).new_to(user, boundaries)
    for group_id, threads, posts in fresh.order_by().values_list("group_id").annotate(Count("pk"), Sum("unread")):
        news[group_id].threads, news[group_id].posts = threads, posts
    for item in _newest(user, fresh, boundaries, newest):
        item.thread.group = news[item.thread.group_id].group
        news[item.thread.group_id].newest.append(item)
    return news


def _may_read(post: Post, moment: datetime | None) -> bool:
    """Say whether a last post is for the reader: an older one may have been moved to the end of a thread."""
    return moment is None or post.created_at >= moment


def _newest(user: "User", fresh: ThreadQuerySet, boundaries: Mapping[int, datetime], count: int) -> list[NewThread]:
    place = Window(RowNumber(), partition_by=F("group_id"), order_by=[F("last_post_at").desc(), F("pk").desc()])
    threads = list(fresh.annotate(place=place).filter(Q(place__lte=count)).order_by("-last_post_at", "-pk"))
    groups = {thread.pk: thread.group_id for thread in threads}
    last = {
        post.thread_id: post
        for post in Post.objects.filter(
            thread__in=[thread.pk for thread in threads], number=F("thread__last_number")
        ).standing()
        if _may_read(post, boundaries.get(groups[post.thread_id]))
    }
    named = {pk for post in last.values() for pk in mentions.ids_in(post.own_words)}
    names, unknown = mentions.names_for(named, user), _("a participant")

    def words(post: Post | None) -> str:
        return markdown.excerpt(mentions.replaced(post.own_words, names, unknown)) if post else ""

    return [
        NewThread(thread, thread.unread, words(last.get(thread.pk)))  # type: ignore[attr-defined]
        for thread in threads
    ]
