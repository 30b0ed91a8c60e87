"""Two who act at once: one voice, one answer, one acknowledgement, one report."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict
from discussions.asking import services as asking
from discussions.asking.models import Acknowledgement, Answer, ClosingReport
from discussions.models import Thread
from discussions.polls import services
from discussions.polls.models import Ballot
from groups.models import Membership
from groups.services import leave
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_colleagues_who_vote_at_once_are_one_voice(poll, member, colleague, capacity):
    group = poll.thread.group
    voices = [capacity(person, group) for person in (member, colleague) * 3]

    def act(index):
        return services.vote(poll, by=voices[index], options=[1 + index % 3], key=uuid.uuid4())

    results = at_once(6, act)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert Ballot.objects.filter(poll=poll).standing().count() == 1
    poll.refresh_from_db()
    assert (poll.cast, sum(option.votes for option in poll.options.all())) == (1, 1)
    replaced = Ballot.objects.filter(struck_why=Ballot.Struck.REPLACED).count()
    assert replaced == len({one.ballot.pk for one in results}) - 1


def test_one_form_sent_many_times_at_once_casts_one_ballot(poll, member, capacity):
    by, key = capacity(member, poll.thread.group), uuid.uuid4()
    results = at_once(5, lambda index: services.vote(poll, by=by, options=[2], key=key))
    assert len({one.ballot.pk for one in results}) == 1
    assert Ballot.objects.count() == 1


def test_a_vote_and_leaving_at_once_leave_no_voice(poll, member, weavers, capacity):
    group = poll.thread.group
    by = capacity(member, group)
    place = Membership.objects.get(organisation=weavers, group=group)
    acts = [
        lambda: services.vote(poll, by=by, options=[1], key=uuid.uuid4()),
        lambda: leave(place, by=by),
    ]
    at_once(2, lambda index: acts[index]())
    assert not Ballot.objects.filter(poll=poll).standing().exists()
    poll.refresh_from_db()
    assert (poll.cast, [option.votes for option in poll.options.all()]) == (0, [0, 0, 0])


def test_a_vote_and_the_close_at_once_agree_on_the_result(poll, lead, member, capacity):
    group = poll.thread.group
    by, keeper = capacity(member, group), capacity(lead, group)
    acts = [
        lambda: services.vote(poll, by=by, options=[1], key=uuid.uuid4()),
        lambda: services.close_poll(poll, by=keeper),
    ]
    cast, _closed = at_once(2, lambda index: acts[index]())
    poll.refresh_from_db()
    assert poll.closed_at is not None
    assert poll.cast == (0 if isinstance(cast, services.PollOver) else 1)


def test_two_colleagues_who_answer_at_once_give_one_answer(supply_chains, start, lead, member, colleague, capacity):
    until = timezone.now() + timedelta(days=3)
    thread = start(supply_chains, lead, kind="consultation", open_until=until)
    voices = [capacity(person, supply_chains) for person in (member, colleague)]

    def act(index):
        position = ("support", "none")[index]
        return asking.answer(thread, by=voices[index], position=position, base=0, key=uuid.uuid4())

    results = at_once(2, act)
    assert sorted(type(one) for one in results if isinstance(one, Exception)) == [Conflict]
    assert Answer.objects.get().versions.count() == 1


def test_acknowledging_twice_at_once_is_one_word(supply_chains, start, lead, member, capacity):
    thread = start(supply_chains, lead, kind="announcement")
    request = asking.ask_to_acknowledge(thread, by=capacity(lead, supply_chains))
    by = capacity(member, supply_chains)
    results = at_once(4, lambda index: asking.acknowledge(request, by=by))
    assert len({one.pk for one in results}) == 1
    assert Acknowledgement.objects.count() == 1


def test_two_workers_write_one_report(supply_chains, start, lead):
    until = timezone.now() + timedelta(days=3)
    thread = start(supply_chains, lead, kind="consultation", open_until=until)
    Thread.objects.filter(pk=thread.pk).update(open_until=timezone.now() - timedelta(minutes=1))
    results = at_once(3, lambda index: asking.freeze_report(thread.pk))
    assert len({one.pk for one in results}) == 1
    assert ClosingReport.objects.get().lines.count() == 2
