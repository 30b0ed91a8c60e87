"""Reporting a message: who decides, what they see, what becomes of it, and what is left."""

import uuid

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from discussions.chat import services
from discussions.chat.models import Message, Report
from notifications.models import Notice
from notifications.services import visible
from partners.capacity import capacities_of, secretariat_capacity


@pytest.fixture
def talk(supply_chains, member, lead, say):
    """The member and the lead talk to each other, of something."""
    room = services.start_conversation(by=member, people=[lead.pk])
    say(member, room, "Hurtful words")
    say(lead, room, "Private answer")
    return room


@pytest.fixture
def reported(room, say, member, observer):
    """An observer has reported what the member said in the group's room."""
    message = say(member, room, "Hurtful words")
    return services.report_message(room.pk, message.id, by=observer, reason="It attacks a colleague.")


def told(person):
    return [rendered.text for _, rendered in visible(Notice.objects.of(person).unread(), person)]


def acts(verb):
    return list(AuditEntry.objects.filter(verb=verb).values_list("chain__scope", "actor_id"))


def report(client, room, message, reason="It attacks a colleague."):
    name = "chat:report" if room.group else "conversations:report"
    arguments = {"room_id": room.pk, "message_id": message.pk} | ({"slug": room.group.slug} if room.group else {})
    return client.post(reverse(name, kwargs=arguments), {"reason": reason}, follow=True)


def decide(client, group, case, decision):
    address = reverse("threads:reports", args=[group.slug])
    return client.post(address, {"kind": "message", "report": case.pk, "decision": decision}, follow=True)


# --- Reporting ------------------------------------------------------------------------------------------------------------


def test_a_message_is_reported_from_its_menu_and_from_its_page(signed_in, room, say, member, observer, lead):
    say(member, room, "Hurtful words")
    message = Message.objects.get(room=room)
    client = signed_in(observer)
    about = client.get(reverse("chat:about", args=[room.group.slug, room.pk, message.pk])).content.decode()
    assert f"messages/{message.pk}/report/" in about
    assert 'data-path="messages/ID/report/"' in client.get(room.get_absolute_url()).content.decode()
    empty = report(client, room, message, reason=" ")
    assert empty.status_code == 422
    done = report(client, room, message)
    assert "Reported. You are told what is decided." in done.content.decode()
    case = Report.objects.get()
    assert (case.body, case.reason, case.author, case.reporter) == (
        "Hurtful words", "It attacks a colleague.", member, observer,
    )  # fmt: skip
    assert told(lead) == ["A message in “Supply Chains” was reported."]
    assert told(member) == []
    assert acts("report.made") == [("site", observer.pk)]


def test_ones_own_a_deleted_and_an_unseen_message_cannot_be_reported(room, say, member, lead, stranger):
    message = say(member, room)
    with pytest.raises(DomainError):
        services.report_message(room.pk, message.id, by=member, reason="Mine.")
    with pytest.raises(Http404):
        services.report_message(room.pk, message.id, by=stranger, reason="Not mine to see.")
    services.delete_message(room.pk, message.id, by=member, key=uuid.uuid4())
    with pytest.raises(Conflict):
        services.report_message(room.pk, message.id, by=lead, reason="Gone.")
    assert not Report.objects.exists()


def test_the_same_report_twice_is_one(reported, observer):
    again = services.report_message(reported.room_id, reported.message_id, by=observer, reason="Again.")
    assert again == reported
    assert Report.objects.count() == 1


def test_what_was_reported_is_kept_as_it_was(reported, member):
    services.edit_message(
        reported.room_id, reported.message_id, by=member, key=uuid.uuid4(), base=1, body="Never said that"
    )
    reported.refresh_from_db()
    assert reported.body == "Hurtful words"


def test_nobody_has_more_than_twenty_reports_waiting(room, say, member, observer):
    for _ in range(20):
        services.report_message(room.pk, say(member, room).id, by=observer, reason="No.")
    with pytest.raises(DomainError, match="20 of your reports"):
        services.report_message(room.pk, say(member, room).id, by=observer, reason="No.")


