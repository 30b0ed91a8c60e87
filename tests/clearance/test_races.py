"""Two at once, and at the last moment: one voice, one result, nothing after the date."""

import time
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from groups.clearance import services
from groups.clearance.models import Answer, Publication, Round, Stage, Voice
from groups.documents.services import delete_document
from tests.clearance.conftest import asked, capacity, fresh, over, published, put, reviewed, say
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def errors(outcomes):
    return [one for one in outcomes if isinstance(one, Exception)]


def test_two_people_of_one_organisation_at_once_have_one_voice(running, member, weavers, make_person, affiliate):
    colleague = make_person("Carla Colleague")
    weavers.memberships.get().participants.create(affiliation=affiliate(colleague, weavers), user=colleague)
    words = [(member, "object", "No."), (colleague, "clear", "")] * 3
    outcomes = at_once(len(words), lambda index: say(running, words[index][0], words[index][1], words[index][2]))
    kept = Answer.objects.filter(voice__organisation=weavers)
    assert kept.count() == 1
    voice = Voice.objects.get(round=running, organisation=weavers)
    assert voice.said == kept.get()
    assert {type(one) for one in errors(outcomes)} == {Conflict}


def test_people_of_two_organisations_at_once_are_both_heard(running, lead, member):
    outcomes = at_once(2, lambda index: say(running, (lead, member)[index]))
    assert errors(outcomes) == []
    assert over(running).stage == Stage.CLEARED


def test_one_word_sent_often_at_once_is_kept_once(running, member):
    key = uuid.uuid4()
    outcomes = at_once(5, lambda _index: say(running, member, "object", "No.", key=key))
    assert errors(outcomes) == []
    assert {one.pk for one in outcomes} == {Answer.objects.get().pk}


def test_at_the_date_an_answer_is_in_time_and_counted_or_refused(running, lead, member, dockers):
    say(running, lead)
    Round.objects.filter(pk=running.pk).update(until=timezone.now() + timedelta(milliseconds=400))

    def act(index):
        time.sleep(index * 0.08)
        if index % 2:
            services.attend()
            return None
        try:
            return say(running, member, "object", f"Word {index}.", base=Answer.objects.exclude(author=lead).count())
        except Conflict:
            return None

    outcomes = at_once(12, act)
    time.sleep(0.2)
    services.attend()
    ended = fresh(running)
    assert ended.stage == Stage.REFUSED
    voice = Voice.objects.get(round=running, organisation__name="Weavers’ Union")
    kept = list(voice.answers.all())
    assert all(one.created_at < ended.until for one in kept)
    assert (voice.said, voice.result) == ((kept[-1], "object") if kept else (None, "silent"))
    assert len([one for one in outcomes if isinstance(one, Answer)]) == len(kept)
    assert AuditEntry.objects.filter(verb="clearance.ended").count() == 1


def test_several_clocks_write_one_result(running, lead, member):
    say(running, lead)
    say(running, member)
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    assert errors(at_once(4, lambda _index: services.attend())) == []
    assert fresh(running).stage == Stage.CLEARED
    assert AuditEntry.objects.filter(verb="clearance.ended").count() == 1


def test_a_version_and_an_answer_at_once_leave_no_word_for_other_bytes(running, supply_chains, draft, member):
    def act(index):
        if index:
            return put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
        return say(running, member)

    outcomes = at_once(2, act)
    assert fresh(running).stage == Stage.OVERTAKEN
    refused = errors(outcomes)
    assert len(refused) == 1 - Answer.objects.count()
    assert all(isinstance(one, DomainError) for one in refused)


def test_two_begin_at_once_and_one_round_is_open(draft, lead, member):
    outcomes = at_once(2, lambda index: reviewed(draft, (lead, member)[index]))
    assert Round.objects.open().count() == 1
    assert len(errors(outcomes)) == 1


def test_it_is_published_once_and_not_thrown_away_meanwhile(cleared, draft, lead):
    def act(index):
        if index == 2:
            return delete_document(draft.document, by=capacity(lead, cleared.group))
        return published(cleared, lead)

    refused = errors(at_once(3, act))
    draft.document.refresh_from_db()
    assert (Publication.objects.count(), draft.document.deleted_at is None) in {(1, True), (0, False)}
    assert all(isinstance(one, DomainError) for one in refused)


def test_dates_that_leads_move_at_once_go_forward_only(running, lead):
    by, was = capacity(lead, running.group), running.until
    at_once(4, lambda index: services.prolong(running, by=by, until=was + timedelta(days=index + 1)))
    steps = list(fresh(running).prolongations.all())
    assert [one.was for one in steps] == [was, *[one.until for one in steps[:-1]]]
    assert fresh(running).until == was + timedelta(days=4)


def test_who_is_asked_twice_at_once_has_one_voice(draft, lead, dockers, weavers):
    round_ = reviewed(draft, lead)
    until = timezone.now() + timedelta(days=5)
    at_once(3, lambda _index: asked(round_, lead, dockers, weavers, until=until))
    assert Voice.objects.filter(round=round_).count() == 2
