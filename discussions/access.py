"""The doors to threads and posts: what the person may not know of, or not do, looks like nothing there."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404

from core.prepared import prepared
from discussions.models import HiddenPost, Post, Thread, ThreadQuerySet
from discussions.models.thread import FOR_LEADS
from groups.access import group_for_reader
from groups.documents.access import document_for_reader
from groups.documents.models import Document
from groups.documents.models.reach import reach_of
from groups.history import boundaries_of as boundaries_of
from groups.models import Group
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

NO_THREAD = "No such thread."


def boundary_of(standing: Standing) -> dict[int, datetime]:
    """Return from when the person may read this one group, in the form the querysets take."""
    return {standing.group.pk: standing.history_from} if standing.history_from else {}


def threads_for_reader(user: "Reader", slug: str) -> tuple[Group, Standing, ThreadQuerySet]:
    """Return a group the person may read and its threads that they may see."""
    group, standing = group_for_reader(user, slug)
    return group, standing, _threads(group, standing)


def _threads(group: Group, standing: Standing) -> ThreadQuerySet:
    return Thread.objects.filter(group=group, reach__lte=reach_of(standing)).since(boundary_of(standing))


def group_for_starter(user: "Reader", slug: str) -> tuple[Group, Standing]:
    """Return a group in which the person may start threads."""
    group, standing = group_for_reader(user, slug)
    if not standing.may_start_threads:
        raise Http404(NO_THREAD)
    return group, standing


def thread_for_reader(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return a thread the person may read, with its group, and their standing there."""
    group, standing, threads = threads_for_reader(user, slug)
    return _one(threads, group, thread_id), standing


def thread_with_unread(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Do the same, and know what is unread: `unread`, `read_to` and `first_unread` of the thread, and the draft begun there."""
    group, standing = group_for_reader(user, slug)
    if user.is_authenticated and not standing.history_from and thread_id <= MOST:
        found = next(iter(_marked_thread(group.pk, thread_id, user.pk)), None)
        return _given(found if found and found.reach <= reach_of(standing) else None, group), standing
    threads = (
        _threads(group, standing)
        .with_unread(user, boundary_of(standing))
        .with_first_unread(user.pk)
        .with_draft(user.pk)
    )
    return _one(threads.with_names(), group, thread_id), standing


# What stands before every page of a thread.
MOST = 2**63 - 1
_marked_thread = prepared(
    lambda group, pk, user: (
        Thread.objects.filter(group=group, pk=pk).with_mark(user).with_first_unread(user).with_draft(user).with_names()
    )
)


def _one(threads: ThreadQuerySet, group: Group, thread_id: int) -> Thread:
    return _given(threads.filter(pk=thread_id).first(), group)


def _given(thread: Thread | None, group: Group) -> Thread:
    if thread is None:
        raise Http404(NO_THREAD)
    thread.group = group
    return thread


def thread_for_writer(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return a thread of a group in which the person writes. Whether it takes posts now, the service says, in words."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    if not writes(standing):
        raise Http404(NO_THREAD)
    return thread, standing


def writes(standing: Standing) -> bool:
    """Whether the person has a seat from which one writes in this group."""
    return standing.is_participant and not standing.is_observer


def document_to_comment(user: "Reader", slug: str, document_id: int) -> tuple[Document, Standing]:
    """Return a document that the person reads, in a group in which they write."""
    document, library = document_for_reader(user, slug, document_id)
    if not writes(library.standing):
        raise Http404(NO_THREAD)
    return document, library.standing


def thread_for_moderator(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return a thread of a group that the person leads."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    if not standing.may_moderate:
        raise Http404(NO_THREAD)
    return thread, standing


def thread_for_keeper(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return a thread that the person may close, open again and rename."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    if not may_keep(thread, standing):
        raise Http404(NO_THREAD)
    return thread, standing


def may_keep(thread: Thread, standing: Standing) -> bool:
    """Leads may close and rename every thread, members the discussions and questions they started."""
    if standing.may_moderate:
        return True
    own = standing.user.is_authenticated and thread.author_id == standing.user.pk
    return own and standing.may_post and thread.kind not in FOR_LEADS


def post_for_reader(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[Post, Standing]:
    """Return one post of a thread the person may read; under the number of one that was moved away, nothing is left."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    posts = thread.posts.since(standing.history_from)
    post = posts.filter(number=number, moved_to=None).select_related("author", "organisation").first()
    if post is None:
        raise Http404(NO_THREAD)
    post.thread = thread
    return post, standing


def post_for_author(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[Post, Standing]:
    """Return a post that the person wrote and that still stands, where they still write."""
    post, standing = post_for_reader(user, slug, thread_id, number)
    if post.is_deleted or not (writes(standing) and is_own(post, standing)):
        raise Http404(NO_THREAD)
    return post, standing


def post_for_remover(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[Post, Standing]:
    """Return a post that the person may delete: their own, or any as a lead. One already deleted is returned too."""
    post, standing = post_for_reader(user, slug, thread_id, number)
    if not may_remove(post, standing):
        raise Http404(NO_THREAD)
    return post, standing


def may_remove(post: Post, standing: Standing) -> bool:
    """Authors may delete their own words as long as they take part, also where nothing may be added any more."""
    return standing.may_moderate or (standing.is_participant and is_own(post, standing))


def is_own(post: Post, standing: Standing) -> bool:
    """Whether the person wrote it."""
    return standing.user.is_authenticated and post.author_id == standing.user.pk


def post_for_hiding(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[Post, Standing]:
    """Return a post of a group that the person leads, which they may hide; one that is hidden is returned too."""
    post, standing = post_for_reader(user, slug, thread_id, number)
    if not standing.may_moderate:
        raise Http404(NO_THREAD)
    return post, standing


def hidden_post(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[HiddenPost, Post, Standing]:
    """Return what a hidden post said, to its author and the leads; to everybody else it is not there."""
    post, standing = post_for_reader(user, slug, thread_id, number)
    kept = HiddenPost.objects.filter(post=post).first()
    if kept is None or not (standing.is_lead or (standing.is_participant and is_own(post, standing))):
        raise Http404(NO_THREAD)
    return kept, post, standing
