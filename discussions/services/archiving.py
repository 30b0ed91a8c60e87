"""Words of a mailing list's archive, taken in as threads: each keeps its time and its author, or their name; nobody is told."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from core import markdown
from core.events import publish
from discussions.events import PostWritten
from discussions.models import CameBy, Post, PostVersion, Reading, Thread
from discussions.services.writing import clean_body, clean_title, digest
from groups.models import Group, Participant


@dataclass(frozen=True)
class OldWord:
    """What somebody said on the list; whoever has no account is `accounts.models.ARCHIVE`, with the name as the function."""

    author_id: int
    organisation_id: int | None
    function: str
    title: str
    body: str
    at: datetime
    key: uuid.UUID


def take_in(group: Group, word: OldWord, *, thread: Thread | None, answers: int | None = None) -> Post:
    """Write one post of an archive, in the thread or as the first of a new one; the caller has locked the group.

    Its time is kept, but never before that of the post above it. The number it answers is of the same thread. A text that
    names somebody by number, as ours do, mentions nobody.
    """
    body = clean_body(word.body).replace("@[", "@\\[").replace("> #[", "> #\\[")
    if thread is None:
        thread = Thread(group=group, title=clean_title(word.title), key=word.key)
        thread.created_at = thread.last_post_at = word.at
        _speak(thread, word)
        thread.save(force_insert=True)
    thread.group = group
    at = max(word.at, thread.last_post_at) if thread.last_number else word.at
    post = Post(
        thread=thread,
        number=thread.last_number + 1,
        reply_to=thread.posts.filter(number=answers).first() if answers else None,
        body=body,
        html=markdown.render(body),
        key=word.key,
        digest=digest(thread.pk, "archive", body),
        created_at=at,
        peak_at=at,
        came_by=CameBy.ARCHIVE,
    )
    _speak(post, word)
    post.save(force_insert=True)
    version = PostVersion(post=post, number=1, body=body, created_at=at)
    _speak(version, word)
    version.save(force_insert=True)
    thread.last_number, thread.last_post_at = post.number, at
    thread.save(update_fields=["last_number", "last_post_at"])
    publish(PostWritten(post))
    return post


def _speak(row: Thread | Post | PostVersion, word: OldWord) -> None:
    row.author_id, row.organisation_id, row.function = word.author_id, word.organisation_id, word.function


def count_as_read(group: Group, threads: Iterable[int]) -> None:
    """Mark these threads, which an archive began, read by everybody who takes part now: they are not news to anybody."""
    people = set(Participant.objects.taking_part().filter(membership__group=group).values_list("user_id", flat=True))
    for thread, last in Thread.objects.filter(group=group, pk__in=list(threads)).values_list("pk", F("last_number")):
        marks = [Reading(user_id=person, thread_id=thread, last_read=last, told=last) for person in people]
        Reading.objects.bulk_create(
            marks,
            update_conflicts=True,
            unique_fields=["user", "thread"],
            update_fields=["last_read", "told"],
        )
