"""Acknowledging and answering in the page: who sees what, what is kept of a form, what a table holds."""

import csv
import html
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions.asking import services
from discussions.asking.models import Acknowledgement, AcknowledgementRequest, Answer
from discussions.models import Thread
from groups.standing import Standing


def text_of(response):
    """The page's words, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def cells(response):
    """The rows of a table that was downloaded."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def sent(position="support", text="", base=0, **more):
    return {"key": str(uuid.uuid4()), "position": position, "text": text, "base": base, **more}


def test_an_announcement_asks_from_its_start(signed_in, lead, member, supply_chains):
    form = {"key": str(uuid.uuid4()), "title": "We move", "kind": "announcement", "body": "Soon.", "acknowledge": "on"}
    signed_in(lead).post("/groups/supply-chains/threads/new/", form)
    thread = Thread.objects.get()
    assert AcknowledgementRequest.objects.get().thread == thread
    notices = text_of(signed_in(member).get("/notifications/"))
    assert "Please acknowledge “We move”" in notices
    assert "announced" not in notices  # told once, not twice
    page = signed_in(member).post(thread.get_absolute_url() + "acknowledge/", follow=True)
    assert "You have acknowledged this for Weavers’ Union" in text_of(page)
    assert "Please acknowledge" not in text_of(signed_in(member).get("/notifications/"))


def test_leads_ask_later_and_stop_by_the_threads_menu(signed_in, lead, announcement):
    client = signed_in(lead)
    page = client.get(announcement.get_absolute_url()).content.decode()
    assert announcement.get_absolute_url() + "acknowledgements/ask/" in page
    client.post(announcement.get_absolute_url() + "acknowledgements/ask/", {"asked": "1"})
    assert Thread.objects.get(pk=announcement.pk).asks_acknowledgement
    client.post(announcement.get_absolute_url() + "acknowledgements/ask/", {"asked": ""})
    assert not Thread.objects.get(pk=announcement.pk).asks_acknowledgement


def test_who_acts_for_two_organisations_says_for_which(
    signed_in, request_, member, make_organisation, affiliate, join
):
    second = make_organisation("Second Home")
    affiliate(member, second)
    join(second, request_.thread.group, member)
    address = request_.thread.get_absolute_url()
    client = signed_in(member)
    assert "Choose the organisation" in text_of(client.post(address + "acknowledge/", follow=True))
    client.post(address + "acknowledge/", {"as": str(second.pk)})
    page = text_of(client.get(address))
    assert "You have acknowledged this for Second Home" in page
    assert "I have read this, for Weavers’ Union" in page
    assert Acknowledgement.objects.get().organisation == second


def test_members_see_organisations_and_leads_see_people_of_those_that_have_not(
    signed_in, request_, lead, member, colleague, make_insider
):
    silent = make_insider(request_.thread.group, "Silent Person")
    address = request_.get_absolute_url()
    page = text_of(signed_in(member).get(address))
    assert "0 of 3 organisations have acknowledged" in page
    assert silent.affiliations.get().organisation.name in page
    assert "Silent Person" not in page
    assert "Remind those who have not" not in page
    assert "Silent Person" in text_of(signed_in(lead).get(address))
    table = request_.thread.get_absolute_url() + "acknowledgements.csv"
    assert "Silent Person" not in signed_in(member).get(table).content.decode()
    assert "Silent Person" in signed_in(lead).get(table).content.decode()


def test_a_reminder_is_sent_once_and_the_page_says_when_again(signed_in, request_, lead):
    client = signed_in(lead)
    page = text_of(client.post(request_.thread.get_absolute_url() + "acknowledgements/remind/", follow=True))
    assert "1 person is reminded." in page
    assert "the next reminder can be sent from" in page
    again = text_of(client.post(request_.thread.get_absolute_url() + "acknowledgements/remind/", follow=True))
    assert "less than a day ago" in again


def test_a_member_answers_and_everybody_reads_it(signed_in, consultation, member, lead, say):
    say(consultation, member, "See page 4.")
    address = consultation.get_absolute_url() + "answers/"
    page = signed_in(member).post(address, sent("comment", "Shorter, please."), follow=True)
    assert "This is the answer of Weavers’ Union now." in text_of(page)
    read = text_of(signed_in(lead).get(address))
    assert "1 of 2 organisations have answered" in read
    assert "Shorter, please." in read
    assert "Marco Silva , Research officer" in read
    assert "#2" in read
    assert "Weavers’ Union has answered: Support with comment." in text_of(
        signed_in(member).get(consultation.get_absolute_url())
    )


@pytest.mark.parametrize(("position", "text", "field"), [("", "x", "position"), ("object", " ", "text")])
def test_what_is_missing_is_said_beside_its_field(signed_in, consultation, member, position, text, field):
    page = signed_in(member).post(consultation.get_absolute_url() + "answers/", sent(position, text))
    assert page.context["form"].errors.keys() == {field}
    assert not Answer.objects.exists()


