"""A thread made of words that were said elsewhere: each keeps its author, organisation, function and time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core import markdown
from core.errors import Conflict
from discussions.models import Mention, Post, PostVersion, Thread
from discussions.services.reading import count_own
from discussions.services.writing import clean_title, digest
from groups.models import Group
from groups.standing import NotAllowed, Standing
from partners.capacity import Capacity


@dataclass(frozen=True)
class Word:
    """Something that was said elsewhere: by whom is frozen on it; `answers` is its place among the words given."""

    author_id: int
    organisation_id: int | None
    function: str
    body: str
    at: datetime
    key: uuid.UUID
    answers: int | None = None


def known_copy(by: Capacity, key: uuid.UUID, of: str) -> Thread | None:
    """Return the thread that the person's key made before, or nothing; refuse a key that came with something else.

    `of` is the fingerprint of what is copied.
    """
    thread = Thread.objects.filter(author=by.user_id, key=key).select_related("group").first()
    if thread is None:
        return None
    first = thread.posts.get(number=1)
    if first.copied_at is None or first.digest not in ("", of):
        raise Conflict(_("This form was sent before, with another choice. Load the page again."))
    return thread


def thread_of(
    group: Group, standing: Standing, words: Sequence[Word], *, by: Capacity, title: str, key: uuid.UUID, of: str
) -> Thread:
    """Make the thread; the caller has locked the group, asked `known_copy`, and chosen words this person may copy.

    Nobody is told: whoever is mentioned was told where it was said.
    """
    if not standing.may_start_threads:
        raise NotAllowed(_("In this group, leads start the threads."))
    now = timezone.now()
    thread = Thread(group=group, title=clean_title(title), key=key, last_post_at=words[-1].at)
    thread.last_number = len(words)
    thread.speak_as(by)
    thread.save(force_insert=True)
    posts: list[Post] = []
    for number, word in enumerate(words, start=1):
        post = Post(
            thread=thread,
            number=number,
            author_id=word.author_id,
            organisation_id=word.organisation_id,
            function=word.function,
            reply_to=posts[word.answers] if word.answers is not None else None,
            body=word.body,
            html=markdown.render(word.body),
            key=word.key,
            digest=of if number == 1 else digest(thread.pk, number),
            created_at=word.at,
            peak_at=word.at,
            copied_at=now,
        )
        post.save(force_insert=True)
        posts.append(post)
        PostVersion(
            post=post,
            number=1,
            body=post.body,
            author_id=word.author_id,
            organisation_id=word.organisation_id,
            function=word.function,
            created_at=word.at,
        ).save(force_insert=True)
        people = markdown.people_in([post.html])
        Mention.objects.bulk_create([Mention(post=post, user_id=person) for person in sorted(people)])
        count_own(post)
    return thread
