"""What is new in groups, and which of it is new to each reader of a portion of digests: asked once for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q

from discussions.letters.posts import KIND as POST
from discussions.models import Attention, CameBy, Mention, Post, Reading, Thread
from groups.documents.models import Reach
from groups.models import Group, History, Membership, Participant
from groups.models.group import LIVE_STATES
from notifications.digests import WEEKLY
from notifications.levels import Levels
from notifications.models import Channel, Letter, Level

HORIZON = timedelta(days=8)
"""How old a post may be of which a digest tells: a week and a day, so that what one digest missed the next one has."""

QUOTED = 2
"""How many posts of a thread a digest quotes: the newest."""

MOST_THREADS = 12
"""How many threads of a group a digest names; of the others it says the number."""


class Item(NamedTuple):
    """A post as far as a digest needs to know it before it is quoted."""

    pk: int
    number: int
    created_at: datetime
    author_id: int
    organisation_id: int | None
    function: str
    version: int


@dataclass
class News:
    """What was said lately in some groups, whoever reads it: threads, the newest first, with their posts in order."""

    groups: dict[int, Group]
    threads: dict[int, list[Thread]] = field(default_factory=lambda: defaultdict(list))
    posts: dict[int, list[Item]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, groups: Iterable[int], *, since: datetime) -> "News":
        """Read it: three queries for any number of groups."""
        news = cls(Group.objects.in_bulk(list(groups)))
        threads = Thread.objects.filter(
            group__in=news.groups, last_post_at__gte=since, reach__lte=Reach.MEMBERS
        ).select_related("document")
        needed = ("pk", "title", "group_id", "last_number", "last_post_at", "document_id", "reach")
        threads = threads.only(*needed, "document__created_at", "document__mark")
        for thread in threads.order_by("-last_post_at", "-pk"):
            thread.group = news.groups[thread.group_id]
            news.threads[thread.group_id].append(thread)
        posts = (
            Post.objects.standing()
            .filter(thread__group__in=news.groups, thread__last_post_at__gte=since, created_at__gte=since)
            .filter(copied_at=None)
            .exclude(came_by=CameBy.ARCHIVE)
        )
        columns = ("thread_id", *Item._fields)
        for thread_id, *row in posts.order_by("thread_id", "number").values_list(*columns):
            news.posts[thread_id].append(Item(*row))
        return news


@dataclass(frozen=True)
class NewThread:
    """A thread of which a digest tells: its new posts, in order."""

    thread: Thread
    posts: Sequence[Item]

    @property
    def quoted(self) -> Sequence[Item]:
        """Those of which the digest shows the beginning."""
        return self.posts[-QUOTED:]


@dataclass(frozen=True)
class NewInGroup:
    """What is new to one reader in one group."""

    group: Group
    threads: Sequence[NewThread]

    @property
    def shown(self) -> Sequence[NewThread]:
        """The threads that the digest names."""
        return [one for one in self.threads if one.thread.letters_may_quote][:MOST_THREADS]

    @property
    def count(self) -> int:
        """How many posts are new."""
        return sum(len(one.posts) for one in self.threads)


class _Mark(NamedTuple):
    """How far a reader is in a thread."""

    last_read: int = 0
    told: int = 0
    attention: str = Attention.NORMAL


@dataclass
class Readers:
    """The readers of some digests: of which groups each gets one, from when on they may read them, and how far they are."""

    begins: dict[int, dict[int, datetime]]
    # Where they only observe, by person and group: what is hidden from observers is none of theirs.
    observed: set[tuple[int, int]] = field(default_factory=set)
    marks: dict[tuple[int, int], _Mark] = field(default_factory=dict)
    mailed: set[tuple[int, int]] = field(default_factory=set)
    mentioned: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, letters: Sequence[Letter]) -> "Readers":
        """Ask who takes part where, today, and wants to hear of it in this digest: two queries."""
        kinds = {letter.reader.pk: letter.kind for letter in letters}
        levels = Levels.of(kinds, Channel.MAIL)
        seats = Participant.objects.taking_part().filter(user__in=kinds, membership__group__state__in=LIVE_STATES)
        begins: dict[int, dict[int, datetime]] = defaultdict(dict)
        observed = set()
        writing = Count("pk", filter=~Q(membership__role=Membership.Role.OBSERVER))
        rows = (
            seats.order_by()
            .values_list("user_id", "membership__group_id")
            .annotate(at=Min("created_at"), writes=writing)
        )
        for user, group, at, writes in rows:
            level = levels.at(user, group)
            if level == Level.DAILY or (level == Level.WEEKLY and kinds[user] == WEEKLY):
                begins[user][group] = at
                if not writes:
                    observed.add((user, group))
        return cls(begins, observed)

    @property
    def groups(self) -> set[int]:
        """All groups of which somebody is told."""
        return {group for groups in self.begins.values() for group in groups}

    def ask_about(self, news: News) -> None:
        """Ask how far everybody is, and what letters told them before: three queries."""
        people = list(self.begins)
        rows = Reading.objects.filter(user__in=people, thread__in=list(news.posts))
        for user, thread, read, told, attention in rows.values_list("user_id", "thread_id", *_Mark._fields):
            self.marks[user, thread] = _Mark(read, told, attention)
        posts = [item.pk for items in news.posts.values() for item in items]
        if not posts:
            return
        sent = Letter.objects.filter(kind=POST, state=Letter.State.SENT, user__in=people, object_id__gte=min(posts))
        self.mailed = set(sent.values_list("user_id", "object_id"))
        named = Mention.objects.filter(user__in=people, post__gte=min(posts))
        self.mentioned = set(named.values_list("user_id", "post_id"))

    def new_to(self, letter: Letter, news: News) -> list[NewInGroup]:
        """Return what this digest tells, by the names of the groups."""
        found = []
        for group_id, joined in self.begins.get(letter.reader.pk, {}).items():
            group = news.groups[group_id]
            keeps_past = group.history == History.FROM_JOINING and not group.is_read_outside
            begins = joined if keeps_past else None
            threads = [
                NewThread(thread, posts)
                for thread in news.threads.get(group_id, ())
                if self._reaches(thread, letter.reader.pk, begins)
                and (posts := self._new_in(thread, letter.reader.pk, news.posts.get(thread.pk, ()), begins))
            ]
            if threads:
                found.append(NewInGroup(group, threads))
        return sorted(found, key=lambda one: one.group.name.casefold())

    def _reaches(self, thread: Thread, user: int, begins: datetime | None) -> bool:
        if thread.reach == Reach.MEMBERS and (user, thread.group_id) in self.observed:
            return False
        return begins is None or thread.document is None or thread.document.created_at >= begins

    def _new_in(self, thread: Thread, user: int, posts: Sequence[Item], begins: datetime | None) -> list[Item]:
        mark = self.marks.get((user, thread.pk), _Mark())
        seen = max(mark.last_read, mark.told)
        if thread.last_number <= seen:
            return []
        return [
            post
            for post in posts
            if post.number > seen
            and post.author_id != user
            and (begins is None or post.created_at >= begins)
            and (user, post.pk) not in self.mailed
            and (mark.attention != Attention.MUTED or (user, post.pk) in self.mentioned)
        ]
