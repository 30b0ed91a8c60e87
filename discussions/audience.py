"""Whom a thread reaches, of the people who take part in its group."""

from django.db.models import QuerySet

from discussions.models import Thread
from groups.audience import Audience
from groups.documents.audience import audience_of
from groups.documents.models import Reach
from groups.documents.models.reach import reach_of
from groups.models import Membership, Participant
from groups.standing import Standing


def seats_within(thread: Thread) -> QuerySet[Participant]:
    """Return the seats from which people read the thread: all of the group, or as far as the document reaches it is about."""
    seats = Participant.objects.taking_part().filter(membership__group=thread.group_id)
    if thread.reach <= Reach.PARTICIPANTS:
        return seats
    return seats.exclude(membership__role=Membership.Role.OBSERVER) if thread.reach == Reach.MEMBERS else seats.none()


def reaches(thread: Thread, standing: Standing) -> bool:
    """Say whether a thread of a group that the person may read reaches them: one about a document, as the document does."""
    if thread.reach > reach_of(standing):
        return False
    start = standing.history_from
    return start is None or thread.document is None or thread.document.created_at >= start


def readers_of_thread(thread: Thread) -> Audience:
    """Return who reads the thread, in words: whoever reads its group, or the document it is about."""
    return audience_of(thread.group, min(thread.reach, Reach.MEMBERS))
