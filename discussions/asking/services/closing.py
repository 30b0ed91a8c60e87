"""What the clock brings to a consultation: a reminder before its end, and the closing report."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.audit import record
from discussions.asking import tally
from discussions.asking.models import Answer, ClosingReport, ReportLine
from discussions.electorate import asked_in
from discussions.models import Kind, Thread
from groups.models import Group
from notifications.models import Notice
from notifications.services import notify, retract

REMIND_BEFORE = timedelta(days=2)


def attend() -> None:
    """Remind and report where it is due; every few minutes, see `SCHEDULE`. Each is done once, however often this runs."""
    now = timezone.now()
    consultations = Thread.objects.filter(kind=Kind.CONSULTATION)
    soon = consultations.filter(closed_at=None, open_until__gt=now, open_until__lte=now + REMIND_BEFORE)
    for pk in soon.order_by("pk").values_list("pk", flat=True):
        remind_to_answer(pk)
    over = consultations.filter(Q(open_until__lte=now) | Q(closed_at__isnull=False), closing_report=None)
    for pk in over.order_by("pk").values_list("pk", flat=True):
        freeze_report(pk)


@transaction.atomic
def remind_to_answer(thread_id: int) -> int:
    """Remind, once before each end, the people of organisations that have not answered; return how many people that was."""
    thread = _locked(thread_id)
    if thread is None or not thread.takes_posts or thread.open_until is None:
        return 0
    if thread.open_until - REMIND_BEFORE < thread.created_at:
        return 0  # open for so short a time that its announcement was the reminder
    key = f"{thread.pk}:{thread.open_until.isoformat()}"
    if Notice.objects.filter(key=f"consultation_ends:{key}").exists():
        return 0
    said = set(Answer.objects.filter(thread=thread).values_list("organisation_id", flat=True))
    people = {
        seat.user_id
        for one in asked_in(thread.group, since=thread.created_at)
        if one.organisation.pk not in said
        for seat in one.seats
    }
    told = User.objects.filter(pk__in=people)
    notify(told, "consultation_ends", object_id=thread.pk, key=key, mail=True)
    return len(people)


@transaction.atomic
def freeze_report(thread_id: int) -> ClosingReport | None:
    """Write the closing report of a consultation that has ended, once; return it, or nothing while it is open."""
    thread = _locked(thread_id)
    if thread is None or thread.takes_posts:
        return None
    if known := ClosingReport.objects.filter(thread=thread).first():
        return known
    ends = [moment for moment in (thread.closed_at, thread.open_until) if moment is not None]
    report = ClosingReport.objects.create(thread=thread, ended_at=min(ends))
    ReportLine.objects.bulk_create(
        ReportLine(
            report=report,
            number=number,
            organisation_id=line.organisation_id,
            stakeholder_type=line.stakeholder_type,
            position=line.position,
            text=line.text,
            author_id=line.author_id,
            function=line.function,
            answered_at=line.answered_at,
            versions=line.versions,
            posts=list(line.posts),
        )
        for number, line in enumerate(tally.live_lines(thread), start=1)
    )
    retract("consultation_ends", object_id=thread.pk)
    record(None, "consultation.reported", thread, report=report.pk)
    return report


@transaction.atomic
def thaw_report(thread: Thread) -> None:
    """Take the report back when the consultation is open again: another is written at the next end."""
    if thread.takes_posts and ClosingReport.objects.filter(thread=thread).delete()[0]:
        record(None, "consultation.report_taken_back", thread)


def _locked(thread_id: int) -> Thread | None:
    found = Thread.objects.filter(pk=thread_id, kind=Kind.CONSULTATION).first()
    if found is None:
        return None
    group = Group.objects.select_for_update(no_key=True).get(pk=found.group_id)
    thread = Thread.objects.select_for_update(no_key=True).get(pk=thread_id)
    thread.group = group
    return thread
