"""The digest: what is new and unread in a person's groups, by group and thread, without what a letter told them before.

Everything is asked once for the readers of a whole portion of letters, and what reads the same for many is made once: a
thread's part of a digest depends on its posts, on how they are signed, and on the language, on nothing of the reader.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import markdown, quotations
from core.letters import styled
from discussions import mentions
from discussions.letters.company import Company, Word
from discussions.letters.posts import KIND as POST
from discussions.models import Attention, CameBy, Mention, Post, Reading, Thread
from groups.models import Group, History, Participant
from groups.models.group import LIVE_STATES
from notifications.digests import WEEKLY
from notifications.letters import scopes
from notifications.levels import Levels
from notifications.models import Channel, Letter, Level
from notifications.wording import Words, Written, button

HORIZON = timedelta(days=8)
"""How old a post may be of which a digest tells: a week and a day, so that what one digest missed the next one has."""

QUOTED = 2
"""How many posts of a thread a digest quotes: the newest."""

MOST_THREADS = 12
"""How many threads of a group a digest names; of the others it says the number."""

REMEMBERED = 4096
"""How many thread's parts and how many beginnings of posts a process remembers: about 10 MB."""


def place_of_digest(letter: Letter) -> str:
    """Return the page that says what is new."""
    return reverse("home")


def of_digests(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of digests, by the letter's id, for readers to whom something is new; queries do not grow with them."""
    readers = _Readers.of(letters)
    news = _News.of(readers.groups, since=timezone.now() - HORIZON)
    readers.ask_about(news)
    found = {letter.pk: readers.new_to(letter, news) for letter in letters}
    shown = [item for items in found.values() for group in items for item in group.shown]
    quotes = _Quotes(news, shown)
    return {letter.pk: partial(_written, letter, groups, quotes) for letter in letters if (groups := found[letter.pk])}


# --- What there is ------------------------------------------------------------------------------------------------


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
class _News:
    """What was said lately in some groups, whoever reads it: threads, the newest first, with their posts in order."""

    groups: dict[int, Group]
    threads: dict[int, list[Thread]] = field(default_factory=lambda: defaultdict(list))
    posts: dict[int, list[Item]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, groups: Iterable[int], *, since: datetime) -> "_News":
        """Read it: three queries for any number of groups."""
        news = cls(Group.objects.in_bulk(list(groups)))
        threads = Thread.objects.filter(group__in=news.groups, last_post_at__gte=since).only(
            "pk", "title", "group_id", "last_number", "last_post_at"
        )
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


# --- What is new to whom ------------------------------------------------------------------------------------------


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
        return self.threads[:MOST_THREADS] if self.group.letters_may_quote else ()

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
class _Readers:
    """The readers of some digests: of which groups each gets one, from when on they may read them, and how far they are."""

    begins: dict[int, dict[int, datetime]]
    marks: dict[tuple[int, int], _Mark] = field(default_factory=dict)
    mailed: set[tuple[int, int]] = field(default_factory=set)
    mentioned: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, letters: Sequence[Letter]) -> "_Readers":
        """Ask who takes part where, today, and wants to hear of it in this digest: two queries."""
        kinds = {letter.user_id: letter.kind for letter in letters}
        levels = Levels.of(kinds, Channel.MAIL)
        seats = Participant.objects.taking_part().filter(user__in=kinds, membership__group__state__in=LIVE_STATES)
        begins: dict[int, dict[int, datetime]] = defaultdict(dict)
        for user, group, at in (
            seats.order_by().values_list("user_id", "membership__group_id").annotate(Min("created_at"))
        ):
            level = levels.at(user, group)
            if level == Level.DAILY or (level == Level.WEEKLY and kinds[user] == WEEKLY):
                begins[user][group] = at
        return cls(begins)

    @property
    def groups(self) -> set[int]:
        """All groups of which somebody is told."""
        return {group for groups in self.begins.values() for group in groups}

    def ask_about(self, news: _News) -> None:
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

    def new_to(self, letter: Letter, news: _News) -> list[NewInGroup]:
        """Return what this digest tells, by the names of the groups."""
        found = []
        for group_id, joined in self.begins.get(letter.user_id, {}).items():
            group = news.groups[group_id]
            keeps_past = group.history == History.FROM_JOINING and not group.is_read_outside
            begins = joined if keeps_past else None
            threads = [
                NewThread(thread, posts)
                for thread in news.threads.get(group_id, ())
                if (posts := self._new_in(thread, letter.user_id, news.posts.get(thread.pk, ()), begins))
            ]
            if threads:
                found.append(NewInGroup(group, threads))
        return sorted(found, key=lambda one: one.group.name.casefold())

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


