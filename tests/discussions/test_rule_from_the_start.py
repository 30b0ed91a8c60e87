"""A lead says at the start what of who said what leaves the group; a thread that appears later keeps the promise."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from discussions import services
from discussions.models import Scheduled, Thread
from groups.attribution import Attribution

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
