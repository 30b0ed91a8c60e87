"""Reporting words, and what becomes of it: the same for posts and for messages. Each act is recorded in the site's chain.

What concerns a lead is decided by the Secretariat, which reads the reported words and nothing else of where they stand.
"""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import Actor, record
from core.errors import Conflict, DomainError
from discussions.models import Post, PostReport
from discussions.models.report import ReportBase
from discussions.services.hiding import hide
from groups.models import Membership, Participant
from groups.standing import NotAllowed, Standing
from notifications.services import notify, retract
from partners.capacity import Capacity

OPEN_MAX = 20
"""So many reports of one person may wait at once, of each kind."""


def report_post(post: Post, *, by: Standing, reason: str) -> PostReport:
    """Report a post that the person may read: whoever decides sees its text as it is now, who reports it and why.

    Reporting the same post again while the first report waits changes nothing. Raises DomainError.
    """
    reporter = by.user
    assert reporter.is_authenticated
    if post.author_id == reporter.pk:
        raise NotAllowed(_("This is your own post. You can delete it."))
    if post.is_deleted:
        raise Conflict(_("The post is not there any more."))
    made = PostReport(post=post, author_id=post.author_id, reporter=reporter, reason=reason, body=post.body)
    capacity = by.capacities[0] if len(by.capacities) == 1 else Capacity(reporter, None, "")
    filed = file(made, by=capacity, kind="post_report_waiting", post=post)
    assert isinstance(filed, PostReport)
    return filed


def settle_post_report(report_id: int, *, by: Actor, upheld: bool) -> None:
    """Hide the post, or let it stand. The caller has asked whether it is theirs to decide. Raises Conflict."""
    with transaction.atomic():
        report = settle(
            PostReport, report_id, by=by, upheld=upheld, kinds=("post_report_waiting", "post_report_settled")
        )
        if upheld:
            hide(Post.objects.get(pk=report.post_id), by=by, reason=report.reason)


def file(report: ReportBase, *, by: Capacity, kind: str, **what: Any) -> ReportBase:
    """Keep a new report of `what`, unless the same person's first one waits, and tell those who decide it."""
    report.reason = " ".join(report.reason.split())[:500]
    if not report.reason:
        raise DomainError(_("Say what is wrong with it."))
    waiting = type(report).objects.filter(reporter=report.reporter, state=ReportBase.State.OPEN)
    if (known := waiting.filter(**what).first()) is not None:
        assert isinstance(known, ReportBase)
        return known
    if waiting.count() >= OPEN_MAX:
        raise NotAllowed(_("%(count)d of your reports wait to be decided. Wait for that first.") % {"count": OPEN_MAX})
    try:
        with transaction.atomic():
            report.save(force_insert=True)
            record(by, "report.made", report)
            notify(deciding(report), kind, object_id=report.pk, key=str(report.pk), mail=True)
            return report
    except IntegrityError:
        # Sent twice at once; the other one is committed now.
        committed = waiting.get(**what)
        assert isinstance(committed, ReportBase)
        return committed


def settle(
    model: type[ReportBase], report_id: int, *, by: Actor, upheld: bool, kinds: tuple[str, str], same: str = "post"
) -> Any:
    """Settle a report; upheld, every open one of the same words. The text kept for them goes, and who reported is told.

    `kinds` are those of the notices to who decides and to who reported. Raises Conflict when somebody else was faster.
    """
    report = model.objects.select_for_update().get(pk=report_id)
    if report.state != ReportBase.State.OPEN:
        raise Conflict(_("Somebody else has decided this report."))
    settled: Iterable[ReportBase] = [report]
    if upheld and (words := getattr(report, f"{same}_id")) is not None:
        others = model.objects.select_for_update().filter(**{same: words}, state=ReportBase.State.OPEN)
        settled = [report, *others.exclude(pk=report.pk).order_by("pk")]
    asked, told = kinds
    for one in settled:
        one.state = ReportBase.State.UPHELD if upheld else ReportBase.State.DISMISSED
        one.body, one.settled_at, one.settled_by_id = "", timezone.now(), by.user_id
        one.save(update_fields=["state", "body", "settled_at", "settled_by"])
        record(by, f"report.{one.state}", one)
        retract(asked, object_id=one.pk)
        notify([one.reporter], told, object_id=one.pk, key=str(one.pk), by=by, mail=True)
    return report


def deciding(report: ReportBase) -> list[User]:
    """Return who is to decide the report: the group's leads, or the Secretariat."""
    group = report.group
    if group is not None and type(report).objects.for_leads_of(group).filter(pk=report.pk).exists():
        leads = Participant.objects.taking_part().filter(
            membership__group=group, membership__role=Membership.Role.LEAD
        )
        leading = User.objects.filter(pk__in=leads.values("user_id"))
        if leading.exists():
            return list(leading.exclude(pk=report.reporter_id))
    return list(User.objects.secretariat().exclude(pk=report.author_id))
