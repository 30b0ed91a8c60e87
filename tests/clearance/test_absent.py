"""Whom nobody can answer for is neither asked nor said to be silent, and why a voice is not counted is told as it was."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from groups import services as groups
from groups.clearance import services
from groups.clearance.models import Answer, Round, Stage, Voice
from groups.documents.models import Document
from groups.models import Group, Participant
from partners.capacity import Capacity
from partners.services import hand_over, reinstate_organisation, suspend_organisation
from tests.clearance.conftest import asked, capacity, fresh, over, published, put, reviewed, say


def voice_of(organisation):
    return Voice.objects.get(organisation=organisation)


def leave_seat(person, group):
    """The person ends their own part in the group; their organisation stays its member."""
    seat = Participant.objects.get(user=person, membership__group=group, ended_at=None)
    groups.end_participation(seat, by=capacity(person, group))


def counted(round_):
    return dict(Voice.objects.filter(round=round_).values_list("organisation__name", "result"))


@pytest.fixture
def clears(supply_chains, lead):
    """In the group silence clears."""
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence="clears")


def offered(client, round_):
    form = client.get(f"{round_.get_absolute_url()}ask/").context["form"]
    return [name for _pk, name in form.fields["organisations"].choices]


def test_a_member_without_anybody_is_not_offered_and_not_asked(
    signed_in, draft, supply_chains, lead, member, dockers, weavers
):
    leave_seat(member, supply_chains)
    round_ = reviewed(draft, lead)
    client = signed_in(lead)
    assert offered(client, round_) == ["Dockers’ Federation"]
    until = f"{timezone.localtime() + timedelta(days=7):%Y-%m-%dT%H:%M}"
    refused = client.post(
        f"{round_.get_absolute_url()}ask/", {"organisations": [dockers.pk, weavers.pk], "until": until}
    )
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"organisations"})
    assert fresh(round_).stage == Stage.REVIEW


def test_a_silent_member_whose_last_person_leaves_has_not_cleared_it(
    signed_in, client, clears, running, supply_chains, lead, member, weavers, make_person, affiliate
):
    running.silence = "clears"
    running.save(update_fields=["silence"])
    say(running, lead)
    leave_seat(member, supply_chains)
    assert "Nobody could answer for it" in signed_in(lead).get(running.get_absolute_url()).text
    ended = over(running)
    assert (ended.stage, counted(ended)) == (
        "cleared",
        {"Dockers’ Federation": "clear", "Weavers’ Union": "left"},
    )
    client.logout()
    text = client.get(published(ended, lead).get_absolute_url()).text
    assert "Weavers’ Union" not in text
    assert "Dockers’ Federation" in text


def test_a_silent_member_gets_its_voice_back_with_the_next_person(
    running, supply_chains, lead, member, weavers, make_person, affiliate
):
    leave_seat(member, supply_chains)
    assert voice_of(weavers).left_at is not None
    colleague = make_person("Carla Colleague")
    tie = affiliate(colleague, weavers)
    place = weavers.memberships.get()
    groups.name_participant(place, affiliation=tie, by=Capacity(colleague, weavers, "President"))
    assert (voice_of(weavers).left_at, voice_of(weavers).absence) == (None, "")
    say(running, colleague, "object", "No.")
    assert over(running).stage == Stage.REFUSED
    why = [one.payload.get("why") for one in AuditEntry.objects.filter(verb__startswith="clearance.voice")]
    assert why == ["nobody", ""]


def test_what_a_member_has_said_counts_also_when_its_people_are_gone(running, supply_chains, lead, member, weavers):
    say(running, lead)
    say(running, member, "object", "Table 2 is wrong.")
    leave_seat(member, supply_chains)
    assert over(running).stage == Stage.REFUSED
    assert counted(running)["Weavers’ Union"] == "object"


@pytest.fixture
def keeps_its_past(supply_chains):
    """People read what came since they joined."""
    Group.objects.filter(pk=supply_chains.pk).update(history="from-joining", read="members")
    supply_chains.refresh_from_db()
    return supply_chains


def test_who_came_after_the_document_is_not_asked_for_a_member_that_was_there_before(
    signed_in, keeps_its_past, draft, lead, member, dockers, weavers, make_person, affiliate
):
    colleague = make_person("Carla Colleague")
    leaving, successor = member.affiliations.get(), affiliate(colleague, weavers)
    hand_over(leaving, by=capacity(member, keeps_its_past), successor=successor, leave=True)
    round_ = reviewed(draft, lead)
    assert signed_in(colleague).get(round_.get_absolute_url()).status_code == 404
    assert offered(signed_in(lead), round_) == ["Dockers’ Federation"]
    Document.objects.filter(pk=draft.document_id).update(created_at=Participant.objects.latest("pk").created_at)
    assert signed_in(colleague).get(round_.get_absolute_url()).status_code == 200
    assert offered(signed_in(lead), round_) == ["Dockers’ Federation", "Weavers’ Union"]


def test_a_handover_in_a_round_leaves_a_silent_member_without_a_voice_where_the_past_is_kept(
    keeps_its_past, running, lead, member, weavers, make_person, affiliate
):
    colleague = make_person("Carla Colleague")
    successor = affiliate(colleague, weavers)
    hand_over(member.affiliations.get(), by=capacity(member, keeps_its_past), successor=successor, leave=True)
    assert voice_of(weavers).absence == "nobody"


def test_a_group_that_begins_to_keep_its_past_takes_the_voice_of_who_came_later(
    running, supply_chains, lead, member, weavers
):
    Participant.objects.filter(user=member).update(
        created_at=running.document.created_at + (running.until - running.asked_at)
    )
    by = capacity(lead, supply_chains)
    groups.change_switches(supply_chains, by=by, history="from-joining", read="members")
    assert voice_of(weavers).absence == "nobody"
    groups.change_switches(supply_chains, by=by, history="all")
    assert voice_of(weavers).left_at is None


@pytest.mark.parametrize("seated", [True, False])
def test_a_suspended_partner_has_no_voice_whether_or_not_it_has_people(
    running, supply_chains, lead, member, weavers, secretariat, seated
):
    say(running, member)
    if not seated:
        leave_seat(member, supply_chains)
    officer = Capacity(secretariat, None, "Secretariat")
    suspend_organisation(weavers, by=officer, reason="Asked")
    assert voice_of(weavers).left_at is not None
    reinstate_organisation(weavers, by=officer, reason="Settled")
    assert voice_of(weavers).left_at is None
    verbs = list(AuditEntry.objects.filter(verb__startswith="clearance.voice").values_list("verb", flat=True))
    assert verbs == ["clearance.voice_left", "clearance.voice_back"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("role", "Made an observer before the date; it had said: Object"),
        ("remove", "Taken out of the group before the date; it had said: Object"),
        ("leave", "Left the group before the date; it had said: Object"),
    ],
)
def test_why_a_voice_is_not_counted_is_told_and_what_it_said_stays(
    signed_in, running, supply_chains, lead, member, weavers, act, words
):
    say(running, member, "object", "Table 2 is wrong.")
    say(running, lead)
    place = weavers.memberships.get()
    by, own = capacity(lead, supply_chains), capacity(member, supply_chains)
    if act == "role":
        form = {"role": "observer"}
        signed_in(lead).post(reverse("groups:role", args=[supply_chains.slug, place.pk]), form)
    elif act == "remove":
        groups.remove_membership(place, by=by, reason="Gone.")
    else:
        groups.leave(place, by=own)
    ended = over(running)
    assert counted(ended)["Weavers’ Union"] == "left"
    text = signed_in(lead).get(ended.get_absolute_url()).text
    assert words in text
    assert "Table 2 is wrong." in text
    table = signed_in(lead).get(reverse("clearance:csv", args=[supply_chains.slug, ended.document_id, ended.pk]))
    assert words in b"".join(table.streaming_content if table.streaming else [table.content]).decode()
    assert Answer.objects.filter(voice__organisation=weavers).count() == 1


def test_of_an_old_row_it_is_said_that_it_has_no_voice(signed_in, running, lead, weavers):
    Voice.objects.filter(organisation=weavers).update(left_at=running.asked_at)
    assert "Without a voice" in signed_in(lead).get(running.get_absolute_url()).text


def test_following_members_costs_the_same_with_many_rounds_and_voices(
    supply_chains, lead, member, dockers, weavers, make_insider
):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            services.follow_members(supply_chains)
        return len(caught)

    asked(reviewed(put(member, supply_chains), lead), lead, dockers, weavers)
    few = queries()
    more = [make_insider(supply_chains, f"Person {number}").participations.get().membership for number in range(3)]
    for number in range(2):
        version = put(
            member, supply_chains, name=f"More {number}.pdf", content=b"%PDF-1.4 more" + bytes([48 + number])
        )
        asked(reviewed(version, lead), lead, dockers, weavers, *[one.organisation for one in more])
    assert (few, queries()) == (4 + 2, 4 + 2)
    assert Round.objects.count() == 3
