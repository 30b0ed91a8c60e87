"""Writing now what is to be said later, exactly once, by the rights of that moment."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from core.moments import refuse_far
from discussions import tasks
from discussions.models import Kind, Post, Scheduled, Thread
from discussions.models.thread import FOR_LEADS
from discussions.services.locking import locked_group, open_for_posts, speaking
from discussions.services.posts import post
from discussions.services.threads import start_thread
from discussions.services.writing import BadText, clean_body, clean_title
from groups.attribution import Attribution
from groups.models import Group
from groups.standing import NotAllowed, Standing
from notifications.services import notify
from partners.capacity import Capacity

if TYPE_CHECKING:
    from accounts.models import User

FURTHEST = timedelta(days=366)
MOST_WAITING = 100


@transaction.atomic
def schedule(
    group: Group,
    *,
    by: Capacity,
    body: str,
    due_at: datetime,
    key: uuid.UUID,
    thread: Thread | None = None,
    reply_to: Post | None = None,
    title: str = "",
    kind: str = Kind.DISCUSSION,
    open_until: datetime | None = None,
    attribution: Attribution = Attribution.OPEN,
    acknowledge: bool = False,
) -> Scheduled:
    """Keep an answer, or without a thread a new thread, until it is due. The same key returns what it kept.

    Whoever may not write it now may not schedule it; when it is due, the rights are asked again. With `acknowledge` an
    announcement asks, from the moment it is out, whoever is in the group then.
    """
    body, title = clean_body(body), clean_title(title) if thread is None else ""
    _check_due(due_at)
    group, standing = locked_group(group.pk, by.user)
    if known := Scheduled.objects.filter(author=by.user, key=key).first():
        return known
    if Post.objects.filter(author=by.user, key=key).exists():
        raise Conflict(_("This form was sent before. Your text is in the thread."))
    by = speaking(standing, by)
    _check_rights(standing, thread, Kind(kind), attribution)
    if kind == Kind.CONSULTATION and (open_until is None or open_until <= due_at):
        raise BadText(_("The consultation must end after it has appeared."))
    if open_until is not None:
        refuse_far(open_until)
    if Scheduled.objects.filter(author=by.user).waiting().count() >= MOST_WAITING:
        raise NotAllowed(_("So much waits already. Let some of it appear, or cancel it."))
    waiting = Scheduled.objects.create(
        author=by.user,
        organisation=by.organisation,
        group=group,
        thread=thread,
        reply_to=reply_to,
        kind=kind,
        title=title,
        open_until=open_until if kind == Kind.CONSULTATION else None,
        attribution=attribution if thread is None else Attribution.OPEN,
        acknowledge=acknowledge and thread is None and kind == Kind.ANNOUNCEMENT,
        body=body,
        key=key,
        due_at=due_at,
    )
    _wake(waiting)
    return waiting


@transaction.atomic
def change_scheduled(waiting: Scheduled, *, body: str, due_at: datetime, base: int, title: str = "") -> Scheduled:
    """Change the words or the moment of what waits, against the version its author saw; what was refused waits again."""
    body, title = clean_body(body), clean_title(title) if waiting.thread_id is None else ""
    _check_due(due_at)
    current = Scheduled.objects.select_for_update().filter(pk=waiting.pk).first()
    if current is None:
        raise Conflict(_("It has appeared meanwhile."))
    if current.version != base:
        raise Conflict(_("It was changed meanwhile, in another tab or on another device."), current=current)
    current.body, current.title, current.due_at = body, title, due_at
    current.version, current.refused_at, current.refusal = base + 1, None, ""
    current.save()
    _wake(current)
    return current


@transaction.atomic
def cancel_scheduled(waiting: Scheduled) -> None:
    """Throw away what waits, or what came back; what has appeared meanwhile stays."""
    Scheduled.objects.select_for_update().filter(pk=waiting.pk).delete()


@transaction.atomic
def publish_scheduled(pk: int, *, now: bool = False) -> Post | None:
    """Let appear what is due, or with `now` at once; return the post, or None where there is nothing to do.

    The row is locked, and goes in the transaction that makes the post: of two that try, one does, and a worker that dies in
    between leaves both as they were. Refused by the rights of now, it stays with its author as a draft, and a notice says why.
    """
    found = Scheduled.objects.select_for_update(of=("self",)).filter(pk=pk)
    waiting = found.select_related("author", "group", "thread").first()
    if waiting is None or (not now and (waiting.refused_at or waiting.due_at > timezone.now())):
        return None
    try:
        with transaction.atomic():
            said = _say(waiting)
    except (DomainError, Http404) as refused:
        if now:
            raise
        _send_back(waiting, refused)
        return None
    waiting.delete()
    return said


def _say(waiting: Scheduled) -> Post:
    group = waiting.group
    if not waiting.author.is_active:
        raise NotAllowed(_("Your account is closed."))
    by = Standing.of(waiting.author, group).speak(waiting.organisation_id)
    if waiting.thread is not None:
        thread = waiting.thread
        while thread.merged_into is not None:
            thread = thread.merged_into
        answered = waiting.reply_to if waiting.reply_to and waiting.reply_to.thread_id == thread.pk else None
        return post(thread, by=by, body=waiting.body, key=waiting.key, reply_to=answered, keeps_draft=True)
    started = start_thread(
        group,
        by=by,
        title=waiting.title,
        body=waiting.body,
        key=waiting.key,
        kind=waiting.kind,
        open_until=waiting.open_until,
        attribution=Attribution(waiting.attribution),
        acknowledge=waiting.acknowledge,
        keeps_draft=True,
    )
    return started.posts.get(number=1)


def _send_back(waiting: Scheduled, refused: Exception) -> None:
    author: User = waiting.author
    with translation.override(author.language or settings.LANGUAGE_CODE):
        waiting.refusal = str(getattr(refused, "message", "")) or str(
            _("You do not take part in this group any more.")
        )
    waiting.refused_at = timezone.now()
    waiting.save(update_fields=["refused_at", "refusal"])
    notify([author], "scheduled_refused", object_id=waiting.pk, key=f"{waiting.pk}:{waiting.version}", mail=True)


def _wake(waiting: Scheduled) -> None:
    tasks.publish_due.using(run_after=waiting.due_at).enqueue(waiting.pk)


def _check_due(due_at: datetime) -> None:
    now = timezone.now()
    if due_at <= now:
        raise BadText(_("Choose a moment that is still to come."))
    if due_at > now + FURTHEST:
        raise BadText(_("Choose a moment within a year."))


def _check_rights(standing: Standing, thread: Thread | None, kind: Kind, attribution: Attribution) -> None:
    if thread is not None:
        open_for_posts(thread)
    elif not standing.may_start_threads:
        raise NotAllowed(_("In this group, leads start the threads."))
    elif kind in FOR_LEADS and not standing.may_moderate:
        raise NotAllowed(_("Announcements and consultations are started by leads."))
    elif attribution and not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group do this."))
