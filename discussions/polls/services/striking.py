"""Votes of those who leave before the end: struck, with a trace."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.audit import record
from discussions.electorate import asked_in
from discussions.polls.models import Ballot, Poll
from discussions.polls.services.counting import count
from groups.models import Group


@transaction.atomic
def strike_who_left(group: Group) -> int:
    """Strike, in polls that are still open, the ballots of voices that the group no longer has; return how many.

    An organisation's voice stays when the person who cast it goes: it is not theirs. The caller holds the group's lock.
    """
    struck = 0
    polls = Poll.objects.select_for_update(no_key=True, of=("self",)).select_related("thread__group")
    for poll in polls.filter(_open(), thread__group=group, cast__gt=0).order_by("pk"):
        asked = asked_in(group, since=poll.created_at)
        organisations = {one.organisation.pk for one in asked}
        people = {seat.user_id for one in asked for seat in one.seats}
        gone = [
            ballot
            for ballot in Ballot.objects.filter(poll=poll).standing().order_by("pk")
            if (ballot.voter_organisation_id or 0) not in organisations and ballot.voter_person_id not in people
        ]
        for ballot in gone:
            ballot.struck_at, ballot.struck_why = timezone.now(), Ballot.Struck.LEFT
            ballot.save(update_fields=["struck_at", "struck_why"])
            record(None, "poll.ballot_struck", poll, ballot=ballot.pk)
        if gone:
            count(poll)
        struck += len(gone)
    return struck


def _open() -> Q:
    now = timezone.now()
    ends = Q(thread__open_until=None) | Q(thread__open_until__gt=now)
    return Q(closed_at=None, open_until__gt=now, thread__closed_at=None) & ends
