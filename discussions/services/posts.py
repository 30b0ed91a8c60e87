"""Posting, editing, deleting."""

import uuid
from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown, quotations
from core.audit import record
from core.errors import Conflict, DomainError
from core.events import publish
from discussions import mentions, quotes
from discussions.audience import seats_within
from discussions.events import PostChanged, PostDeleted, PostWritten
from discussions.models import Attention, Draft, HiddenPost, Kind, Mention, Post, PostVersion, Reading, Thread
from discussions.services.locking import locked, locked_post, moderating, open_for_posts, speaking
from discussions.services.reading import count_own
from discussions.services.writing import BadText, clean_body, digest, written
from discussions.tasks import tell_of_post
from groups.standing import NotAllowed
from notifications.services import notify, retract
from partners.capacity import Capacity


@transaction.atomic
def post(
    thread: Thread,
    *,
    by: Capacity,
    body: str,
    key: uuid.UUID,
    reply_to: Post | None = None,
    at: datetime | None = None,
    came_by: str = "",
    keeps_draft: bool = False,
) -> Post:
    """Add a post under the thread's next number, and tell those it mentions and the one it answers.

    The same key with the same text returns the post it made, whatever has happened since; with another text it conflicts.
    `at` is for words said elsewhere or earlier: it is never before the thread's last post.
    """
    body = clean_body(body)
    fingerprint = digest(thread.pk, reply_to.pk if reply_to else "", body)
    thread, standing = locked(thread, by.user)
    if known := known_post(by.user, key, fingerprint):
        return known
    by = speaking(standing, by)
    open_for_posts(thread)
    if reply_to and (
        reply_to.thread_id != thread.pk or (standing.history_from and reply_to.created_at < standing.history_from)
    ):
        raise DomainError(_("The post you answer is not in this thread."))
    return append(
        thread,
        by=by,
        body=body,
        key=key,
        fingerprint=fingerprint,
        reply_to=reply_to,
        at=at,
        came_by=came_by,
        since=standing.history_from,
        keeps_draft=keeps_draft,
    )


def known_post(author: User, key: uuid.UUID, fingerprint: str) -> Post | None:
    """Return what the author's key made before, or nothing; refuse a key that came with another text."""
    known = Post.objects.filter(author=author, key=key).select_related("thread__group").first()
    if known and not known.is_deleted and known.digest != fingerprint:
        raise Conflict(
            _("This form was sent before, with another text. Your first text is in the thread."), current=known
        )
    return known


def append(
    thread: Thread,
    *,
    by: Capacity,
    body: str,
    key: uuid.UUID,
    fingerprint: str,
    reply_to: Post | None = None,
    at: datetime | None = None,
    came_by: str = "",
    since: datetime | None = None,
    keeps_draft: bool = False,
) -> Post:
    """Write the next post of a thread whose row the caller has locked and whose rights the caller has judged.

    `since` is the moment from which the author may read the group: what is older cannot be quoted. `keeps_draft` is for words
    that were not written here just now: what the author has begun since waits on.
    """
    body = quotes.resolve(body, thread, since)
    text, html, people = written(body, partial(mentions.people_of, thread.group))
    people = _named_by(text, people)
    now = at or timezone.now()
    if thread.last_number:
        now = max(now, thread.last_post_at)
    new = Post(
        thread=thread,
        number=thread.last_number + 1,
        reply_to=reply_to,
        body=text,
        html=html,
        key=key,
        digest=fingerprint,
        created_at=now,
        came_by=came_by,
        peak_at=now,
        attribution=thread.attribution,
    )
    new.speak_as(by)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:  # the same key at the same moment in another group
        raise Conflict(_("This form was sent before. Your text is kept there.")) from error
    _keep_version(new, by, at=now)
    thread.last_number, thread.last_post_at = new.number, now
    thread.save(update_fields=["last_number", "last_post_at"])
    count_own(new)
    if not keeps_draft:
        Draft.objects.filter(user=by.user, thread=thread).delete()
    Mention.objects.bulk_create([Mention(post=new, user_id=person) for person in people])
    _tell(new, by, people)
    if at is None:  # of words said earlier or elsewhere no letter tells as if they were new
        tell_of_post.enqueue(new.pk)
    publish(PostWritten(new))
    return new


