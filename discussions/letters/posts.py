"""The letter about one post: to whom it is addressed, to whom every post comes at once, and to whom watches the thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import markdown
from core.letters import styled
from discussions import addresses, mentions, quotes
from discussions.audience import reaches
from discussions.letters.company import Company, Word
from discussions.models import Attention, Post, Reading
from groups.bylines import bylines_for
from groups.standing import Standing
from notifications.letters import scopes
from notifications.levels import Levels
from notifications.models import Channel, Letter, Level, Notice, Rhythm
from notifications.wording import Words, Written, button, plain_words

if TYPE_CHECKING:
    from accounts.models import User

KIND = "post"
DIRECT = ("mention", "reply", "announcement")
"""The kinds of notices that say that a post is addressed to somebody, the most personal first."""


def key_of(post_id: int) -> str:
    """Return the key of every letter about the post."""
    return f"{KIND}:{post_id}"


def conversation_of(thread_id: int) -> str:
    """Return what letters about a thread share, so that mail programs keep them together."""
    return f"thread:{thread_id}"


def place_of_post(letter: Letter) -> str:
    """Return the address of the post, if it stands and its reader may read it."""
    posts = Post.objects.visible_to(letter.reader).standing().select_related("thread__group")
    post = posts.filter(pk=letter.object_id).first()
    if post is None:
        raise Http404
    return post.get_absolute_url()


def of_posts(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of letters about posts, by the letter's id, for readers who may read the post and want to hear of it.

    The number of queries does not grow with the letters, but for readers from outside the group.
    """
    found = Post.objects.standing().filter(pk__in={letter.object_id for letter in letters})
    posts = {post.pk: post for post in found.select_related("thread__group__parent", "thread__document", "reply_to")}
    to_write = [letter for letter in letters if letter.object_id in posts]
    readers = _Readers.of(to_write, posts)
    texts = _Texts(list(posts.values()))
    return {
        letter.pk: partial(_written, letter, post, why, readers, texts)
        for letter in to_write
        if (why := readers.why(letter.reader, post := posts[letter.object_id]))
    }


