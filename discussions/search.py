"""Threads by their titles and posts by their words, for the one search box."""

from typing import TYPE_CHECKING

from core import markdown
from core.folding import every_word, spans
from discussions.models import Post, Thread
from search.services import Found, Hit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def threads(query: list[str], user: "User | AnonymousUser", limit: int) -> Found:
    """Return threads whose title has every word, the liveliest first."""
    found = list(
        Thread.objects.visible_to(user)
        .filter(every_word(query))
        .select_related("group")
        .order_by("-last_post_at", "-pk")[: limit + 1]
    )
    hits = [
        Hit(thread.title, thread.get_absolute_url(), "", thread.group.name, thread.last_post_at) for thread in found
    ]
    return Found(hits[:limit], more=len(hits) > limit)


def posts(query: list[str], user: "User | AnonymousUser", limit: int) -> Found:
    """Return posts whose text has every word, the newest first; deleted ones have no text."""
    found = list(
        Post.objects.visible_to(user)
        .standing()
        .filter(every_word(query))
        .select_related("thread__group")
        .order_by("-created_at", "-pk")[: limit + 1]
    )
    hits = [
        Hit(
            post.thread.title,
            post.get_absolute_url(),
            around(post.body, query),
            post.thread.group.name,
            post.created_at,
        )
        for post in found
    ]
    return Found(hits[:limit], more=len(hits) > limit)


def around(text: str, query: list[str], length: int = 200) -> str:
    """Return the part of the text in which the first word that is found stands."""
    flat = markdown.excerpt(text, len(text) + 1)
    found = spans(flat, query)
    start = found[0][0] if found else 0
    if start <= length // 2:
        return markdown.excerpt(flat, length)
    return "…" + markdown.excerpt(flat[flat.find(" ", start - length // 2) + 1 :], length)