@transaction.atomic
def edit_post(post: Post, *, by: Capacity, body: str, base: int) -> Post:
    """Save a new version of the author's own post; refuse when it is no longer the version they saw."""
    body = clean_body(body)
    post, standing = locked_post(post, by.user)
    thread = post.thread
    if post.author_id != by.user_id:
        raise NotAllowed(_("Only its author edits a post."))
    if post.is_deleted:
        raise Conflict(_("This post was deleted meanwhile."), current=post)
    by = speaking(standing, by)
    open_for_posts(thread)
    body = quotes.resolve(body, thread, standing.history_from)
    text, html, people = written(
        body, partial(mentions.people_of, thread.group), also=mentions.named_in(post.body, thread.group)
    )
    people = _named_by(text, people)
    if text == post.body:
        return post
    if post.version != base:
        raise Conflict(_("This post was changed meanwhile. Both texts are below."), current=post)
    before = set(post.mentions.values_list("user_id", flat=True))
    post.body, post.html, post.version, post.edited_at = text, html, post.version + 1, timezone.now()
    post.save(update_fields=["body", "html", "version", "edited_at"])
    _keep_version(post, by, at=post.edited_at)
    post.mentions.exclude(user__in=people).delete()
    retract("mention", object_id=post.pk, people=before.difference(people))
    fresh = [person for person in people if person not in before]
    Mention.objects.bulk_create([Mention(post=post, user_id=person) for person in fresh])
    if _tell_mentioned(post, by, fresh):
        tell_of_post.enqueue(post.pk)
    publish(PostChanged(post))
    return post


@transaction.atomic
def delete_post(post: Post, *, by: Capacity, reason: str = "") -> Post:
    """Take away the text of a post, in all its versions, and leave a tombstone.

    Authors delete their own, leads any, with a reason.
    """
    post, standing = locked_post(post, by.user)
    if post.is_deleted:
        if post.author_id == by.user_id:
            _forget_hidden(post, by)
        return post
    reason = " ".join(reason.split())[:500]
    if post.author_id == by.user_id and standing.is_participant:
        by = standing.speak(by.organisation_id) if standing.capacities else by
    else:
        by = moderating(standing)
        if not reason:
            raise BadText(_("Say why: the reason is shown in its place."))
    post.deleted_at, post.deleted_by, post.deleted_for = timezone.now(), by.user, by.organisation
    post.deleted_reason, post.body, post.html, post.digest = reason, "", "", ""
    post.save(
        update_fields=["deleted_at", "deleted_by", "deleted_for", "deleted_reason", "body", "html", "digest"],
    )
    post.versions.update(body="")
    post.mentions.all().delete()
    retract("mention", "reply", "announcement", object_id=post.pk)
    record(by, "post.deleted", post, reason=reason)
    publish(PostDeleted(post))
    return post


def _forget_hidden(post: Post, by: Capacity) -> None:
    """Let the author take back for good what a lead has hidden: nobody shows it again."""
    if HiddenPost.objects.filter(post=post).delete()[0]:
        post.deleted_by, post.deleted_for = by.user, by.organisation
        post.save(update_fields=["deleted_by", "deleted_for"])
        retract("post_hidden", object_id=post.pk)
        record(by, "post.deleted", post)


def _named_by(text: str, people: list[int]) -> list[int]:
    """Return those whom the author names: whom a quotation names was told when it was said."""
    own = quotations.without(text)
    return people if own == text else [person for person in people if person in set(markdown.mentioned(own))]


def _keep_version(post: Post, by: Capacity, *, at: datetime) -> None:
    version = PostVersion(post=post, number=post.version, body=post.body, created_at=at)
    version.speak_as(by)
    version.save(force_insert=True)


def _tell(post: Post, by: Capacity, people: Collection[int]) -> None:
    """Tell each person once: who is mentioned, else who is answered, else everybody when it begins an announcement.

    Who muted the thread is told of mentions alone.
    """
    told = _tell_mentioned(post, by, people)
    answered = post.reply_to.author_id if post.reply_to else post.thread.author_id
    if post.number > 1:
        muted = Reading.objects.filter(thread=post.thread, user=answered, attention=Attention.MUTED)
        answering = _inside(post.thread, {answered} - told) if not muted.exists() else []
        notify(answering, "reply", object_id=post.pk, key=f"post:{post.pk}", by=by)
    elif post.thread.kind == Kind.ANNOUNCEMENT:
        everybody = _inside(post.thread, None)
        others = [person for person in everybody if person.pk not in told]
        notify(others, "announcement", object_id=post.pk, key=f"post:{post.pk}", by=by)


def _tell_mentioned(post: Post, by: Capacity, people: Collection[int]) -> set[int]:
    mentioned = _inside(post.thread, people) if people else []
    notify(mentioned, "mention", object_id=post.pk, key=f"post:{post.pk}", by=by)
    return {person.pk for person in mentioned}


def _inside(thread: Thread, people: Collection[int] | None) -> list[User]:
    """Return those of the people (all without any named) who take part in the group now, as far as the thread reaches."""
    seats = seats_within(thread)
    if people is not None:
        seats = seats.filter(user__in=people)
    return list(User.objects.filter(pk__in=seats.values("user")))
