"""Threads and posts in the search."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import markdown
from discussions import mentions
from discussions.models import Post, Thread
from groups.bylines import bylines_for
from groups.documents.search import document_doors
from search.cards import Shown, Source
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader


def readable(texts: Iterable[str], reader: "Reader") -> list[str]:
    """Return texts without the signs of Markdown, with the names that the reader may know of people they mention."""
    texts = list(texts)
    ids = {person for text in texts for person in mentions.ids_in(text)}
    names = mentions.names_for(ids, reader) if reader.is_authenticated else {}
    named = (mentions.replaced(text, names, _("somebody")) for text in texts)
    return [markdown.excerpt(text, len(text) + 1) for text in named]


def show_threads(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return threads as they are listed, each with its conclusion."""
    threads = list(Thread.objects.filter(pk__in=[pk for pk, _part in asked]).select_related("group"))
    texts = readable((thread.conclusion if thread.is_closed else "" for thread in threads), reader)
    voices = bylines_for(threads, reader)
    return {
        (thread.pk, 0): Shown(thread.title, thread.get_absolute_url(), text, thread.group.name, str(voice))
        for thread, text, voice in zip(threads, texts, voices, strict=True)
    }


def show_posts(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return posts as they are listed, under the titles of their threads."""
    posts = list(Post.objects.filter(pk__in=[pk for pk, _part in asked]).select_related("thread__group"))
    texts = readable((post.own_words for post in posts), reader)
    voices = bylines_for(posts, reader)
    return {
        (post.pk, 0): Shown(post.thread.title, post.get_absolute_url(), text, post.thread.group.name, str(voice))
        for post, text, voice in zip(posts, texts, voices, strict=True)
    }


THREADS = Source(
    label=Kind.THREAD.label,
    rows=Thread.objects.select_related("group", "document").all,
    cards=Thread.cards,
    doors=document_doors,
    show=show_threads,
    suggested=True,
)
POSTS = Source(
    label=Kind.POST.label,
    rows=Post.objects.select_related("thread__document").all,
    cards=Post.cards,
    doors=document_doors,
    show=show_posts,
)