# --- Words --------------------------------------------------------------------------------------------------------


class _Remembered[T]:
    """The last so many things that were made, each by what it was made of."""

    def __init__(self) -> None:
        self._made: OrderedDict[object, T] = OrderedDict()

    def __contains__(self, key: object) -> bool:
        return key in self._made

    def get(self, key: object, make: Callable[[], T]) -> T:
        """Return what was made of the key, or make it."""
        if key not in self._made:
            self._made[key] = make()
            if len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return self._made[key]

    def keep(self, key: object, made: T) -> None:
        """Remember what was made elsewhere."""
        self.get(key, lambda: made)


# A version of a post never changes, and a thread's part is kept under every word in it: nothing here can grow stale.
_beginnings: _Remembered[str] = _Remembered()
_parts: _Remembered[tuple[str, SafeString]] = _Remembered()


class _Quotes:
    """The beginnings of the posts that some digests quote, and who wrote them."""

    def __init__(self, news: _News, shown: Iterable[NewThread]) -> None:
        items = {item.pk: (item, new.thread.group_id) for new in shown for item in new.quoted}
        missing = [pk for pk, (item, _group) in items.items() if (pk, item.version) not in _beginnings]
        bodies = Post.objects.filter(pk__in=missing).values_list("pk", "version", "body")
        self._bodies = {pk: (version, body) for pk, version, body in bodies}
        self._texts = {pk: self._beginning(item) for pk, (item, _group) in items.items()}
        words = {Word.of(item, group) for item, group in items.values()}
        named = {(group, one) for pk, (_item, group) in items.items() for one in mentions.ids_in(self._texts[pk])}
        self._company = Company(words, named)
        self._made: dict[object, tuple[str, SafeString]] = {}

    def _beginning(self, item: Item) -> str:
        """Return the beginning of the post's source, tokens of mentions and all; "" if it was changed or deleted just now."""

        def make() -> str:
            version, body = self._bodies.get(item.pk, (0, ""))
            return quotations.without(body)[:600] if version == item.version else ""

        return _beginnings.get((item.pk, item.version), make)

    def part(self, new: NewThread) -> tuple[str, SafeString]:
        """Return what a digest says of the thread, as text and as styled HTML, in the current language."""
        known = (new.thread.pk, len(new.posts), *(item.pk for item in new.quoted), translation.get_language())
        if known not in self._made:
            self._made[known] = self._part(new)
        return self._made[known]

    def _part(self, new: NewThread) -> tuple[str, SafeString]:
        group = new.thread.group_id
        lines = []
        for item in new.quoted:
            text = self._texts[item.pk]
            names = self._company.names(group, mentions.ids_in(text))
            said = markdown.excerpt(mentions.replaced(text, names, _("a participant")), 220)
            if said:
                lines.append((self._company.byline(Word.of(item, group)), said))
        url = f"{settings.SITE_URL}{new.thread.get_absolute_url()}?unread=1"
        key = (new.thread.title, url, len(new.posts), tuple(lines), translation.get_language())
        return _parts.get(key, lambda: _part(new.thread.title, url, len(new.posts), lines))


def _part(title: str, url: str, count: int, lines: Sequence[tuple[str, str]]) -> tuple[str, SafeString]:
    counted = _posts(count)
    text = [f"* {title} ({counted})", f"  {url}", *(f"  {by}: {said}" for by, said in lines)]
    html = format_html(
        '<h3 dir="auto"><a href="{}">{}</a></h3><p class="letter-soft">{}</p>', url, title, counted
    ) + SafeString(
        "".join(
            format_html('<p class="letter-quote" dir="auto"><strong>{}</strong>: {}</p>', by, said)
            for by, said in lines
        )
    )
    return "\n".join(text), styled(html)


