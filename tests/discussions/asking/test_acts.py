"""Acknowledging and answering: who counts, who is reminded, what is frozen."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core.errors import Conflict, DomainError, RateLimited
from discussions import services as threads
from discussions.asking import services, tally
from discussions.asking.acknowledged import progress_of
from discussions.asking.models import Acknowledgement, AcknowledgementRequest, Answer, AnswerVersion, ClosingReport
from discussions.models import Thread
from groups.models import Membership
from groups.services import leave
from groups.standing import NotAllowed
from notifications.models import Notice


def told(kind):
    """Who has a notice of the kind, by name."""
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def end(thread):
    """Let the consultation's time be over."""
    ago = timezone.now()
    Thread.objects.filter(pk=thread.pk).update(created_at=ago - timedelta(days=12), open_until=ago)
    thread.refresh_from_db()
    return thread


# --- Acknowledgements ---------------------------------------------------------------------------------------------


def test_an_organisation_has_acknowledged_with_the_first_of_its_people(request_, member, colleague, capacity):
    by = capacity(member, request_.thread.group)
    first = services.acknowledge(request_, by=by)
    assert services.acknowledge(request_, by=by) == first
    services.acknowledge(request_, by=capacity(colleague, request_.thread.group))
    progress = progress_of(request_)
    assert [one.organisation.name for one in progress.done] == ["Weavers’ Union"]
    assert [one.organisation.name for one in progress.missing] == ["Dockers’ Federation"]
    assert Acknowledgement.objects.count() == 2
    assert first.function == "Research officer"


def test_only_leads_ask_and_only_of_announcements(announcement, thread, member, lead, capacity):
    with pytest.raises(NotAllowed):
        services.ask_to_acknowledge(announcement, by=capacity(member, announcement.group))
    with pytest.raises(DomainError):
        services.ask_to_acknowledge(thread, by=capacity(lead, thread.group))
    assert not AcknowledgementRequest.objects.exists()


def test_who_takes_part_is_told_until_they_have_acknowledged(colleague, request_, member, observer, capacity):
    assert told("acknowledge") == ["Carla Colleague", "Marco Silva"]
    services.acknowledge(request_, by=capacity(member, request_.thread.group))
    assert told("acknowledge") == ["Carla Colleague"]


def test_a_reminder_reaches_only_those_who_have_not_and_not_twice_a_day(
    request_, lead, member, colleague, make_insider, capacity
):
    group = request_.thread.group
    silent = make_insider(group, "Silent")
    services.acknowledge(request_, by=capacity(member, group))
    by = capacity(lead, group)
    assert services.remind_to_acknowledge(request_, by=by) == 1
    assert told("acknowledge_reminder") == ["Silent"]  # who reminds is not told
    with pytest.raises(RateLimited):
        services.remind_to_acknowledge(request_, by=by)
    AcknowledgementRequest.objects.update(reminded_at=timezone.now() - timedelta(hours=25))
    services.acknowledge(request_, by=capacity(silent, group))
    services.acknowledge(request_, by=by)
    assert services.remind_to_acknowledge(request_, by=by) == 0
    assert told("acknowledge_reminder") == []


def test_members_remind_nobody(request_, member, capacity):
    with pytest.raises(NotAllowed):
        services.remind_to_acknowledge(request_, by=capacity(member, request_.thread.group))


def test_stopped_and_asked_again_what_was_said_counts(request_, lead, member, capacity):
    by, thread = capacity(lead, request_.thread.group), request_.thread
    services.acknowledge(request_, by=capacity(member, thread.group))
    services.stop_asking(thread, by=by)
    with pytest.raises(DomainError):
        services.acknowledge(request_, by=by)
    assert told("acknowledge") == []
    again = services.ask_to_acknowledge(thread, by=by)
    assert [one.organisation.name for one in progress_of(again).done] == ["Weavers’ Union"]


def test_who_joined_later_is_not_asked_where_the_past_is_kept(request_, make_insider, capacity, supply_chains):
    supply_chains.history = "from-joining"
    supply_chains.save()
    request_.thread.group.refresh_from_db()
    newcomer = make_insider(supply_chains, "Newcomer")
    assert len(progress_of(request_).missing) == 2
    with pytest.raises(DomainError, match="before you joined"):
        services.acknowledge(request_, by=capacity(newcomer, supply_chains))


# --- Consultations ------------------------------------------------------------------------------------------------


