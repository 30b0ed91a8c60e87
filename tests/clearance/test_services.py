"""A version's way from draft to publication, as its acts and its refusals tell it."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.audit import first_broken
from core.errors import Conflict, DomainError
from core.models import AuditChain, AuditEntry
from groups import services as groups
from groups.clearance import services
from groups.clearance.models import Answer, Prolongation, Publication, Round, Rule, Stage, Voice
from groups.clearance.services.locking import BadWords
from groups.documents.models import Version
from groups.documents.services import delete_document, restore_version
from groups.models import Group, Membership
from groups.standing import NotAllowed
from partners.capacity import Capacity
from partners.services import reinstate_organisation, suspend_organisation
from tests.clearance.conftest import DAY, asked, capacity, fresh, over, published, put, reviewed, say


def results(round_):
    return dict(Voice.objects.filter(round=round_).values_list("organisation__name", "result"))


def test_a_version_goes_from_draft_to_publication(draft, supply_chains, lead, member, dockers, weavers):
    round_ = reviewed(draft, member, note="Section 3")
    assert (round_.stage, round_.sha256, round_.silence) == (Stage.REVIEW, draft.sha256, "blocks")
    services.add_remark(round_, by=capacity(lead, supply_chains), text="Good.", key=uuid.uuid4())
    asked(round_, lead, dockers, weavers)
    say(round_, lead)
    say(round_, member, "comment", "Mind page 3.")
    ended = over(round_)
    assert ended.stage == Stage.CLEARED
    assert results(ended) == {"Dockers’ Federation": "clear", "Weavers’ Union": "comment"}
    made = published(ended, lead)
    assert (made.sha256, made.version_id) == (draft.sha256, draft.pk)
    assert published(ended, lead) == made
    with pytest.raises(Conflict, match="with other words"):
        published(ended, lead, title="Another")
    verbs = AuditEntry.objects.filter(chain__scope=supply_chains.audit_scope).values_list("verb", flat=True)
    assert list(verbs.order_by("number"))[-4:] == [
        "clearance.review_begun",
        "clearance.asked",
        "clearance.ended",
        "publication.made",
    ]


def test_the_result_is_bound_to_the_bytes_in_the_record(cleared, supply_chains, draft):
    entry = AuditEntry.objects.get(verb="clearance.ended")
    said = {voice.organisation_id: [voice.result, voice.said_id] for voice in cleared.voices.all()}
    assert entry.payload["sha256"] == draft.sha256 == cleared.sha256
    assert {pk: [result, answer] for pk, result, answer in entry.payload["voices"]} == said
    assert first_broken(AuditChain.objects.get(scope=supply_chains.audit_scope)) is None


@pytest.mark.parametrize(
    ("silence", "member_says", "stage"),
    [
        ("blocks", None, Stage.REFUSED),
        ("blocks", "clear", Stage.CLEARED),
        ("abstains", None, Stage.CLEARED),
        ("clears", None, Stage.CLEARED),
        ("clears", "object", Stage.REFUSED),
        ("abstains", "object", Stage.REFUSED),
    ],
)
def test_silence_counts_as_the_group_decided_beforehand(
    draft, supply_chains, lead, member, dockers, weavers, silence, member_says, stage
):
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence=silence)
    round_ = asked(reviewed(draft, lead), lead, dockers, weavers)
    say(round_, lead)
    if member_says:
        say(round_, member, member_says, "Because.")
    assert over(round_).stage == stage


@pytest.mark.parametrize(("silence", "stage"), [("clears", "cleared"), ("abstains", "refused"), ("blocks", "refused")])
def test_where_everybody_is_silent_only_the_silence_procedure_clears(
    draft, supply_chains, lead, dockers, weavers, silence, stage
):
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence=silence)
    assert over(asked(reviewed(draft, lead), lead, dockers, weavers)).stage == stage


def test_the_rule_of_a_round_that_has_begun_does_not_change(draft, supply_chains, lead, dockers, weavers):
    round_ = reviewed(draft, lead)
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence="clears")
    assert Rule.of(supply_chains) == "clears"
    asked(round_, lead, dockers, weavers)
    assert over(round_).stage == Stage.REFUSED


def test_a_lead_who_saw_another_rule_is_told(supply_chains, lead):
    by = capacity(lead, supply_chains)
    services.decide_silence(supply_chains, by=by, silence="clears", was="blocks")
    with pytest.raises(Conflict):
        services.decide_silence(supply_chains, by=by, silence="abstains", was="blocks")
    assert Rule.of(supply_chains) == "clears"


def test_an_organisation_has_one_voice_and_every_word_stays(
    running, lead, member, weavers, make_person, affiliate, join
):
    colleague = make_person("Carla Colleague")
    tie = affiliate(colleague, weavers, function="President")
    place = Membership.objects.get(group=running.group, organisation=weavers)
    place.participants.create(affiliation=tie, user=colleague)
    say(running, lead)
    first = say(running, member, "object", "Table 2 is wrong.")
    with pytest.raises(Conflict) as conflict:
        say(running, colleague, "clear")
    assert conflict.value.current == first
    say(running, colleague, "clear", base=1)
    weavers.affiliations.filter(user=colleague).update(function="Retired")
    kept = Answer.objects.filter(voice__organisation=weavers).order_by("number")
    assert [(one.author, one.function, one.says, one.text) for one in kept] == [
        (member, "Research officer", "object", "Table 2 is wrong."),
        (colleague, "President", "clear", ""),
    ]
    assert over(running).stage == Stage.CLEARED
    assert results(running)["Weavers’ Union"] == "clear"


def test_a_word_is_said_once_however_often_it_is_sent(running, member):
    key = uuid.uuid4()
    first = say(running, member, "object", "No.", key=key)
    assert say(running, member, "object", "No.", key=key) == first
    with pytest.raises(Conflict):
        say(running, member, "clear", key=key)
    assert say(running, member, "object", "No.", base=0) == first
    assert Answer.objects.count() == 1
    with pytest.raises(TypeError):
        first.save()


def test_nobody_answers_after_the_date_and_the_result_stays(running, lead, member):
    say(running, lead)
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    with pytest.raises(DomainError):
        say(running, member)
    services.attend()
    services.attend()
    assert fresh(running).stage == Stage.REFUSED
    assert results(running) == {"Dockers’ Federation": "clear", "Weavers’ Union": "silent"}
    assert AuditEntry.objects.filter(verb="clearance.ended").count() == 1


def test_who_is_not_asked_and_who_observes_does_not_answer(draft, lead, member, observer, dockers, weavers, ministry):
    round_ = reviewed(draft, lead)
    with pytest.raises(DomainError):
        asked(round_, lead, dockers, ministry)
    asked(round_, lead, dockers)
    with pytest.raises(NotAllowed):
        say(round_, member)
    with pytest.raises(NotAllowed):
        say(round_, observer)
    with pytest.raises(DomainError):
        asked(round_, lead, dockers, weavers)


def test_leads_alone_ask_prolong_withdraw_and_publish(draft, supply_chains, lead, member, dockers, weavers):
    by = capacity(member, supply_chains)
    round_ = reviewed(draft, member)
    with pytest.raises(NotAllowed):
        asked(round_, member, dockers)
    asked(round_, lead, dockers, weavers)
    for act in (
        lambda: services.prolong(round_, by=by, until=timezone.now() + 30 * DAY),
        lambda: services.withdraw_round(round_, by=by, reason="No."),
        lambda: services.decide_silence(supply_chains, by=by, silence="clears"),
    ):
        with pytest.raises(NotAllowed):
            act()
    say(round_, lead)
    say(round_, member)
    with pytest.raises(DomainError):
        published(fresh(round_), lead)
    with pytest.raises(NotAllowed):
        published(over(round_), member)


def test_organisations_are_asked_after_the_review_not_during_it(draft, supply_chains, lead, dockers):
    until = timezone.now() + DAY
    round_ = services.begin_review(
        draft.document, by=capacity(lead, supply_chains), number=1, until=until, key=uuid.uuid4()
    )
    with pytest.raises(DomainError):
        asked(round_, lead, dockers)
    Round.objects.filter(pk=round_.pk).update(review_until=timezone.now())
    assert asked(round_, lead, dockers, at=None).stage == Stage.CLEARANCE
    with pytest.raises(DomainError):
        services.add_remark(round_, by=capacity(lead, supply_chains), text="Late", key=uuid.uuid4())


def test_a_date_is_prolonged_with_a_trace_never_shortened(running, supply_chains, lead, weavers):
    by, was = capacity(lead, supply_chains), running.until
    with pytest.raises(DomainError):
        services.prolong(running, by=by, until=was - DAY)
    services.prolong(running, by=by, until=was + DAY)
    services.prolong(running, by=by, until=was + DAY)
    step = Prolongation.objects.get()
    assert (step.was, step.until, step.author, step.function) == (was, was + DAY, lead, "Coordinator")
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    with pytest.raises(DomainError):
        services.prolong(running, by=by, until=was + 9 * DAY)


def test_a_later_version_begins_anew_and_the_old_round_says_so(running, supply_chains, draft, lead, member, dockers):
    say(running, lead)
    second = put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    old = fresh(running)
    assert (old.stage, old.ended_by, old.sha256) == (Stage.OVERTAKEN, member, draft.sha256)
    with pytest.raises(DomainError):
        say(running, member)
    new = asked(reviewed(second, lead), lead, dockers)
    assert [one.said for one in new.voices.all()] == [None]
    say(new, lead)
    assert over(new).stage == Stage.CLEARED
    assert fresh(running).stage == Stage.OVERTAKEN


def test_a_version_that_comes_after_the_date_takes_nothing_back(running, supply_chains, draft, lead, member):
    say(running, lead)
    say(running, member)
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    assert fresh(running).stage == Stage.CLEARED


def test_the_same_bytes_again_are_another_version(cleared, supply_chains, draft, lead):
    put(lead, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    again = restore_version(draft.document, number=1, base=2, by=capacity(lead, supply_chains), key=uuid.uuid4())
    assert again.sha256 == draft.sha256
    assert reviewed(again, lead).stage == Stage.REVIEW
    assert fresh(cleared).stage == Stage.CLEARED


def test_what_carries_macros_is_not_published(cleared, lead):
    Version.objects.filter(pk=cleared.version_id).update(macros=True)
    cleared.refresh_from_db()
    with pytest.raises(BadWords, match="carries macros"):
        published(cleared, lead)
    assert not Publication.objects.exists()


def test_one_round_at_a_time_and_a_cleared_version_needs_no_other(draft, cleared, supply_chains, lead, member):
    with pytest.raises(DomainError):
        reviewed(draft, lead)
    second = put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    with pytest.raises(Conflict):
        reviewed(draft, lead)
    reviewed(second, lead)
    with pytest.raises(DomainError):
        reviewed(second, member)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=cleared.pk).update(stage="review", ended_at=None)


def test_a_member_that_leaves_before_the_date_is_not_counted(running, supply_chains, lead, member, weavers):
    say(running, member, "object", "No.")
    say(running, lead)
    place = Membership.objects.get(group=supply_chains, organisation=weavers)
    groups.remove_membership(place, by=capacity(lead, supply_chains), reason="Gone.")
    assert over(running).stage == Stage.CLEARED
    assert results(running) == {"Dockers’ Federation": "clear", "Weavers’ Union": "left"}


def test_a_member_that_leaves_after_the_date_is_counted(running, supply_chains, lead, member, weavers):
    say(running, member, "object", "No.")
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    place = Membership.objects.get(group=supply_chains, organisation=weavers)
    groups.remove_membership(place, by=capacity(lead, supply_chains), reason="Gone.")
    services.attend()
    assert fresh(running).stage == Stage.REFUSED
    assert results(running)["Weavers’ Union"] == "object"


def test_a_partner_that_is_suspended_and_comes_back_has_its_voice_again(running, lead, member, weavers, secretariat):
    say(running, lead)
    say(running, member)
    officer = Capacity(secretariat, None, "Secretariat")
    suspend_organisation(weavers, by=officer, reason="Asked")
    assert Voice.objects.get(organisation=weavers).left_at is not None
    reinstate_organisation(weavers, by=officer, reason="Settled")
    assert Voice.objects.get(organisation=weavers).left_at is None
    assert over(running).stage == Stage.CLEARED


def test_what_is_under_way_or_published_is_not_thrown_away(running, supply_chains, draft, lead, member):
    by = capacity(member, supply_chains)
    with pytest.raises(DomainError, match="withdraws the round"):
        delete_document(draft.document, by=by)
    say(running, lead)
    say(running, member)
    made = published(over(running), lead)
    with pytest.raises(DomainError, match="withdraws the publication"):
        delete_document(draft.document, by=by)
    services.withdraw_publication(made, by=capacity(lead, supply_chains), reason="A wrong table.")
    delete_document(draft.document, by=by)
    draft.document.refresh_from_db()
    assert draft.document.deleted_at is not None


def test_a_round_is_withdrawn_with_a_reason_and_another_begins(running, supply_chains, draft, lead, member):
    by = capacity(lead, supply_chains)
    say(running, member, "object", "Wrong.")
    with pytest.raises(DomainError):
        services.withdraw_round(running, by=by, reason="  ")
    services.withdraw_round(running, by=by, reason="We correct table 2.")
    ended = fresh(running)
    assert (ended.stage, ended.reason, ended.ended_by, ended.ended_function) == (
        "withdrawn",
        "We correct table 2.",
        lead,
        "Coordinator",
    )
    with pytest.raises(DomainError):
        say(running, member)
    assert Answer.objects.get().text == "Wrong."
    assert reviewed(draft, lead).stage == Stage.REVIEW


def test_a_round_of_a_group_that_was_closed_ends_without_a_result(running, supply_chains, lead):
    say(running, lead)
    groups.close_group(supply_chains, by=capacity(lead, supply_chains), reason="Done.")
    ended = over(running)
    assert (ended.stage, ended.ended_by, set(results(running).values())) == ("withdrawn", None, {""})


@pytest.mark.parametrize("nested", [False, True])
def test_a_round_whose_date_had_passed_gets_its_result_when_the_group_is_closed_before_the_clock_comes(
    running, supply_chains, lead, member, dockers, make_group, join, nested
):
    say(running, lead)
    say(running, member)
    closed = supply_chains
    if nested:
        closed = make_group("Ports")
        join(dockers, closed, lead, role="lead")
        Group.objects.filter(pk=supply_chains.pk).update(parent=closed)
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    groups.close_group(closed, by=capacity(lead, closed), reason="Done.")
    ended = fresh(running)
    assert (ended.group.state, ended.stage, ended.ended_by) == ("closed", Stage.CLEARED, None)
    services.attend()
    assert set(results(running).values()) == {"clear"}
    assert AuditEntry.objects.filter(verb="clearance.ended").count() == 1


def test_what_happens_in_a_group_that_is_closed_gives_a_round_no_result_it_did_not_have(
    running, supply_chains, lead, member
):
    say(running, lead)
    say(running, member)
    by = capacity(lead, supply_chains)
    muted = groups.silence(supply_chains, member, by=by, days=1, reason="Enough.")
    groups.close_group(supply_chains, by=by, reason="Done.")
    Round.objects.filter(pk=running.pk).update(until=timezone.now())
    groups.lift_silence(muted, by=by)
    services.attend()
    assert fresh(running).stage == Stage.WITHDRAWN


def test_a_publication_is_withdrawn_with_a_trace_also_in_a_closed_group(publication, supply_chains, lead, member):
    by = capacity(lead, supply_chains)
    groups.close_group(supply_chains, by=by, reason="Done.")
    with pytest.raises(NotAllowed):
        services.withdraw_publication(publication, by=capacity_of(member, supply_chains), reason="No.")
    with pytest.raises(DomainError):
        services.withdraw_publication(publication, by=by, reason="")
    services.withdraw_publication(publication, by=by, reason="A wrong table.")
    services.withdraw_publication(publication, by=by, reason="Again.")
    now = Publication.objects.get()
    assert (now.reason, now.withdrawn_by, now.withdrawn_function) == ("A wrong table.", lead, "Coordinator")
    assert AuditEntry.objects.get(verb="publication.withdrawn").reason == "A wrong table."


def capacity_of(person, group):
    affiliation = person.affiliations.get()
    return Capacity(person, affiliation.organisation, affiliation.function)


@pytest.mark.parametrize(
    "words",
    [
        {"title": ""},
        {"authors": " "},
        {"year": 1850},
        {"year": 9000},
        {"title": "x" * 201},
        {"summary": "x" * 1201},
    ],
)
def test_what_is_wrong_on_a_publication_is_refused(cleared, lead, words):
    with pytest.raises(DomainError):
        published(cleared, lead, **words)
    assert not Publication.objects.exists()
