"""What a group's overview puts together."""

from typing import Any

from core import markdown
from discussions.models import Thread
from discussions.unread import unread_of
from groups.clearance.models import Publication
from groups.documents.models.reach import reach_of
from groups.documents.recent import recent_in
from groups.models import Group, Membership, Participant
from groups.roster import balance, nameable
from groups.standing import Standing

THREADS = 5
DOCUMENTS = 4
PUBLICATIONS = 3


def overview_of(group: Group, standing: Standing) -> dict[str, Any]:
    """Return what the overview shows this reader: members and their balance to all, what is new to those who may read."""
    members = list(
        Membership.objects.active().filter(group=group).select_related("organisation").order_by("organisation__name")
    )
    shown = nameable(members, standing)
    context: dict[str, Any] = {
        "leads": [one for one in shown if one.role == Membership.Role.LEAD],
        "member_count": len(members),
        "unnamed_count": len(members) - len(shown),
        "balance": balance(members),
        "terms_html": markdown.fill(markdown.render(group.terms), {}, "") if group.terms else "",
        "working_groups": Group.objects.visible_to(standing.user).filter(parent=group).exclude(state="declined"),
    }
    published = Publication.objects.standing().visible_to(standing.user).filter(group=group).for_display()
    context["publications"] = list(published[:PUBLICATIONS])
    for one in context["publications"]:
        one.group = group
    if standing.may_see_members:
        context["people_count"] = (
            Participant.objects.taking_part().filter(membership__group=group).values("user").distinct().count()
        )
    if standing.may_read:
        context |= {"threads": newest_threads(group, standing), "documents": recent_in(standing, DOCUMENTS)}
    return context


def newest_threads(group: Group, standing: Standing) -> list[Thread]:
    """Return the threads in which something was said last, each with `new`, the number of unread posts, in two queries."""
    boundaries = {group.pk: standing.history_from} if standing.history_from else {}
    found = Thread.objects.filter(group=group, reach__lte=reach_of(standing)).since(boundaries)
    threads = list(found.order_by("-last_post_at", "-pk")[:THREADS])
    unread = unread_of(standing.user, threads)
    for thread in threads:
        thread.group = group
        thread.new = unread.get(thread.pk, 0)  # type: ignore[attr-defined]
    return threads
