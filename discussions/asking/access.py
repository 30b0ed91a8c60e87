"""The doors to what a thread asks for: acknowledgements and the answers to a consultation."""

from typing import TYPE_CHECKING

from django.http import Http404

from discussions.access import NO_THREAD, thread_for_moderator, thread_for_reader, thread_for_writer
from discussions.asking.models import AcknowledgementRequest
from discussions.electorate import reads
from discussions.models import Kind, Thread
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser


def announcement_for_lead(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return an announcement of a group that the person leads."""
    thread, standing = thread_for_moderator(user, slug, thread_id)
    if thread.kind != Kind.ANNOUNCEMENT:
        raise Http404(NO_THREAD)
    return thread, standing


def request_for_participant(user: "Reader", slug: str, thread_id: int) -> tuple[AcknowledgementRequest, Standing]:
    """Return what was asked of readers of an announcement, to who takes part in the group: nobody else is counted or counts."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    if not standing.is_participant:
        raise Http404(NO_THREAD)
    return _request(thread, standing), standing


def request_for_writer(user: "Reader", slug: str, thread_id: int) -> tuple[AcknowledgementRequest, Standing]:
    """Return the same to who can acknowledge."""
    thread, standing = thread_for_writer(user, slug, thread_id)
    return _request(thread, standing), standing


def request_for_lead(user: "Reader", slug: str, thread_id: int) -> tuple[AcknowledgementRequest, Standing]:
    """Return the same to leads."""
    thread, standing = thread_for_moderator(user, slug, thread_id)
    return _request(thread, standing), standing


def consultation_for_reader(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return a consultation that the person may read from its first word on."""
    thread, standing = thread_for_reader(user, slug, thread_id)
    return _consultation(thread, standing), standing


def consultation_for_writer(user: "Reader", slug: str, thread_id: int) -> tuple[Thread, Standing]:
    """Return a consultation of a group in which the person writes. Whether it takes answers now, the service says."""
    thread, standing = thread_for_writer(user, slug, thread_id)
    return _consultation(thread, standing), standing


def _consultation(thread: Thread, standing: Standing) -> Thread:
    if thread.kind != Kind.CONSULTATION or not reads(standing, thread.created_at):
        raise Http404(NO_THREAD)
    return thread


def _request(thread: Thread, standing: Standing) -> AcknowledgementRequest:
    found = AcknowledgementRequest.objects.filter(thread=thread).first() if thread.asks_acknowledgement else None
    if found is None or not reads(standing, thread.created_at):
        raise Http404(NO_THREAD)
    found.thread = thread
    return found
