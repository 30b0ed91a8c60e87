"""What a group's overview puts together."""

from typing import Any

from core import markdown
from discussions.models import Thread
from discussions.unread import unread_of
from groups.documents.recent import recent_in
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from partners.models import StakeholderType
from partners.models.organisation import Organisation

THREADS = 5
DOCUMENTS = 4


def overview_of(group: Group, standing: Standing) -> dict[str, Any]:
    """Return what the overview shows this reader: members and their balance to all, what is new to those who may read."""
    members = list(
        Membership.objects.active().filter(group=group).select_related("organisation").order_by("organisation__name")
    )
    shown = _nameable(members, standing)
    context: dict[str, Any] = {
        "leads": [one for one in shown if one.role == Membership.Role.LEAD],
        "member_count": len(members),
        "unnamed_count": len(members) - len(shown),
        "balance": balance_of(members),
        "terms_html": markdown.fill(markdown.render(group.terms), {}, "") if group.terms else "",
        "working_groups": Group.objects.visible_to(standing.user).filter(parent=group).exclude(state="declined"),
    }
    if standing.may_see_members:
        context["people_count"] = (
            Participant.objects.taking_part().filter(membership__group=group).values("user").distinct().count()
        )
    if standing.may_read:
        context |= {"threads": newest_threads(group, standing), "documents": recent_in(standing, DOCUMENTS)}
    return context


def _nameable(members: list[Membership], standing: Standing) -> list[Membership]:
    """Return the memberships whose organisation the reader may know by name here: in their own groups, all of them."""
    if standing.is_participant or standing.is_secretariat:
        return members
    known = set(
        Organisation.objects.visible_to(standing.user)
        .filter(pk__in=[one.organisation_id for one in members])
        .values_list("pk", flat=True)
    )
    return [one for one in members if one.organisation_id in known]


def balance_of(members: list[Membership]) -> list[dict[str, Any]]:
    """Return one row of a chart for each stakeholder type: how many members are of it, types without any included."""
    counts = {kind.value: 0 for kind in StakeholderType}
    for one in members:
        counts[one.organisation.stakeholder_type] += 1
    most = max(counts.values(), default=0) or 1
    return [
        {"label": kind.label, "value": counts[kind.value], "share": 100 * counts[kind.value] / most, "hue": hue}
        for hue, kind in enumerate(StakeholderType)
    ]


def newest_threads(group: Group, standing: Standing) -> list[Thread]:
    """Return the threads in which something was said last, each with `new`, the number of unread posts, in two queries."""
    boundaries = {group.pk: standing.history_from} if standing.history_from else {}
    threads = list(Thread.objects.filter(group=group).since(boundaries).order_by("-last_post_at", "-pk")[:THREADS])
    unread = unread_of(standing.user, threads)
    for thread in threads:
        thread.group = group
        thread.new = unread.get(thread.pk, 0)  # type: ignore[attr-defined]
    return threads
