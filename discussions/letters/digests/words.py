"""The words of a digest: what reads the same for many readers is made once and remembered."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import markdown, quotations
from core.letters import styled
from discussions import mentions
from discussions.letters.company import Company, Word
from discussions.letters.digests.news import Item, NewInGroup, News, NewThread
from discussions.models import Post, Reading
from notifications.letters import scopes
from notifications.models import Letter
from notifications.wording import Written, button

REMEMBERED = 4096
"""How many thread's parts and how many beginnings of posts a process remembers: about 10 MB."""


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


class Quotes:
    """The beginnings of the posts that some digests quote, and who wrote them."""

    def __init__(self, news: News, shown: Iterable[NewThread]) -> None:
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


def written(letter: Letter, groups: Sequence[NewInGroup], quotes: Quotes) -> Written:
    """Return a digest, as text and as HTML, in the current language; once it is sent, its reader has been told."""
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
        stop=scopes(letter.reader.pk),
        sent=partial(_note_told, letter.reader.pk, groups),
    )


def _group_part(one: NewInGroup, quotes: Quotes) -> tuple[str, SafeString]:
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
