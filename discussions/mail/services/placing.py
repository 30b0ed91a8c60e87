"""Where a mail goes: its group, the thread it answers in, and the post it stands under, as they are when it is worked on."""

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from discussions import access
from discussions.mail.models import Incoming, Reason
from discussions.mail.services.settling import Refusal
from discussions.models import Post, Thread
from discussions.services.locking import ThreadClosed, open_for_posts
from groups.services.speaking import silenced
from groups.standing import Standing

Asks = Incoming.Asks


def place_of(mail: Incoming, person: User) -> tuple[int, Thread | None, Standing]:
    """Return the group, the thread to answer in if it is an answer, and the person's standing: what hides looks like none."""
    gone = Refusal(Reason.NOT_HERE, _("What you wrote to is not there for you, or not any more."))
    if mail.group is None:
        raise gone
    try:
        if mail.asks == Asks.REPLY:
            mail.thread = _thread(mail)
            if mail.thread is None:
                raise gone
            thread, standing = access.thread_for_reader(person, mail.group.slug, mail.thread.pk)
        else:
            thread = None
            _group, _threads, standing = _group_of(person, mail.group.slug)
    except Http404:
        raise gone from None
    if not access.writes(standing):
        raise Refusal(Reason.NOT_HERE, _("You may read there, but not write."))
    if told := silenced(standing):
        raise Refusal(Reason.NOT_HERE, told)
    if thread is None and not standing.may_start_threads and standing.group.is_writable:
        raise Refusal(Reason.STARTERS, _("In this group, leads start the threads."))
    if thread is not None:
        try:
            open_for_posts(thread)
        except ThreadClosed as closed:
            raise Refusal(Reason.CLOSED, closed.message) from None
    return mail.group.pk, thread, standing


def _thread(mail: Incoming) -> Thread | None:
    """Return the thread to answer in today: where the answered post was moved to, and what a merged thread went into."""
    thread = mail.answers.thread if mail.answers else mail.thread
    while thread is not None and thread.merged_into is not None:
        thread = thread.merged_into
    return thread


def answered_in(mail: Incoming, thread: Thread | None, standing: Standing) -> Post | None:
    """Return the post under which the answer goes; none where it begins the thread or is gone, or its reader may not see it."""
    if thread is None or mail.answers is None:
        return None
    here = thread.posts.since(standing.history_from).standing()
    return here.filter(pk=mail.answers.pk, number__gt=1).first()


def _group_of(person: User, slug: str) -> tuple[object, object, Standing]:
    group, standing, threads = access.threads_for_reader(person, slug)
    return group, threads, standing
