"""Webhooks among a group's settings: leads add, test, stop and remove them; nobody else finds them."""

import uuid

import pytest

from core.audit import AuditEntry
from groups.standing import Standing
from groups.webhooks import services
from groups.webhooks.models import Delivery, Webhook

LIST = "/groups/supply-chains/settings/webhooks/"
GOOD = {"url": "https://hooks.example.org/x?token=private", "happenings": ["thread.started"]}


def send(client, path="new/", **sent):
    return client.post(LIST + path, {"key": str(uuid.uuid4()), **GOOD, **sent})


@pytest.fixture
def as_lead(signed_in, lead, supply_chains):
    return signed_in(lead)


@pytest.fixture
def webhook(as_lead):
    send(as_lead)
    return Webhook.objects.get()


def test_a_lead_adds_one_and_sees_its_secret_once(as_lead, lead):
    key = str(uuid.uuid4())
    page = send(as_lead, key=key)
    webhook = Webhook.objects.get()
    assert webhook.secret in page.content.decode()
    assert (webhook.url, webhook.author_id) == (GOOD["url"], lead.pk)
    for path in ("", f"{webhook.pk}/"):
        assert webhook.secret not in as_lead.get(LIST + path).content.decode()
    again = send(as_lead, key=key)
    assert again.status_code == 422
    assert webhook.secret not in again.content.decode()
    assert Webhook.objects.count() == 1
    entry = AuditEntry.objects.get(verb="webhook.added")
    assert entry.payload["host"] == "hooks.example.org"
    assert "private" not in str(entry.payload)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://hooks.example.org/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": "https://name:word@hooks.example.org/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://hooks.example.org/" + "x" * 600}, "url"),
        ({"happenings": []}, "happenings"),
        ({"happenings": ["everything"]}, "happenings"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(as_lead, sent, field):
    page = send(as_lead, **sent)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not Webhook.objects.exists()


def test_a_hidden_group_never_sends_words(signed_in, lead, hidden_group):
    path = f"/groups/{hidden_group.slug}/settings/webhooks/new/"
    page = signed_in(lead).post(path, {"key": str(uuid.uuid4()), **GOOD, "with_words": "on"})
    assert page.status_code == 200
    assert Webhook.objects.get().with_words is False


def test_two_leads_who_change_it_do_not_undo_each_other(as_lead, webhook):
    first = send(as_lead, f"{webhook.pk}/", version=1, happenings=["post.written"])
    assert first.status_code == 302
    second = send(as_lead, f"{webhook.pk}/", version=1, happenings=["thread.closed"])
    assert second.status_code == 409
    webhook.refresh_from_db()
    assert webhook.happenings == ["post.written"]
    third = send(
        as_lead, f"{webhook.pk}/", version=second.context["form"]["version"].value(), happenings=["thread.closed"]
    )
    assert third.status_code == 302


def test_it_is_tested_stopped_started_and_removed(as_lead, webhook):
    act = f"{LIST}{webhook.pk}/"
    as_lead.post(act + "test/")
    assert Delivery.objects.get().happening == "test"
    as_lead.post(act + "stop/")
    as_lead.post(act + "test/")
    assert Delivery.objects.get().state == "given-up"
    as_lead.post(act + "start/")
    as_lead.post(act + "deliveries/1/again/")
    assert list(Delivery.objects.order_by("number").values_list("number", "state")) == [
        (1, "given-up"),
        (2, "waiting"),
    ]
    before = webhook.secret
    page = as_lead.post(act + "secret/", {"version": 1})
    webhook.refresh_from_db()
    assert webhook.secret != before
    assert webhook.secret in page.content.decode()
    assert as_lead.post(act + "secret/", {"version": 1}).status_code == 302
    as_lead.post(act + "remove/")
    assert not Webhook.objects.exists()
    verbs = list(
        AuditEntry.objects.filter(verb__startswith="webhook.").order_by("number").values_list("verb", flat=True)
    )
    assert verbs == [
        "webhook.added",
        "webhook.stopped",
        "webhook.started",
        "webhook.secret_changed",
        "webhook.removed",
    ]


def test_a_group_has_ten_at_most(as_lead):
    for _ in range(services.keeping.MOST):
        assert send(as_lead).status_code == 200
    assert send(as_lead).status_code == 422
    assert Webhook.objects.count() == services.keeping.MOST


@pytest.mark.parametrize("who", ["member", "observer", "stranger", "secretariat"])
def test_nobody_else_finds_them(webhook, signed_in, request, who):
    client = signed_in(request.getfixturevalue(who))
    for path in ("", "new/", f"{webhook.pk}/"):
        assert client.get(LIST + path).status_code == 404
    assert client.post(f"{LIST}{webhook.pk}/remove/").status_code == 404
    assert Webhook.objects.count() == 1


def test_a_webhook_of_another_group_is_not_reached_through_ones_own(webhook, lead, hidden_group, signed_in):
    path = f"/groups/{hidden_group.slug}/settings/webhooks/{webhook.pk}/"
    assert Standing.of(lead, hidden_group).may_manage
    assert signed_in(lead).get(path).status_code == 404
    assert signed_in(lead).post(path + "remove/").status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(as_lead, webhook, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_lead.get(LIST)
    with CaptureQueriesContext(connection) as one:
        as_lead.get(LIST)
    send(as_lead)
    send(as_lead)
    with CaptureQueriesContext(connection) as three:
        as_lead.get(LIST)
    assert len(one) == len(three)
