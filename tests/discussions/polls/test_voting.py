"""Votes: one voice, the last before the end, with a trace of what it replaced."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from discussions import services as threads
from discussions.polls import services
from discussions.polls.models import Ballot, Poll
from groups.models import Membership, Participant
from groups.services import change_membership_role, end_participation, leave
from groups.standing import NotAllowed
from notifications.models import Notice


def votes(poll):
    """How many voices each option has, by the numbers kept on the options."""
    return [option.votes for option in poll.options.order_by("number")]


def test_a_poll_counts_one_voice_an_organisation(poll, vote, lead, member, colleague):
    vote(poll, lead, 1)
    vote(poll, member, 2)
    cast = vote(poll, colleague, 3)
    assert votes(poll) == [1, 0, 1]
    poll.refresh_from_db()
    assert poll.cast == 2
    replaced = cast.replaced
    assert (replaced.author, replaced.struck_why) == (member, Ballot.Struck.REPLACED)
    assert Notice.objects.get(user=member, kind="poll_replaced").object_id == cast.ballot.pk
    assert not Notice.objects.filter(user=colleague, kind="poll_replaced").exists()


def test_one_person_one_voice_counts_colleagues_apart(thread, ask, vote, lead, member, colleague):
    poll = ask(thread, lead, voices="people")
    vote(poll, member, 2)
    vote(poll, colleague, 3)
    vote(poll, colleague, 2)
    assert votes(poll) == [0, 2, 0]
    assert Ballot.objects.filter(poll=poll).count() == 3


def test_the_same_form_sent_twice_casts_one_ballot(poll, vote, member):
    key = uuid.uuid4()
    first = vote(poll, member, 1, key=key).ballot
    vote(poll, member, 2)
    assert vote(poll, member, 1, key=key).ballot == first
    assert votes(poll) == [0, 1, 0]
    with pytest.raises(Conflict):
        vote(poll, member, 3, key=key)


def test_the_same_choice_again_leaves_no_trace(poll, vote, member, colleague):
    first = vote(poll, member, 1).ballot
    assert vote(poll, colleague, 1).ballot == first
    assert Ballot.objects.count() == 1


@pytest.mark.parametrize("chosen", [(), (9,), (1, 2), (0,)])
def test_a_ballot_that_does_not_fit_is_refused(poll, vote, member, chosen):
    with pytest.raises(DomainError):
        vote(poll, member, *chosen)
    assert not Ballot.objects.exists()


def test_several_may_be_chosen_where_the_poll_says_so(thread, ask, vote, lead, member):
    poll = ask(thread, lead, several=True)
    vote(poll, member, 1, 3)
    vote(poll, lead, 3)
    assert votes(poll) == [1, 0, 2]
    poll.refresh_from_db()
    assert poll.cast == 2


def test_an_observer_has_no_voice(poll, observer, supply_chains):
    from groups.standing import Standing

    with pytest.raises(NotAllowed):
        Standing.of(observer, supply_chains).speak()


def test_nobody_votes_after_the_end(poll, vote, member, lead, capacity, thread):
    vote(poll, member, 1)
    services.close_poll(poll, by=capacity(lead, thread.group))
    with pytest.raises(services.PollOver):
        vote(poll, member, 2)
    assert votes(poll) == [1, 0, 0]
    assert AuditEntry.objects.filter(verb="poll.closed").count() == 1


def test_nobody_votes_in_a_thread_that_is_closed(poll, vote, member, lead, capacity, thread):
    threads.close_thread(thread, by=capacity(lead, thread.group), conclusion="Done.")
    with pytest.raises(services.PollOver):
        vote(poll, member, 1)


def test_who_asked_and_leads_close_a_poll_early(thread, ask, lead, member, colleague, capacity):
    mine, theirs = ask(thread, member), ask(thread, lead)
    with pytest.raises(NotAllowed):
        services.close_poll(theirs, by=capacity(member, thread.group))
    with pytest.raises(NotAllowed):
        services.close_poll(mine, by=capacity(colleague, thread.group))
    assert services.close_poll(mine, by=capacity(member, thread.group)).is_over
    assert services.close_poll(theirs, by=capacity(lead, thread.group)).closed_by == lead


def test_the_vote_of_an_organisation_that_leaves_is_struck(poll, vote, lead, member, weavers, capacity, thread):
    vote(poll, lead, 1)
    cast = vote(poll, member, 1).ballot
    leave(Membership.objects.get(organisation=weavers, group=thread.group), by=capacity(member, thread.group))
    cast.refresh_from_db()
    assert (votes(poll), cast.struck_why) == ([1, 0, 0], Ballot.Struck.LEFT)
    assert AuditEntry.objects.filter(verb="poll.ballot_struck").count() == 1


def test_the_vote_of_an_organisation_outlasts_who_cast_it(poll, vote, member, colleague, capacity, thread):
    vote(poll, member, 1)
    end_participation(Participant.objects.get(user=member), by=capacity(member, thread.group))
    assert votes(poll) == [1, 0, 0]


def test_a_person_who_leaves_takes_their_own_voice_along(thread, ask, vote, lead, member, colleague, capacity):
    poll = ask(thread, lead, voices="people")
    vote(poll, member, 1)
    vote(poll, colleague, 2)
    end_participation(Participant.objects.get(user=member), by=capacity(member, thread.group))
    assert votes(poll) == [0, 1, 0]


def test_an_organisation_that_only_observes_from_now_on_has_no_voice(
    poll, vote, lead, member, weavers, capacity, thread
):
    vote(poll, member, 1)
    place = Membership.objects.get(organisation=weavers, group=thread.group)
    change_membership_role(place, by=capacity(lead, thread.group), role="observer")
    assert votes(poll) == [0, 0, 0]


def test_what_ended_is_not_changed_by_who_leaves_later(poll, vote, member, weavers, capacity, thread):
    vote(poll, member, 1)
    Poll.objects.filter(pk=poll.pk).update(
        created_at=timezone.now() - timedelta(days=2), open_until=timezone.now() - timedelta(days=1)
    )
    leave(Membership.objects.get(organisation=weavers, group=thread.group), by=capacity(member, thread.group))
    assert votes(poll) == [1, 0, 0]


def test_the_database_holds_no_second_voice(poll, vote, member, weavers):
    vote(poll, member, 1)
    again = Ballot(poll=poll, author=member, organisation=weavers, voter_organisation=weavers, key=uuid.uuid4())
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


@pytest.mark.parametrize(
    ("options", "until"),
    [
        (["One"], 1),
        (["Same", "same "], 1),
        ([str(n) for n in range(13)], 1),
        (["A", "B"], -1),
        (["A", "x" * 201], 1),
    ],
)
def test_a_poll_that_makes_no_sense_is_refused(thread, ask, lead, options, until):
    with pytest.raises(DomainError):
        ask(thread, lead, options=options, open_until=timezone.now() + timedelta(days=until))
    thread.refresh_from_db()
    assert (Poll.objects.count(), thread.poll_count) == (0, 0)


def test_a_poll_reaches_those_who_have_a_voice(colleague, poll, lead, member, observer):
    told = set(Notice.objects.filter(kind="poll").values_list("user", flat=True))
    assert told == {member.pk, colleague.pk}