def test_a_colleagues_answer_is_shown_and_saving_again_is_a_choice(signed_in, consultation, answer, member, colleague):
    address = consultation.get_absolute_url() + "answers/"
    answer(consultation, member, "object", "Never.")
    page = signed_in(colleague).post(address, sent("support", "", base=0))
    assert page.status_code == 409
    assert "What stands there now – Marco Silva, Research officer, Weavers’ Union Object Never." in text_of(page)
    form = page.context["form"]
    again = signed_in(colleague).post(
        address, sent("support", "", base=form.data["base"], key=form.data["key"]), follow=True
    )
    assert again.status_code == 200
    assert Answer.objects.get().position == "support"


def test_nobody_answers_for_an_organisation_that_they_do_not_act_for(signed_in, consultation, member, dockers):
    address = consultation.get_absolute_url() + "answers/"
    page = signed_in(member).post(address, sent("support", **{"as": dockers.pk}), follow=True)
    assert "Choose the organisation you speak for." in text_of(page)
    assert not Answer.objects.exists()


def test_an_observer_reads_the_answers_and_gives_none(signed_in, consultation, observer):
    client = signed_in(observer)
    page = client.get(consultation.get_absolute_url() + "answers/")
    assert page.context["form"] is None
    assert "Ministry of Labour" not in text_of(page)  # observers are not asked
    assert client.post(consultation.get_absolute_url() + "answers/", sent()).status_code == 404


def test_outsiders_read_no_names_and_no_undisclosed_organisation(
    signed_in, consultation, answer, member, lead, stranger, weavers, supply_chains, request_
):
    supply_chains.read = "partners"
    supply_chains.save()
    weavers.listing = "undisclosed"
    weavers.save()
    answer(consultation, member, "support")
    answer(consultation, lead, "none")
    client = signed_in(stranger)
    for below in ("", "answers/", "answers.csv"):
        page = client.get(consultation.get_absolute_url() + below).content.decode()
        for hidden in ("Weavers", "Marco", "Lina"):
            assert hidden not in page
    rows = cells(client.get(consultation.get_absolute_url() + "answers.csv"))
    assert [row[0] for row in rows[1:]] == ["Dockers’ Federation", "a member organisation"]
    for below in ("acknowledgements/", "acknowledgements.csv"):
        assert client.get(request_.thread.get_absolute_url() + below).status_code == 404
    assert "Please acknowledge" not in client.get(request_.thread.get_absolute_url()).content.decode()


def test_tables_hold_no_formula(signed_in, consultation, answer, member, request_, weavers, lead, capacity):
    weavers.name = "@SUM(1)"
    weavers.save()
    answer(consultation, member, "object", "=cmd|' /C calc'!A0")
    services.acknowledge(request_, by=capacity(member, request_.thread.group))
    client = signed_in(lead)
    for address in (
        consultation.get_absolute_url() + "answers.csv",
        request_.thread.get_absolute_url() + "acknowledgements.csv",
    ):
        flat = [cell for row in cells(client.get(address)) for cell in row]
        assert "'@SUM(1)" in flat
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in flat)


def test_the_report_shows_after_the_end_what_it_showed_at_the_end(signed_in, consultation, answer, member, weavers):
    answer(consultation, member, "support")
    Thread.objects.filter(pk=consultation.pk).update(open_until=timezone.now() - timedelta(minutes=1))
    services.attend()
    weavers.stakeholder_type = "academic"
    weavers.save()
    page = text_of(signed_in(member).get(consultation.get_absolute_url() + "answers/"))
    assert "Closing report" in page
    assert "Frozen when the consultation ended" in page
    assert "1 of 2 organisations have answered" in page
    assert "Academic institution" not in page
    assert "I have read" not in page


def test_lists_cost_the_same_with_more_organisations(
    signed_in, consultation, request_, answer, member, make_insider, capacity
):
    client = signed_in(member)
    addresses = [consultation.get_absolute_url() + "answers/", request_.get_absolute_url()]
    answer(consultation, member)
    services.acknowledge(request_, by=capacity(member, request_.thread.group))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            for address in addresses:
                client.get(address)
        return len(queries)

    cost()
    before = cost()
    for _ in range(3):
        insider = make_insider(consultation.group)
        answer(consultation, insider, "comment", "Words.")
        services.acknowledge(request_, by=capacity(insider, consultation.group))
    assert cost() == before


@pytest.mark.parametrize(("rule", "organisation"), [(1, True), (2, False)])
def test_the_threads_rule_of_attribution_holds_outside_the_group(
    signed_in, consultation, answer, ask, member, lead, stranger, supply_chains, rule, organisation
):
    from discussions.polls.services import vote

    supply_chains.read = "partners"
    supply_chains.save()
    answer(consultation, member, "support", "A comment of the union.")
    poll = ask(consultation, lead, shown="always")
    by = Standing.of(member, supply_chains).speak()
    vote(poll, by=by, options=[1], key=uuid.uuid4())
    Thread.objects.filter(pk=consultation.pk).update(attribution=rule)
    address = consultation.get_absolute_url()
    pages = [address + "answers/", address + "answers.csv", poll.get_absolute_url()]
    for outside in [*pages, poll.get_absolute_url() + "result.csv"]:
        page = signed_in(stranger).get(outside).content.decode()
        for hidden in ("Marco", "Research officer"):
            assert hidden not in page
        assert ("Weavers’ Union" in page) is organisation
        assert ("A comment of the union." in page) is (organisation and "answers" in outside)
    for inside in pages:
        assert "Weavers’ Union" in signed_in(lead).get(inside).content.decode()
