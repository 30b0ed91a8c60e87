"""A person's bookmarks, as far as they may still read what they marked: the rest looks like none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import markdown
from discussions import mentions
from discussions.models import Bookmark, Post, Thread
from groups.bylines import bylines_for
from groups.documents.models import Document

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class _Line:
    """What the list says of a thing that was marked."""

    icon: str
    title: str
    url: str
    group: str
    by: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """One bookmark that still leads somewhere."""

    bookmark: Bookmark
    line: _Line


def readable(bookmarks: Sequence[Bookmark], user: "User") -> list[Marked]:
    """Return those of the person's bookmarks whose things they may read now, in order; a fixed number of queries."""
    marked_posts = {one.post_id for one in bookmarks if one.post_id}
    marked_threads = {one.thread_id for one in bookmarks if one.thread_id}
    marked_documents = {one.document_id for one in bookmarks if one.document_id}
    posts = Post.objects.visible_to(user).standing().filter(pk__in=marked_posts).select_related("thread__group")
    threads = Thread.objects.visible_to(user).filter(pk__in=marked_threads).select_related("group")
    documents = Document.objects.visible_to(user).filter(pk__in=marked_documents).select_related("group")
    lines = _lines_of_posts(list(posts), user)
    lines |= {
        ("thread", one.pk): _Line("thread", one.title, one.get_absolute_url(), one.group.name) for one in threads
    }
    lines |= {
        ("document", one.pk): _Line("document", one.title, one.get_absolute_url(), one.group.name) for one in documents
    }
    found = []
    for one in bookmarks:
        kind = "post" if one.post_id else "thread" if one.thread_id else "document"
        if (line := lines.get((kind, getattr(one, f"{kind}_id")))) is not None:
            found.append(Marked(one, line))
    return found


def _lines_of_posts(posts: list[Post], user: "User") -> dict[tuple[str, int], _Line]:
    voices = bylines_for(posts, user)
    names = mentions.names_for({pk for post in posts if not post.veil for pk in mentions.ids_in(post.body)}, user)
    return {
        ("post", post.pk): _Line(
            "reply",
            post.thread.title,
            post.get_absolute_url(),
            post.thread.group.name,
            str(voice),
            markdown.excerpt(mentions.replaced(post.own_words, {} if post.veil else names, _("a participant"))),
        )
        for post, voice in zip(posts, voices, strict=True)
    }
