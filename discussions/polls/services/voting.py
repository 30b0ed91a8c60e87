"""Casting a vote, and changing it until the end."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, DomainError
from discussions.electorate import must_be_asked
from discussions.polls.models import Ballot, Option, Poll
from discussions.polls.services.counting import count
from discussions.services.locking import locked, speaking
from discussions.services.writing import digest
from notifications.services import notify
from partners.capacity import Capacity


class PollOver(DomainError):
    """Nobody votes here any more."""

    code = "closed"


class BadChoice(DomainError):
    """The ballot does not fit the poll."""

    code = "bad_choice"


@dataclass(frozen=True, slots=True)
class Cast:
    """The ballot that counts now, and the one it replaced."""

    ballot: Ballot
    replaced: Ballot | None = None


@transaction.atomic
def vote(poll: Poll, *, by: Capacity, options: Collection[int], key: uuid.UUID, at: datetime | None = None) -> Cast:
    """Cast the organisation's voice, or the person's, for the options with these numbers; the last before the end counts.

    What it replaces stays as a trace, and a colleague whose vote for the organisation is replaced is told. The same choice
    again changes nothing; a known key returns the ballot it cast, whatever has happened since.
    """
    chosen = sorted(set(options))
    fingerprint = digest(poll.pk, *chosen)
    thread, standing = locked(poll.thread, by.user)
    poll = Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
    poll.thread = thread
    if known := Ballot.objects.filter(author=by.user, key=key).first():
        if known.digest != fingerprint:
            raise Conflict(_("This form was sent before, with another choice."), current=known)
        return Cast(known)
    by = speaking(standing, by)
    must_be_asked(standing, since=poll.created_at)
    if poll.is_over:
        raise PollOver(_("This poll has ended. The votes stand as they are."))
    picked = _picked(poll, chosen)
    ballot = Ballot(poll=poll, key=key, digest=fingerprint, created_at=at or timezone.now())
    ballot.speak_as(by)
    ballot.voter_organisation = by.organisation if poll.by_organisation else None
    ballot.voter_person = None if poll.by_organisation else by.user
    before = standing_ballot(poll, ballot.voter_organisation_id, ballot.voter_person_id)
    if before and set(before.options.values_list("number", flat=True)) == set(chosen):
        return Cast(before)
    if before:
        before.struck_at, before.struck_why = ballot.created_at, Ballot.Struck.REPLACED
        before.save(update_fields=["struck_at", "struck_why"])
    ballot.save(force_insert=True)
    ballot.options.set(picked)
    count(poll)
    if before and before.author_id != by.user_id:
        told = User.objects.filter(pk=before.author_id, is_active=True)
        notify(told, "poll_replaced", object_id=ballot.pk, key=str(ballot.pk), by=by, mail=True)
    return Cast(ballot, before)


def standing_ballot(poll: Poll, organisation_id: int | None, person_id: int | None) -> Ballot | None:
    """Return the ballot that counts for the voice, if it has voted."""
    ballots = Ballot.objects.filter(poll=poll).standing()
    return ballots.filter(voter_organisation=organisation_id, voter_person=person_id).first()


def _picked(poll: Poll, chosen: list[int]) -> list[Option]:
    picked = list(poll.options.filter(number__in=chosen))
    if not picked or len(picked) != len(chosen):
        raise BadChoice(_("Choose one of the options."))
    if len(picked) > 1 and not poll.several:
        raise BadChoice(_("Choose one option only."))
    return picked
