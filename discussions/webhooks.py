"""What a group's webhooks are told of threads and posts, and in which words."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from discussions import mentions
from discussions.events import PostChanged, PostDeleted, PostWritten, ThreadConcluded, ThreadReopened, ThreadStarted
from discussions.models import Kind, Post, Thread
from groups.bylines import bylines_for
from groups.documents.models import Reach
from groups.webhooks.models import Happening
from groups.webhooks.services import queue

NEWS = timedelta(hours=1)


def thread_started(event: ThreadStarted) -> None:
    """A thread stands; an announcement is told of as such too. One of an archive is no news."""
    thread = event.thread
    if not thread.is_open_to_readers or thread.created_at <= timezone.now() - NEWS:
        return
    queue(thread.group_id, Happening.THREAD_STARTED, thread=thread.pk, kind=thread.kind)
    if thread.kind == Kind.ANNOUNCEMENT:
        queue(thread.group_id, Happening.ANNOUNCEMENT, thread=thread.pk)


def thread_closed(event: ThreadConcluded) -> None:
    """A thread came to its conclusion."""
    if event.thread.is_open_to_readers:
        queue(event.thread.group_id, Happening.THREAD_CLOSED, thread=event.thread.pk)


def thread_reopened(event: ThreadReopened) -> None:
    """A thread is open again."""
    if event.thread.is_open_to_readers:
        queue(event.thread.group_id, Happening.THREAD_REOPENED, thread=event.thread.pk)


def post_written(event: PostWritten) -> None:
    """A post was added. The first one is told of with its thread, and what was said long ago elsewhere is no news."""
    if event.post.number > 1 and event.post.created_at > timezone.now() - NEWS:
        _post(event.post, Happening.POST_WRITTEN)


def post_changed(event: PostChanged) -> None:
    """A post has another text."""
    _post(event.post, Happening.POST_CHANGED)


def post_deleted(event: PostDeleted) -> None:
    """A post has no text any more."""
    _post(event.post, Happening.POST_DELETED)


def _post(post: Post, happening: Happening) -> None:
    if post.thread.is_open_to_readers:
        queue(post.thread.group_id, happening, thread=post.thread_id, post=post.number)


def thread_words(about: dict[str, Any]) -> dict[str, Any]:
    """Return a thread's title and first post, as a visitor would read them."""
    thread = Thread.objects.filter(pk=about["thread"], reach=Reach.READERS).first()
    if thread is None:
        return {}
    return {"title": thread.title, **post_words({**about, "post": 1})}


def post_words(about: dict[str, Any]) -> dict[str, Any]:
    """Return a post's text and who wrote it, as a visitor would read them; nothing of one that is deleted."""
    posts = Post.objects.standing().filter(moved_to=None, thread__reach=Reach.READERS).select_related("thread")
    post = posts.filter(thread=about["thread"], number=about["post"]).first()
    if post is None:
        return {}
    (byline,) = bylines_for([post], AnonymousUser())
    return {"by": str(byline), "body": mentions.replaced(post.own_words, {}, _("a participant"))}