def _posts(count: int) -> str:
    return ngettext("%(count)d new post", "%(count)d new posts", count) % {"count": count}


def _written(letter: Letter, groups: Sequence[NewInGroup], quotes: _Quotes) -> Written:
    count = sum(one.count for one in groups)
    text, html = [], []
    for one in (one for one in groups if one.group.letters_may_name):
        said, drawn = _group_part(one, quotes)
        text.append(said)
        html.append(drawn)
    if unnamed := [one for one in groups if not one.group.letters_may_name]:
        said, drawn = _unnamed_part(unnamed)
        text.append(said)
        html.append(drawn)
    home = settings.SITE_URL + reverse("home")
    label = _("See everything that is new")
    day = date_format(date.fromordinal(letter.object_id), "l j F Y")
    heading = _("What is new in your groups")
    return Written(
        subject=ngettext("%(count)d new post in your groups", "%(count)d new posts in your groups", count)
        % {"count": count},
        text="\n\n".join([f"{heading}, {day}", *text, f"{label}\n{home}"]),
        html=SafeString(
            styled(format_html('<h1>{}</h1><p class="letter-soft">{}</p>', heading, day))
            + "".join(html)
            + styled(button(home, label))
        ),
        why=_("You get this letter because you take part in these groups and want to hear of them from time to time."),
        stop=scopes(letter.user_id),
        sent=partial(_note_told, letter.user_id, groups),
    )


def _group_part(one: NewInGroup, quotes: _Quotes) -> tuple[str, SafeString]:
    group = one.group
    url = f"{settings.SITE_URL}{reverse('threads:list', args=[group.slug])}"
    text = [group.name, "=" * min(len(group.name), 60)]
    html = [_parts.get(("group", group.name, url), lambda: ("", _heading(group.name, url)))[1]]
    for new in one.shown:
        said, drawn = quotes.part(new)
        text.append(said)
        html.append(drawn)
    if not one.shown:
        counted = _counted([one])
        text += [counted, url]
        html.append(_soft(counted))
    elif more := len(one.threads) - len(one.shown):
        words = ngettext("and %(count)d thread more", "and %(count)d threads more", more) % {"count": more}
        text += [words, url]
        html.append(_soft(words))
    return "\n".join(text), SafeString("".join(html))


def _unnamed_part(groups: Sequence[NewInGroup]) -> tuple[str, SafeString]:
    """Return what is said of groups that letters do not name: how much is new in all of them together."""
    heading = ngettext("In a group of yours", "In other groups of yours", len(groups))
    counted = _counted(groups)
    html = styled(format_html("<h2>{}</h2>", heading)) + _soft(counted)
    return f"{heading}\n{'=' * len(heading)}\n{counted}", SafeString(html)


def _counted(groups: Sequence[NewInGroup]) -> str:
    threads = sum(len(one.threads) for one in groups)
    where = ngettext("in %(count)d thread", "in %(count)d threads", threads) % {"count": threads}
    return f"{_posts(sum(one.count for one in groups))} {where}"


def _heading(name: str, url: str) -> SafeString:
    return styled(format_html('<h2 dir="auto"><a href="{}">{}</a></h2>', url, name))


def _soft(words: str) -> SafeString:
    return _parts.get(("soft", words), lambda: ("", styled(format_html('<p class="letter-soft">{}</p>', words))))[1]


def _note_told(user_id: int, groups: Sequence[NewInGroup]) -> None:
    """Note how far the digest has told its reader of each thread, together with its being sent."""
    marks = [
        Reading(user_id=user_id, thread=new.thread, told=new.posts[-1].number) for one in groups for new in one.threads
    ]
    Reading.objects.bulk_create(marks, update_conflicts=True, unique_fields=["user", "thread"], update_fields=["told"])
