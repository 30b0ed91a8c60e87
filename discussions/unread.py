"""What is new to somebody: for lists, for the tabs of a group, and for the home page. Constant queries, whatever the size."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerChoices,
    IntegerField,
    OuterRef,
    Q,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import markdown
from discussions import mentions
from discussions.models import Attention, Post, Thread, ThreadQuerySet
from discussions.models.thread import FOR_LEADS
from groups.history import boundaries_of
from groups.models import Group
from notifications.models import Notice

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

NEWEST = 3
ADDRESSED = ("mention", "reply")


class Why(IntegerChoices):
    """Why something stands where it does on the reader's home, the most relevant first."""

    ADDRESSED = 1, gettext_lazy("Addressed to you")
    ASKED = 2, gettext_lazy("Announced or asked")
    WATCHED = 3, gettext_lazy("You watch this")
    LIVELY = 4, ""


@dataclass(frozen=True)
class NewThread:
    """A thread with something unread: how much, and the beginning of its last post (empty when that is a tombstone)."""

    thread: Thread
    unread: int
    excerpt: str
    why: Why = Why.LIVELY

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
    threads = Thread.objects.filter(group=group).within_reach(user)
    return threads.new_to(user, {group.pk: boundary} if boundary else {}).count()


def fresh_threads(
    user: "User", groups: Sequence[Group], boundaries: Mapping[int, datetime] | None = None
) -> ThreadQuerySet:
    """Return the threads of these groups (in which the person takes part) with something unread, but for those they muted."""
    here = {group.pk for group in groups}
    if boundaries is None:
        boundaries = {group: moment for group, moment in boundaries_of(user).items() if group in here}
    return (
        Thread.objects.filter(group__in=here)
        .within_reach(user)
        .new_to(user, boundaries)
        .exclude(Q(attention=Attention.MUTED))
    )


def whats_new(
    user: "Reader", groups: Sequence[Group], *, newest: int = NEWEST, put_away: Exists | None = None
) -> dict[int, GroupNews]:
    """Return, by group id, what is new to the person in these groups (in which they take part), in at most six queries.

    Threads that they muted are left out, and those that are `put_away`. The most relevant come first: what is addressed to
    the reader, then announcements and consultations, then what they watch, then what is liveliest.
    """
    news = {group.pk: GroupNews(group) for group in groups}
    if not user.is_authenticated or not news:
        return news
    boundaries = {group: moment for group, moment in boundaries_of(user).items() if group in news}
    fresh = fresh_threads(user, groups, boundaries)
    if put_away is not None:
        fresh = fresh.exclude(put_away)
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
    told = Notice.objects.filter(user=user, kind__in=ADDRESSED, read_at=None).values("object_id")
    addressed = Exists(Post.objects.filter(thread=OuterRef("pk"), pk__in=told))
    relevance = Case(
        When(addressed, then=Value(Why.ADDRESSED)),
        When(kind__in=FOR_LEADS, then=Value(Why.ASKED)),
        When(attention=Attention.WATCHING, then=Value(Why.WATCHED)),
        default=Value(Why.LIVELY),
        output_field=IntegerField(),
    )
    order = [F("relevance").asc(), F("last_post_at").desc(), F("pk").desc()]
    place = Window(RowNumber(), partition_by=F("group_id"), order_by=order)
    ranked = fresh.annotate(relevance=relevance).annotate(place=place).filter(Q(place__lte=count))
    threads = list(ranked.order_by("relevance", "-last_post_at", "-pk"))
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
        NewThread(thread, thread.unread, words(last.get(thread.pk)), Why(thread.relevance))  # type: ignore[attr-defined]
        for thread in threads
    ]