# --- In a group: its leads --------------------------------------------------------------------------------------------------


def test_leads_delete_what_was_reported_and_who_reported_is_told(
    signed_in, reported, supply_chains, lead, member, observer
):
    client = signed_in(lead)
    home = client.get("/").content.decode()
    assert reverse("threads:reports", args=[supply_chains.slug]) in home
    page = client.get(reverse("threads:reports", args=[supply_chains.slug])).content.decode()
    for words in ("Hurtful words", "It attacks a colleague.", "Marco Silva", "Olga Rivas"):
        assert words in page
    decide(client, supply_chains, reported, "hide")
    message = Message.objects.get(pk=reported.message_id)
    assert (message.body, message.is_deleted) == ("", True)
    reported.refresh_from_db()
    assert (reported.state, reported.body, reported.settled_by) == ("upheld", "", lead)
    assert told(observer) == ["The message you reported was deleted."]
    assert told(lead) == []
    assert acts("report.upheld") == [("site", lead.pk)]
    assert acts("message.deleted") == [(f"group:{supply_chains.pk}", lead.pk)]
    page = client.get(reverse("threads:reports", args=[supply_chains.slug])).content.decode()
    assert "Nothing is reported" in page


def test_leads_let_a_message_stand(signed_in, reported, supply_chains, lead, observer):
    decide(signed_in(lead), supply_chains, reported, "stands")
    reported.refresh_from_db()
    assert (reported.state, reported.body) == ("dismissed", "")
    assert Message.objects.get(pk=reported.message_id).body == "Hurtful words"
    assert told(observer) == ["The message you reported stands: whoever decided found nothing against the rules."]
    assert acts("message.deleted") == []


def test_one_decision_settles_all_that_was_said_of_a_deleted_message(
    reported, make_insider, supply_chains, lead, observer
):
    other = make_insider(supply_chains, "Nadia New")
    second = services.report_message(reported.room_id, reported.message_id, by=other, reason="I think so too.")
    services.settle_report(reported.pk, by=capacities_of(lead)[0], upheld=True)
    second.refresh_from_db()
    assert (second.state, second.body) == ("upheld", "")
    assert told(other) == told(observer) == ["The message you reported was deleted."]
    with pytest.raises(Conflict):
        services.settle_report(second.pk, by=capacities_of(lead)[0], upheld=False)


def test_what_its_author_has_taken_back_meanwhile_is_settled_all_the_same(reported, member, lead):
    services.delete_message(reported.room_id, reported.message_id, by=member, key=uuid.uuid4())
    services.settle_report(reported.pk, by=capacities_of(lead)[0], upheld=True)
    reported.refresh_from_db()
    assert (reported.state, reported.body) == ("upheld", "")


def test_a_report_of_another_group_is_none(signed_in, reported, hidden_group, lead):
    answer = decide(signed_in(lead), hidden_group, reported, "hide")
    assert answer.status_code == 404
    reported.refresh_from_db()
    assert reported.state == "open"


@pytest.mark.parametrize("who", ["member", "observer", "stranger", "secretariat"])
def test_nobody_else_reads_or_decides_what_is_for_the_leads(signed_in, reported, supply_chains, request, who):
    person = request.getfixturevalue(who)
    client = signed_in(person)
    assert client.get(reverse("threads:reports", args=[supply_chains.slug])).status_code == 404
    assert decide(client, supply_chains, reported, "hide").status_code == 404
    assert client.post(reverse("decide_report", args=[reported.pk]), {"decision": "hide"}).status_code == 404
    reported.refresh_from_db()
    assert reported.state == "open"


# --- About leads, and from conversations: the Secretariat --------------------------------------------------------------------


