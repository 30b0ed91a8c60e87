"""How notices of posts read: who mentioned, answered or announced, for those who may still read it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import markdown
from discussions.models import Post, Scheduled
from groups.bylines import bylines_for
from notifications.models import Notice
from notifications.services import Rendered

if TYPE_CHECKING:
    from accounts.models import User


def render_mentions(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say who mentioned the reader, and where."""
    return _rendered(
        notices,
        user,
        lambda who, post: _("%(who)s mentioned you in “%(thread)s”") % _words(who, post),
        _many_mentions,
    )


def render_replies(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say who answered the reader, and where."""
    return _rendered(
        notices, user, lambda who, post: _("%(who)s answered you in “%(thread)s”") % _words(who, post), _many_replies
    )


def render_announcements(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say who announced what in which group."""
    return _rendered(
        notices,
        user,
        lambda who, post: (
            _("%(who)s announced in %(group)s: “%(thread)s”") % {**_words(who, post), "group": post.thread.group.name}
        ),
    )


def _words(who: str, post: Post) -> dict[str, str]:
    return {"who": who, "thread": post.thread.title}


def _many_mentions(thread: str, count: int) -> str:
    words = ngettext("%(count)d mention in “%(thread)s”", "%(count)d mentions in “%(thread)s”", count)
    return words % {"count": count, "thread": thread}


def _many_replies(thread: str, count: int) -> str:
    words = ngettext("%(count)d answer in “%(thread)s”", "%(count)d answers in “%(thread)s”", count)
    return words % {"count": count, "thread": thread}


def _rendered(
    notices: Sequence[Notice],
    user: "User",
    sentence: Callable[[str, Post], str],
    together: Callable[[str, int], str] | None = None,
) -> dict[int, Rendered]:
    """Return the notices whose post stands and may be read by the reader now.

    Names follow the rule of bylines; the number of queries does not grow with the notices.
    """
    wanted = {notice.object_id for notice in notices}
    posts = {
        post.pk: post
        for post in Post.objects.visible_to(user).standing().filter(pk__in=wanted).select_related("thread__group")
    }
    spoken = list(posts.values())
    said_by = {post.pk: byline.label for post, byline in zip(spoken, bylines_for(spoken, user), strict=True)}
    return {
        notice.pk: Rendered(
            sentence(said_by[post.pk], post),
            post.get_absolute_url(),
            markdown.excerpt(post.own_words),
            group_id=post.thread.group_id,
            group_name=post.thread.group.name,
            about=f"thread:{post.thread_id}",
            together=partial(together, post.thread.title) if together else None,
        )
        for notice in notices
        if (post := posts.get(notice.object_id))
    }


def render_refused(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say that what the reader wrote for later did not appear, and why; it waits with them as a draft."""
    wanted = {notice.object_id for notice in notices}
    waiting = Scheduled.objects.filter(pk__in=wanted, author=user).exclude(refused_at=None).in_bulk()
    words, url = _("What you wrote for later did not appear: %(why)s"), reverse("scheduled:list")
    letter = _("Something that you wrote for later did not appear. It waits for you as a draft.")
    return {
        notice.pk: Rendered(words % {"why": one.refusal}, url, markdown.excerpt(one.title or one.body), letter)
        for notice in notices
        if (one := waiting.get(notice.object_id))
    }
