"""Asking for an announcement to be acknowledged, saying that one has read it, and reminding those who have not."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record
from core.errors import DomainError, RateLimited
from discussions.asking.acknowledged import BETWEEN_REMINDERS, progress_of
from discussions.asking.models import Acknowledgement, AcknowledgementRequest
from discussions.electorate import asked_in, must_be_asked
from discussions.models import Kind, Thread
from discussions.services.locking import locked, moderating, speaking
from notifications.services import notify, retract
from partners.capacity import Capacity


class NotRequested(DomainError):
    """Nobody asks for this announcement to be acknowledged any more."""

    code = "not_requested"


@transaction.atomic
def ask_to_acknowledge(
    thread: Thread, *, by: Capacity, at: datetime | None = None, at_start: bool = False
) -> AcknowledgementRequest:
    """Ask every organisation of the group to say that it has read the announcement; asking twice changes nothing.

    Who takes part for an organisation that is asked is told; `at_start` in place of being told of the announcement.
    """
    thread, standing = locked(thread, by.user)
    by = moderating(standing)
    if thread.kind != Kind.ANNOUNCEMENT:
        raise DomainError(_("Only announcements are acknowledged."))
    now = at or timezone.now()
    request = AcknowledgementRequest(thread=thread, created_at=now)
    request.speak_as(by)
    known = AcknowledgementRequest.objects.filter(thread=thread).first()
    if known and thread.asks_acknowledgement:
        return known
    if known is None:
        request.save(force_insert=True)
    thread.asks_acknowledgement = True
    thread.save(update_fields=["asks_acknowledgement"])
    record(by, "thread.acknowledgement_asked", thread)
    people = {seat.user_id for one in asked_in(thread.group, since=thread.created_at) for seat in one.seats}
    if at_start:
        retract("announcement", object_id=thread.posts.get(number=1).pk, people=people)
    notify(User.objects.filter(pk__in=people), "acknowledge", object_id=thread.pk, key=str(thread.pk), by=by)
    return known or request


@transaction.atomic
def stop_asking(thread: Thread, *, by: Capacity) -> None:
    """Ask no longer; what people have said is kept, and counts again if it is asked again."""
    thread, standing = locked(thread, by.user)
    by = moderating(standing)
    if not thread.asks_acknowledgement:
        return
    thread.asks_acknowledgement = False
    thread.save(update_fields=["asks_acknowledgement"])
    retract("acknowledge", "acknowledge_reminder", object_id=thread.pk)
    record(by, "thread.acknowledgement_ended", thread)


@transaction.atomic
def acknowledge(request: AcknowledgementRequest, *, by: Capacity, at: datetime | None = None) -> Acknowledgement:
    """Say, for an organisation, that one has read it: each person once for each, and the organisation with the first of them.

    The thread may be closed meanwhile: having read it is nothing that is added to it.
    """
    thread, standing = locked(request.thread, by.user)
    by = speaking(standing, by)
    must_be_asked(standing, since=thread.created_at)
    if not thread.asks_acknowledgement:
        raise NotRequested(_("This announcement need not be acknowledged any more."))
    known = Acknowledgement.objects.filter(request=request, author=by.user, organisation=by.organisation).first()
    if known:
        return known
    said = Acknowledgement(request=request, created_at=at or timezone.now())
    said.speak_as(by)
    said.save(force_insert=True)
    left = {one.organisation_id for one in standing.capacities} - set(
        Acknowledgement.objects.filter(request=request, author=by.user).values_list("organisation_id", flat=True)
    )
    if not left:
        retract("acknowledge", "acknowledge_reminder", object_id=thread.pk, people=[by.user.pk])
    return said


@transaction.atomic
def remind_to_acknowledge(request: AcknowledgementRequest, *, by: Capacity) -> int:
    """Remind the people of organisations that have not acknowledged, once a day at most; return how many people that was.

    Who reminds does not remind themselves.
    """
    thread, standing = locked(request.thread, by.user)
    by = moderating(standing)
    request = AcknowledgementRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if not thread.asks_acknowledgement:
        raise NotRequested(_("This announcement need not be acknowledged any more."))
    now = timezone.now()
    if request.reminded_at and now - request.reminded_at < BETWEEN_REMINDERS:
        wait = request.reminded_at + BETWEEN_REMINDERS - now
        raise RateLimited(
            _("A reminder was sent less than a day ago. Try again later."), retry_after=int(wait.total_seconds()) + 1
        )
    request.thread = thread
    people = {seat.user_id for one in progress_of(request).missing for seat in one.seats} - {by.user_id}
    request.reminded_at, request.reminders = now, request.reminders + 1
    request.save(update_fields=["reminded_at", "reminders"])
    record(by, "thread.acknowledgement_reminded", thread, people=len(people))
    retract("acknowledge_reminder", object_id=thread.pk)
    notify(
        User.objects.filter(pk__in=people),
        "acknowledge_reminder",
        object_id=thread.pk,
        key=f"{thread.pk}:{request.reminders}",
        by=by,
        mail=True,
    )
    return len(people)
