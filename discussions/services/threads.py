"""Starting, closing, pinning and renaming threads."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import markdown
from core.audit import record
from core.errors import Conflict
from core.events import publish
from core.moments import refuse_far
from discussions import mentions
from discussions.access import may_keep
from discussions.events import AcknowledgementWanted, EndMoved, ThreadConcluded, ThreadReopened, ThreadStarted
from discussions.models import Draft, Kind, Thread, Trace
from discussions.models.thread import FOR_LEADS
from discussions.services.locking import locked, locked_group, moderating, speaking
from discussions.services.posts import append, known_post
from discussions.services.traces import trace
from discussions.services.writing import BadText, clean_body, clean_title, digest
from groups.attribution import Attribution
from groups.models import Group
from groups.standing import NotAllowed, Standing
from partners.capacity import Capacity

CONCLUSION_LENGTH = 4_000


@transaction.atomic
def start_thread(
    group: Group,
    *,
    by: Capacity,
    title: str,
    body: str,
    key: uuid.UUID,
    kind: str = Kind.DISCUSSION,
    acknowledge: bool = False,
    open_until: datetime | None = None,
    at: datetime | None = None,
    came_by: str = "",
    attribution: Attribution = Attribution.OPEN,
    keeps_draft: bool = False,
) -> Thread:
    """Start a thread with its first post; leads announce and consult, and an announcement reaches everybody in the group.

    The same key with the same words returns the thread it made; with other words it conflicts. `at` as in `post`; with
    `acknowledge`, whoever an announcement reaches is asked to say that they have read it.
    """
    title, body, kind = clean_title(title), clean_body(body), Kind(kind)
    fingerprint = digest(group.pk, kind, title, open_until or "", body)
    group, standing = locked_group(group.pk, by.user)
    if known := known_post(by.user, key, fingerprint):
        return known.thread
    by = speaking(standing, by)
    if not standing.may_start_threads:
        raise NotAllowed(_("In this group, leads start the threads."))
    if kind in FOR_LEADS and not standing.may_moderate:
        raise NotAllowed(_("Announcements and consultations are started by leads."))
    _check_end(kind, open_until, after=at)
    thread = Thread(
        group=group, title=title, kind=kind, open_until=open_until, key=key, attribution=_rule(attribution, standing)
    )
    thread.created_at = thread.last_post_at = at or timezone.now()
    thread.speak_as(by)
    thread.save(force_insert=True)
    append(
        thread, by=by, body=body, key=key, fingerprint=fingerprint, at=at, came_by=came_by, since=standing.history_from
    )
    Draft.objects.filter(user=by.user, group=group, thread=None).delete()
    if acknowledge and kind == Kind.ANNOUNCEMENT:
        publish(AcknowledgementWanted(thread, by))
    publish(ThreadStarted(thread))
    return thread


@transaction.atomic
def change_thread(
    thread: Thread, *, by: Capacity, title: str, base: int, open_until: datetime | None = None
) -> Thread:
    """Rename a thread; of a consultation, a lead also moves the end. Refuse when it is no longer the version they saw."""
    title = clean_title(title)
    thread, standing = locked(thread, by.user)
    by = _keeping(thread, standing, by)
    before, moved = thread.title, thread.kind == Kind.CONSULTATION and open_until != thread.open_until
    if title == before and not moved:
        return thread
    if thread.document_id:
        raise NotAllowed(_("It bears the title of its document: that is what is renamed."))
    if thread.version != base:
        raise Conflict(_("Somebody else changed the thread meanwhile."), current=thread)
    if moved:
        _check_end(Kind.CONSULTATION, open_until)
        thread.open_until = open_until
        record(by, "thread.end_moved", thread, until=open_until.isoformat() if open_until else None)
    if title != before:
        thread.title = title
        record(by, "thread.renamed", thread, before=before)
    thread.version += 1
    thread.save(update_fields=["title", "open_until", "version"])
    if moved:
        publish(EndMoved(thread))
    return thread


@transaction.atomic
def close_thread(thread: Thread, *, by: Capacity, conclusion: str) -> Thread:
    """Close a thread with a stated conclusion: nobody adds to it any more, and the conclusion stands at its top."""
    conclusion = mentions.resolve(markdown.clean(conclusion).strip(), [])
    if not conclusion:
        raise BadText(_("State the conclusion: those who come later read it first."))
    if len(conclusion) > CONCLUSION_LENGTH:
        limit = {"limit": CONCLUSION_LENGTH, "count": len(conclusion)}
        raise BadText(_("Use at most %(limit)d characters; this has %(count)d.") % limit)
    thread, standing = locked(thread, by.user)
    if thread.is_closed:
        if thread.conclusion == conclusion:
            return thread
        raise Conflict(_("This thread was closed meanwhile."), current=thread)
    by = _keeping(thread, standing, by)
    thread.closed_at, thread.closed_by, thread.closed_for = timezone.now(), by.user, by.organisation
    thread.closed_function = by.function
    thread.conclusion, thread.conclusion_html = conclusion, markdown.render(conclusion)
    thread.save(
        update_fields=["closed_at", "closed_by", "closed_for", "closed_function", "conclusion", "conclusion_html"]
    )
    trace(thread, Trace.Kind.CLOSED, by=by, text=conclusion, html=thread.conclusion_html)
    record(by, "thread.closed", thread)
    publish(ThreadConcluded(thread))
    return thread


@transaction.atomic
def reopen(thread: Thread, *, by: Capacity) -> Thread:
    """Open a closed thread again; its conclusion waits as the beginning of the next one."""
    thread, standing = locked(thread, by.user)
    if not thread.is_closed:
        return thread
    by = _keeping(thread, standing, by)
    thread.closed_at = thread.closed_by = thread.closed_for = None
    thread.closed_function, thread.merged_into = "", None
    thread.save(update_fields=["closed_at", "closed_by", "closed_for", "closed_function", "merged_into"])
    trace(thread, Trace.Kind.REOPENED, by=by)
    record(by, "thread.reopened", thread)
    publish(ThreadReopened(thread))
    return thread


def pin(thread: Thread, *, by: Capacity) -> Thread:
    """Keep the thread at the top of the list."""
    return _pinned(thread, by, pinned=True)


def unpin(thread: Thread, *, by: Capacity) -> Thread:
    """Let the thread take its place by time again."""
    return _pinned(thread, by, pinned=False)


@transaction.atomic
def _pinned(thread: Thread, by: Capacity, *, pinned: bool) -> Thread:
    thread, standing = locked(thread, by.user)
    by = moderating(standing)
    if thread.pinned != pinned:
        thread.pinned = pinned
        thread.save(update_fields=["pinned"])
        record(by, "thread.pinned" if pinned else "thread.unpinned", thread)
    return thread


def _keeping(thread: Thread, standing: Standing, by: Capacity) -> Capacity:
    if not may_keep(thread, standing):
        raise NotAllowed(_("Only who started the thread and the leads of the group do this."))
    return moderating(standing) if standing.may_moderate else speaking(standing, by)


def _rule(attribution: Attribution, standing: Standing) -> Attribution:
    """Refuse a rule of attribution of somebody who does not lead: they start threads under the open one."""
    if attribution and not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group do this."))
    return attribution


def _check_end(kind: Kind, open_until: datetime | None, *, after: datetime | None = None) -> None:
    if kind != Kind.CONSULTATION and open_until is not None:
        raise BadText(_("Only a consultation has an end."))
    if kind == Kind.CONSULTATION and open_until is None:
        raise BadText(_("Say until when the consultation is open."))
    if open_until is not None and open_until <= (after or timezone.now()):
        raise BadText(_("The end must lie in the future."))
    if open_until is not None:
        refuse_far(open_until)