@dataclass
class _Readers:
    """What is asked about all readers at once: rights, marks, wishes, and what is addressed to whom."""

    standings: dict[tuple[int, int], Standing]
    levels: Levels
    at_leisure: set[int]
    marks: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    direct: dict[tuple[int, int], tuple[str, bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, letters: Sequence[Letter], posts: dict[int, Post]) -> "_Readers":
        people = {letter.reader.pk for letter in letters}
        threads = {post.thread_id for post in posts.values()}
        marks = Reading.objects.filter(user__in=people, thread__in=threads)
        notices = Notice.objects.filter(user__in=people, kind__in=DIRECT, object_id__in=posts)
        return cls(
            Standing.of_many((letter.reader, posts[letter.object_id].thread.group) for letter in letters),
            Levels.of(people, Channel.MAIL),
            set(Rhythm.objects.filter(user__in=people, directly_by_mail=False).values_list("user_id", flat=True)),
            {
                (user, thread): (last_read, attention)
                for user, thread, last_read, attention in marks.values_list(
                    "user_id", "thread_id", "last_read", "attention"
                )
            },
            {
                (user, post): (kind, read_at is not None)
                for user, post, kind, read_at in notices.values_list("user_id", "object_id", "kind", "read_at")
            },
        )

    def why(self, user: "User", post: Post) -> str:
        """Return for which reason the person is written to about the post now; "" if they are not.

        Not where they may not read it, have read it, wrote it, muted the thread (but for a mention), or want nothing of it.
        """
        standing = self.standings[user.pk, post.thread.group_id]
        begins = standing.history_from
        if post.author_id == user.pk or not standing.may_read or (begins and post.created_at < begins):
            return ""
        if not reaches(post.thread, standing):
            return ""
        last_read, attention = self.marks.get((user.pk, post.thread_id), (0, Attention.NORMAL))
        if last_read >= post.number:
            return ""
        kind, is_read = self.direct.get((user.pk, post.pk), ("", False))
        level = self.levels.at(user.pk, post.thread.group_id)
        if is_read or (attention == Attention.MUTED and kind != "mention"):
            return ""
        if kind and level != Level.OFF and user.pk not in self.at_leisure:
            return kind
        if attention == Attention.WATCHING:
            return "watching"
        return "level" if level == Level.AT_ONCE and standing.is_participant else ""

    def standing(self, user: "User", post: Post) -> Standing:
        """Return the person's standing in the post's group."""
        return self.standings[user.pk, post.thread.group_id]


class _Texts:
    """What posts say, made once for all readers of a language who take part."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = posts
        self._made: dict[tuple[int, str], tuple[str, SafeString]] = {}

    @cached_property
    def _company(self) -> Company:
        quoted = [post for post in self._posts if post.thread.letters_may_quote]
        named = ((post.thread.group_id, one) for post in quoted for one in mentions.ids_in(post.body))
        return Company((Word.of(post, post.thread.group_id) for post in quoted), named)

    @cached_property
    def _reaches(self) -> dict[int, int]:
        return quotes.reach_of_quoted(self._posts)

    def of(self, post: Post, standing: Standing) -> tuple[str, SafeString]:
        """Return the post's words with who spoke above them, as plain text and as styled HTML, in the current language."""
        people = mentions.ids_in(post.body)
        if not standing.is_participant:
            (byline,) = bylines_for([post], standing.user)
            names = {} if post.veil else mentions.names_for(people, standing.user)  # type: ignore[arg-type]
            return self._make(post, str(byline), dict(names))
        key = (post.pk, translation.get_language() or "")
        if key not in self._made:
            group = post.thread.group_id
            by = self._company.byline(Word.of(post, group))
            self._made[key] = self._make(post, by, self._company.names(group, people))
        return self._made[key]

    def _make(self, post: Post, by: str, names: dict[int, str]) -> tuple[str, SafeString]:
        unknown = _("a participant")
        body, words = quotes.for_everybody(post, self._reaches)
        text = f"{by}:\n\n{mentions.replaced(body, names, unknown)}"
        head = format_html('<p class="letter-by" dir="auto">{}</p>', by)
        return text, styled(head + format_html('<div dir="auto">{}</div>', markdown.fill(words, names, unknown)))


def _written(letter: Letter, post: Post, why: str, readers: _Readers, texts: _Texts) -> Written:
    thread, group = post.thread, post.thread.group
    standing = readers.standing(letter.reader, post)
    may_answer = standing.may_post and thread.takes_posts
    reply_to = addresses.answer_address(letter.reader.pk, post.pk) if may_answer else ""
    if thread.letters_may_quote:
        subject = f"[{group.name}] {thread.title}"
        url, label = settings.SITE_URL + post.get_absolute_url(), _("Open it on the site")
        text, html = texts.of(post, standing)
        text, html = f"{thread.title}\n\n{text}\n\n{label}\n{url}", _titled(thread.title) + html
        html = SafeString(html + styled(button(url, label)))
    else:
        subject = _neutral(why, group.name if group.letters_may_name else "")
        url = settings.SITE_URL + reverse("notifications:letter", args=[letter.pk])
        text, html = plain_words(subject, url, _("Sign in to read more"))
    answered = post.reply_to
    return Written(
        subject=subject,
        text=text,
        html=html,
        why=_because(why),
        conversation=conversation_of(thread.pk),
        answers=key_of(answered.pk) if answered and answered.number > 1 else "",
        begins=post.number == 1,
        reply_to=reply_to,
        above=addresses.marker() if reply_to else "",
        stop=scopes(letter.reader.pk, thread_id=thread.pk, group_id=group.pk),
    )


def _titled(title: str) -> SafeString:
    return styled(format_html('<h1 dir="auto">{}</h1>', title))


def _neutral(why: str, group: str) -> str:
    """Return what a letter without content says: of a group that not everybody may know of, not even its name."""
    if group:
        words = {
            "mention": _("Somebody mentioned you in %(group)s"),
            "reply": _("Somebody answered you in %(group)s"),
            "announcement": _("There is an announcement in %(group)s"),
        }
        return words.get(why, _("There is a new post in %(group)s")) % {"group": group}
    words = {
        "mention": _("Somebody mentioned you in one of your groups"),
        "reply": _("Somebody answered you in one of your groups"),
        "announcement": _("There is an announcement in one of your groups"),
    }
    return words.get(why, _("There is a new post in one of your groups"))


def _because(why: str) -> str:
    words = {
        "mention": _("You get this letter because somebody mentioned you."),
        "reply": _("You get this letter because somebody answered you."),
        "announcement": _("You get this letter because announcements come to everybody in the group."),
        "watching": _("You get this letter because you watch the thread."),
    }
    return words.get(why, _("You get this letter because every post of the group comes to you at once."))
