"""Choosing how much of who said what leaves the group, for one thread."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from discussions.models import Post, Thread, Trace
from discussions.services.locking import locked, moderating
from discussions.services.traces import trace
from groups.attribution import Attribution
from partners.capacity import Capacity
from search.services import stand


@transaction.atomic
def attribute(thread: Thread, *, by: Capacity, rule: Attribution, base: int) -> Thread:
    """Let a thread follow another rule of attribution.

    A narrower one binds every post at once. A wider one binds what is written from now on: who wrote under a narrower rule
    was promised that one, and each post keeps it (`docs/decisions/`). Refuse when the rule is no longer the one they saw.
    """
    thread, standing = locked(thread, by.user)
    by = moderating(standing)
    if rule == thread.attribution:
        return thread
    if thread.attribution != base:
        raise Conflict(_("Somebody else changed the rule meanwhile."), current=thread)
    before = thread.attribution
    thread.attribution = rule
    thread.save(update_fields=["attribution"])
    trace(thread, Trace.Kind.ATTRIBUTION, by=by, text=str(int(rule)))
    record(by, "thread.attribution", thread, before=before, rule=int(rule))
    _let_search_know(thread)
    return thread


def _let_search_know(thread: Thread) -> None:
    """Have the search tell no more of who wrote the posts than the thread's page does."""
    posts = Post.objects.standing().filter(thread=thread)
    for post in posts.iterator(500):
        post.thread = thread
        stand(post.cards())