def test_about_a_lead_the_secretariat_decides_and_leads_learn_nothing(
    signed_in, room, say, lead, member, supply_chains, secretariat
):
    message = say(lead, room, "Words of a lead")
    case = services.report_message(room.pk, message.id, by=member, reason="Leads should not.")
    assert told(lead) == []
    assert told(secretariat) == ["A message was reported to the Secretariat."]
    client = signed_in(lead)
    page = client.get(reverse("threads:reports", args=[supply_chains.slug])).content.decode()
    assert "Words of a lead" not in page
    assert decide(client, supply_chains, case, "stands").status_code == 404
    assert not AuditEntry.objects.filter(chain__scope=f"group:{supply_chains.pk}", verb__startswith="report").exists()
    officer = signed_in(secretariat)
    assert "Words of a lead" in officer.get(reverse("queue")).content.decode()
    officer.post(reverse("decide_report", args=[case.pk]), {"decision": "hide"})
    assert Message.objects.get(pk=message.id).is_deleted
    assert told(member) == ["The message you reported was deleted."]


def test_from_a_conversation_the_secretariat_sees_one_message_and_nothing_else(
    signed_in, talk, member, lead, secretariat
):
    message = Message.objects.get(room=talk, author=member)
    report(signed_in(lead), talk, message)
    officer = signed_in(secretariat)
    page = officer.get(reverse("queue")).content.decode()
    for words in (
        "Hurtful words",
        "It attacks a colleague.",
        "Marco Silva",
        "Lina Okafor",
        "A message in a conversation",
    ):
        assert words in page
    assert "Private answer" not in page
    assert talk.get_absolute_url() not in page
    for address in (talk.get_absolute_url(), reverse("conversations:events", args=[talk.pk])):
        assert officer.get(address).status_code == 404
    case = Report.objects.get()
    officer.post(reverse("decide_report", args=[case.pk]), {"decision": "hide"})
    message.refresh_from_db()
    assert (message.body, message.is_deleted) == ("", True)
    assert told(lead)[0] == "The message you reported was deleted."
    assert {scope for scope, _actor in acts("message.deleted") + acts("report.upheld")} == {"site"}
    assert "Reported messages" not in officer.get(reverse("queue")).content.decode()


def test_an_officer_does_not_decide_about_their_own_words(
    signed_in, supply_chains, make_insider, member, secretariat, say
):
    officer = make_insider(supply_chains, "Olaf Officer", is_secretariat=True)
    room = services.start_conversation(by=officer, people=[member.pk])
    message = say(officer, room, "Words of an officer")
    case = services.report_message(room.pk, message.id, by=member, reason="No.")
    assert told(officer) == []
    client = signed_in(officer)
    assert "Words of an officer" not in client.get(reverse("queue")).content.decode()
    assert client.post(reverse("decide_report", args=[case.pk]), {"decision": "stands"}).status_code == 404
    assert "Words of an officer" in signed_in(secretariat).get(reverse("queue")).content.decode()


def test_where_nobody_leads_the_secretariat_decides(signed_in, reported, end, lead, supply_chains, secretariat):
    end(lead, supply_chains)
    assert "Hurtful words" in signed_in(secretariat).get(reverse("queue")).content.decode()
    services.settle_report(reported.pk, by=secretariat_capacity(secretariat), upheld=False)


def test_letters_about_reports_name_nobody(reported, lead, mailoutbox):
    from notifications.tasks import mail_notices

    mail_notices.call(Notice.objects.get(user=lead, kind="report_waiting").key)
    text = mailoutbox[0].subject + mailoutbox[0].body
    for word in ("Marco", "Olga", "Hurtful", "Supply Chains", "attacks"):
        assert word not in text


def test_the_pages_ask_the_same_for_one_and_three(
    signed_in, room, say, member, observer, lead, supply_chains, secretariat
):
    def more():
        services.report_message(room.pk, say(member, room, f"Hello @{lead.name}").id, by=observer, reason="No.")
        services.report_message(room.pk, say(lead, room, f"Hello @{member.name}").id, by=member, reason="No.")

    pages = {lead: reverse("threads:reports", args=[supply_chains.slug]), secretariat: reverse("queue")}
    counts = {}
    for _ in range(2):
        more()
        for person, address in pages.items():
            client = signed_in(person)
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.setdefault(person, []).append(len(asked))
        more()
    assert all(first == second for first, second in counts.values()), counts