def test_the_last_answer_before_the_end_is_the_organisations(consultation, answer, member, colleague):
    answer(consultation, member, "support")
    given = answer(consultation, colleague, "object", "Too long.", base=1)
    assert (given.version, given.author, given.position) == (2, colleague, "object")
    assert [(v.author, v.position) for v in given.versions.all()] == [(member, "support"), (colleague, "object")]
    assert told("answer_replaced") == ["Marco Silva"]
    counts = tally.by_position(tally.report_of(consultation).lines)
    assert counts == {"support": 0, "comment": 0, "object": 1, "none": 0, "": 1}


def test_two_colleagues_who_answer_at_once_see_each_other(consultation, answer, member, colleague):
    answer(consultation, member, "support")
    with pytest.raises(Conflict) as conflict:
        answer(consultation, colleague, "none", base=0)
    assert conflict.value.current.author == member
    assert Answer.objects.get().position == "support"


def test_an_answer_sent_twice_is_given_once(consultation, answer, member):
    key = uuid.uuid4()
    answer(consultation, member, key=key)
    answer(consultation, member, "none", base=1)
    assert answer(consultation, member, key=key).position == "none"
    assert AnswerVersion.objects.count() == 2
    with pytest.raises(Conflict):
        answer(consultation, member, "object", "No.", key=key)


@pytest.mark.parametrize(("position", "text"), [("comment", ""), ("object", "  "), ("support", "x" * 4001)])
def test_an_answer_that_says_too_little_or_too_much_is_refused(consultation, answer, member, position, text):
    with pytest.raises(DomainError):
        answer(consultation, member, position, text)
    assert not Answer.objects.exists()


def test_nobody_answers_after_the_end(consultation, answer, member):
    end(consultation)
    with pytest.raises(DomainError, match="ended"):
        answer(consultation, member)


def test_the_report_names_everybody_and_is_frozen_at_the_end(
    consultation, answer, member, lead, weavers, say, capacity
):
    say(consultation, lead, "What we think.")
    answer(consultation, member, "comment", "Shorter.")
    end(consultation)
    services.attend()
    services.attend()
    report = ClosingReport.objects.get()
    lines = tally.report_of(consultation).lines
    assert [(line.position, line.text, line.posts) for line in lines] == [
        ("", "", (1, 2)),
        ("comment", "Shorter.", ()),
    ]
    leave(
        Membership.objects.get(organisation=weavers, group=consultation.group), by=capacity(member, consultation.group)
    )
    assert tally.report_of(consultation).lines == lines
    assert ClosingReport.objects.get() == report


def test_closed_early_it_is_reported_and_opened_again_it_goes_on(consultation, answer, member, lead, capacity):
    by = capacity(lead, consultation.group)
    answer(consultation, member)
    threads.close_thread(consultation, by=by, conclusion="Agreed.")
    assert ClosingReport.objects.get().lines.count() == 2
    threads.reopen(consultation, by=by)
    assert not ClosingReport.objects.exists()
    answer(consultation, member, "none", base=1)
    consultation.refresh_from_db()
    end(consultation)
    threads.change_thread(
        consultation,
        by=by,
        title=consultation.title,
        base=consultation.version,
        open_until=timezone.now() + timedelta(days=3),
    )
    services.attend()
    assert not ClosingReport.objects.exists()


def test_an_organisation_that_left_before_the_end_does_not_count(consultation, answer, member, weavers, capacity):
    answer(consultation, member)
    leave(
        Membership.objects.get(organisation=weavers, group=consultation.group), by=capacity(member, consultation.group)
    )
    assert [line.position for line in tally.report_of(consultation).lines] == [""]


def test_a_reminder_comes_once_before_the_end_to_those_who_are_silent(consultation, answer, member, lead):
    services.attend()
    assert told("consultation_ends") == []
    Thread.objects.filter(pk=consultation.pk).update(open_until=timezone.now() + timedelta(hours=30))
    Thread.objects.filter(pk=consultation.pk).update(created_at=timezone.now() - timedelta(days=5))
    answer(consultation, member)
    services.attend()
    services.attend()
    assert told("consultation_ends") == ["Lina Okafor"]


def test_the_database_holds_no_second_answer(consultation, answer, member, weavers):
    answer(consultation, member)
    with pytest.raises(IntegrityError):
        Answer.objects.create(
            thread=consultation, organisation=weavers, author=member, position="none", changed_at=timezone.now()
        )
