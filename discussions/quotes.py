"""Quoting a post: whom the words are from is looked up when they are shown, the words stay with who quoted them.

In the editor a quotation begins with the line `> #7`, the number of the post in this thread; kept, it is `> #[12]`, the
post itself, which may move. The words are the quoter's by then: they stay when the original is deleted, and its place says
that it was. Whoever may not read the original, because it is older than their part in the group, does not read it quoted.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from core import markdown, quotations
from core.quotations import KEPT, heads
from discussions import mentions
from discussions.models import Post, Thread
from groups.models import Group, History

TYPED = re.compile(r"( {0,3}> ?)#(\d{1,9})[ \t]*$")
NUMBERS = 50


def resolve(text: str, thread: Thread, since: datetime | None) -> str:
    """Return the text with the posts it quotes by number as kept; what the writer may not read is left as it was typed.

    A kept sign that somebody typed by hand stays one only for a post of this group that the writer may read, and that
    reaches whoever reads this thread.
    """
    lines = text.split("\n")
    typed = {index: int(found[2]) for index in heads(lines) if (found := TYPED.match(lines[index]))}
    kept = {index: int(found[2]) for index in heads(lines) if (found := KEPT.match(lines[index]))}
    if not typed and not kept:
        return text
    here = Post.objects.filter(thread=thread, number__in=list(typed.values())[:NUMBERS]).since(since)
    numbers = {number: moved or pk for number, pk, moved in here.values_list("number", "pk", "moved_to_id")}
    readable = set(
        Post.objects.filter(pk__in=list(kept.values())[:NUMBERS], thread__group=thread.group_id, moved_to=None)
        .filter(thread__reach__lte=thread.reach)
        .since(since)
        .values_list("pk", flat=True)
    )
    for index, number in typed.items():
        if number in numbers:
            lines[index] = TYPED.sub(rf"\1#[{numbers[number]}]", lines[index])
    for index, pk in kept.items():
        if pk not in readable:
            lines[index] = KEPT.sub(r"\1#\\[\2]", lines[index])
    return "\n".join(lines)


def spell(text: str, thread: Thread) -> str:
    """Return the text as its author edits it: numbers for the posts of this thread."""
    lines = text.split("\n")
    kept = {index: int(found[2]) for index in heads(lines) if (found := KEPT.match(lines[index]))}
    if not kept:
        return text
    here = dict(Post.objects.filter(pk__in=kept.values(), thread=thread).values_list("pk", "number"))
    for index, pk in kept.items():
        if pk in here:
            lines[index] = KEPT.sub(rf"\1#{here[pk]}", lines[index])
    return "\n".join(lines)


def quoted_block(post: Post, group: Group) -> str:
    """Return a post's own words as the editor quotes them, what it quotes itself left out."""
    return quotations.block(post.number, mentions.spell(post.own_words, group))


def reach_of_quoted(posts: Iterable[Post]) -> dict[int, int]:
    """Return how far the threads reach in which the posts stand that these quote: one query, none where nothing is quoted."""
    quoted = {pk for post in posts for pk in quotations.words_in(post.body)}
    return dict(Post.objects.filter(pk__in=quoted).values_list("pk", "thread__reach")) if quoted else {}


def for_everybody(post: Post, reaches: Mapping[int, int]) -> tuple[str, str]:
    """Return a post's source and HTML as whoever may read it may read them, where no reader is asked: in letters to many.

    Where a group keeps its past from newcomers, or something quoted reaches less far by now (`reach_of_quoted`), that is
    without what the post quotes.
    """
    if "#[" not in post.body:
        return post.body, post.html
    group = post.thread.group
    narrower = any(reaches.get(pk, 0) > post.thread.reach for pk in quotations.words_in(post.body))
    if narrower or (group.history == History.FROM_JOINING and not group.is_read_outside):
        return post.own_words, markdown.render(post.own_words)
    return quotations.replaced(post.body, lambda pk: "…"), post.html
