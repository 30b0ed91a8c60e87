"""What a lead chooses at the start (what of who said what leaves the group, who is to acknowledge) holds later too."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from discussions import services
from discussions.asking.models import AcknowledgementRequest
from discussions.models import Scheduled, Thread
from groups.attribution import Attribution
from groups.models import Membership
from notifications.models import Notice

NEW = "/groups/supply-chains/threads/new/"
LATER = "/groups/supply-chains/threads/schedule/"


def sent(rule, **more):
    return {"title": "Fees", "body": "Who pays?", "kind": "discussion", "key": str(uuid.uuid4()), "rule": rule} | more


@pytest.mark.parametrize("rule", [0, 1, 2, ""])
def test_a_lead_chooses_it_in_the_form(signed_in, lead, supply_chains, rule):
    client = signed_in(lead)
    assert 'name="rule"' in client.get(NEW).content.decode()
    assert client.post(NEW, sent(rule)).status_code == 302
    assert Thread.objects.get().attribution == (rule or Attribution.OPEN)


def test_what_is_no_rule_stands_beside_the_field_and_nothing_is_lost(signed_in, lead, supply_chains):
    answer = signed_in(lead).post(NEW, sent(7))
    assert list(answer.context["form"].errors) == ["rule"]
    assert "Who pays?" in answer.content.decode()
    assert Thread.objects.count() == 0


def test_others_start_under_the_open_one_whatever_they_send(signed_in, member, supply_chains):
    client = signed_in(member)
    assert 'name="rule"' not in client.get(NEW).content.decode()
    client.post(NEW, sent(2))
    assert Thread.objects.get().attribution == Attribution.OPEN


def test_no_visitor_reads_a_name_or_an_organisation(client, signed_in, lead, supply_chains):
    supply_chains.read = "public"
    supply_chains.save()
    signed_in(lead).post(NEW, sent(2))
    client.logout()
    page = client.get(Thread.objects.get().get_absolute_url()).content.decode()
    assert "Who pays?" in page
    assert not [name for name in ("Lina", "Okafor", "Dockers’ Federation</bdi> said") if name in page]


def test_a_thread_for_later_takes_it_along(signed_in, lead, supply_chains):
    client = signed_in(lead)
    asked = client.post(LATER, sent(1))
    assert asked.context["form"]["rule"].value() == "1"
    moment = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    client.post(LATER, sent(1, due_at=moment))
    waiting = Scheduled.objects.get()
    assert waiting.attribution == Attribution.NO_NAMES
    services.publish_scheduled(waiting.pk, now=True)
    assert Thread.objects.get().attribution == Attribution.NO_NAMES


def later(client, **more):
    """Keep an announcement until tomorrow, as the form with everything in it is sent."""
    moment = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    client.post(LATER, sent(0, **({"kind": "announcement", "acknowledge": "on", "due_at": moment} | more)))
    return Scheduled.objects.get()


def test_an_announcement_for_later_asks_whoever_is_there_then(signed_in, lead, member, observer, supply_chains):
    client = signed_in(lead)
    asked = client.post(LATER, sent(0, kind="announcement", acknowledge="on"))
    assert asked.context["form"]["acknowledge"].value() == "on"
    waiting = later(client)
    assert waiting.acknowledge
    assert "Asks to acknowledge" in client.get("/scheduled/").content.decode()
    assert not AcknowledgementRequest.objects.exists()
    Scheduled.objects.update(due_at=timezone.now())
    services.publish_scheduled(waiting.pk)
    thread = Thread.objects.get()
    assert thread.asks_acknowledgement and thread.acknowledgement_request.author == lead
    assert [notice.user for notice in Notice.objects.filter(kind="acknowledge")] == [member]


def test_who_leads_no_more_when_it_is_due_announces_and_asks_nothing(signed_in, lead, member, supply_chains):
    waiting = later(signed_in(lead))
    Membership.objects.filter(organisation__name="Weavers’ Union").update(role="lead")
    Membership.objects.filter(organisation__name="Dockers’ Federation").update(role="member")
    Scheduled.objects.update(due_at=timezone.now())
    assert services.publish_scheduled(waiting.pk) is None
    assert not Thread.objects.exists() and not AcknowledgementRequest.objects.exists()
    waiting.refresh_from_db()
    assert (waiting.refusal, waiting.acknowledge) == ("Announcements and consultations are started by leads.", True)


def test_only_an_announcement_asks(signed_in, lead, supply_chains):
    waiting = later(signed_in(lead), title="Fees", kind="question")
    assert not waiting.acknowledge


def test_a_draft_comes_back_with_everything_that_was_chosen(signed_in, lead, supply_chains):
    client = signed_in(lead)
    until = timezone.localtime(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    client.post(
        "/groups/supply-chains/threads/draft/", sent(2, acknowledge="on", open_until=until, kind="consultation")
    )
    form = client.get(NEW).context["form"]
    assert (form["rule"].value(), form["acknowledge"].value(), form["kind"].value()) == (2, True, "consultation")
    assert f'value="{until}"' in str(form["open_until"])
    client.post("/groups/supply-chains/threads/draft/", sent(1, open_until="2026-"))
    form = client.get(NEW).context["form"]
    assert (form["rule"].value(), form["acknowledge"].value(), form["open_until"].value()) == (1, False, None)
    assert client.post("/groups/supply-chains/threads/draft/", sent("no rule")).status_code == 400
