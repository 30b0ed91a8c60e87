"""How notices of reports read: to who decides while they wait and are theirs, to who reported once it is decided."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from discussions.models import HiddenPost, Post, PostReport
from discussions.models.report import ReportBase
from discussions.reporting import sources
from groups.models import Membership, Participant
from notifications.models import Notice
from notifications.services import Rendered

if TYPE_CHECKING:
    from accounts.models import User


def waiting(
    notices: Sequence[Notice], user: "User", kind: str, *, in_group: str, to_office: str, letter: str
) -> dict[int, Rendered]:
    """Say to who decides that something of this kind was reported; three queries for any number."""
    model = sources()[kind].model
    asked = [notice.object_id for notice in notices]
    seats = Participant.objects.taking_part().filter(user=user, membership__role=Membership.Role.LEAD)
    led = model.objects.for_leads().filter(
        **{"pk__in": asked, f"{model.GROUP}__in": seats.values("membership__group")}
    )
    shown = {
        report.pk: Rendered(
            in_group % {"group": report.group},
            reverse("threads:reports", args=[report.group.slug]) + f"#report-{kind}-{report.pk}",
            letter=letter,
        )
        for report in led
    }
    if user.is_secretariat:
        for report in model.objects.for_secretariat(user).filter(pk__in=asked):
            shown[report.pk] = Rendered(to_office, reverse("queue") + f"#report-{kind}-{report.pk}", letter=to_office)
    return {notice.pk: shown[notice.object_id] for notice in notices if notice.object_id in shown}


def settled(
    notices: Sequence[Notice], user: "User", model: type[ReportBase], *, upheld: str, dismissed: str
) -> dict[int, Rendered]:
    """Say to who reported what was decided."""
    reports = model.objects.filter(reporter=user).in_bulk([notice.object_id for notice in notices])
    words = {ReportBase.State.UPHELD: upheld, ReportBase.State.DISMISSED: dismissed}
    return {
        notice.pk: Rendered(
            words[ReportBase.State(report.state)],
            reverse("notifications:list"),
            letter=_("A report you made was decided."),
        )
        for notice in notices
        if (report := reports.get(notice.object_id)) and report.state != ReportBase.State.OPEN
    }


def post_reports_waiting(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who decides: a post was reported, while that waits and is theirs to decide."""
    return waiting(
        notices,
        user,
        "post",
        in_group=_("A post in “%(group)s” was reported."),
        to_office=_("A post was reported to the Secretariat."),
        letter=_("A post was reported in a group that you lead."),
    )


def post_reports_settled(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who reported: what was decided."""
    return settled(
        notices,
        user,
        PostReport,
        upheld=_("The post you reported was hidden."),
        dismissed=_("The post you reported stands: whoever decided found nothing against the rules."),
    )


def posts_hidden(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To the author: a post of theirs is hidden, while it is and they take part and may read its thread."""
    seats = Participant.objects.taking_part().filter(user=user)
    kept = {
        one.post_id: one
        for one in HiddenPost.objects.filter(
            post__in=Post.objects.visible_to(user).filter(pk__in=[notice.object_id for notice in notices]),
            post__author=user,
            post__thread__group__in=seats.values("membership__group"),
        ).select_related("post__thread__group")
    }
    return {
        notice.pk: Rendered(
            _("A lead has hidden your post #%(number)d in “%(thread)s”.")
            % {"number": one.post.number, "thread": one.post.thread.title},
            reverse("threads:hidden", args=[one.post.thread.group.slug, one.post.thread_id, one.post.number]),
            one.reason,
            _("A lead has hidden a post of yours. The notice says why."),
        )
        for notice in notices
        if (one := kept.get(notice.object_id))
    }
