"""The doors to polls: who may read the thread at the time of asking may read the poll."""

from typing import TYPE_CHECKING

from django.http import Http404

from discussions.access import thread_for_reader, thread_for_writer
from discussions.electorate import reads
from discussions.models import Thread
from discussions.polls.models import Poll
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

NO_POLL = "No such poll."


def poll_for_reader(user: "Reader", slug: str, thread_id: int, poll_id: int) -> tuple[Poll, Standing]:
    """Return a poll of a thread the person may read, unless it was asked before they may read the group."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    return _one(thread, standing, poll_id), standing


def poll_for_voter(user: "Reader", slug: str, thread_id: int, poll_id: int) -> tuple[Poll, Standing]:
    """Return a poll of a group in which the person writes. Whether it takes votes now, the service says, in words."""
    thread, standing = thread_for_writer(user, slug, thread_id)
    return _one(thread, standing, poll_id), standing


def poll_for_keeper(user: "Reader", slug: str, thread_id: int, poll_id: int) -> tuple[Poll, Standing]:
    """Return a poll that the person may close before its end."""
    poll, standing = poll_for_voter(user, slug, thread_id, poll_id)
    if not may_keep(poll, standing):
        raise Http404(NO_POLL)
    return poll, standing


def may_keep(poll: Poll, standing: Standing) -> bool:
    """Leads close every poll early, members those they asked."""
    own = standing.user.is_authenticated and poll.author_id == standing.user.pk
    return standing.may_moderate or (own and standing.may_post)


def _one(thread: Thread, standing: Standing, poll_id: int) -> Poll:
    poll = Poll.objects.filter(thread=thread, pk=poll_id).first()
    if poll is None or not reads(standing, poll.created_at):
        raise Http404(NO_POLL)
    poll.thread = thread
    return poll
