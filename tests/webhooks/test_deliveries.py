"""What a webhook is told: in order, signed, without words, until it is taken; and when it is told no more."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from discussions import services as threads
from groups import services as groups
from groups.documents.services import add_file
from groups.models import Group, Membership
from groups.standing import Standing
from groups.webhooks import services
from groups.webhooks.models import Delivery, Webhook
from groups.webhooks.services import delivering
from groups.webhooks.services.saying import signed
from notifications.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)

SECRET_WORDS = "Kestrels at the quay"


def speak(person, group):
    return Standing.of(person, group).speak()


def start(person, group, **more):
    more = {"title": SECRET_WORDS, "body": f"{SECRET_WORDS}, says @Marco Silva", **more}
    return threads.start_thread(group, by=speak(person, group), key=uuid.uuid4(), **more)


def answer(person, thread, body=SECRET_WORDS):
    return threads.post(thread, by=speak(person, thread.group), body=body, key=uuid.uuid4())


def told(receiver):
    """Return what the server was told: kind and data, in the order in which it came."""
    return [(said["type"], said["data"]) for said in (json.loads(body) for _headers, body in receiver.taken)]


def due_now():
    Delivery.objects.update(next_at=timezone.now())
    DBTaskResult.objects.update(run_after=timezone.now())


def test_everything_it_is_told_of_is_told_in_order_and_without_words(
    supply_chains, member, lead, weavers, add, work, receiver, settings, tmp_path, make_organisation, join
):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }
    add(supply_chains)
    thread = start(member, supply_chains)
    post = answer(lead, thread)
    threads.edit_post(post, by=speak(lead, supply_chains), body="Others", base=1)
    threads.delete_post(post, by=speak(lead, supply_chains))
    threads.close_thread(thread, by=speak(lead, supply_chains), conclusion=SECRET_WORDS)
    threads.reopen(thread, by=speak(lead, supply_chains))
    start(lead, supply_chains, kind="announcement")
    file = File(BytesIO(b"%PDF-1.4 x"), "kestrels.pdf")
    version = add_file(
        supply_chains, file, by=speak(member, supply_chains), key=uuid.uuid4(), file_name="kestrels.pdf"
    )
    join(make_organisation("Kestrel Society"), supply_chains)
    place = Membership.objects.get(organisation__name="Kestrel Society")
    by = Standing.of(lead, supply_chains).act()
    groups.change_membership_role(place, by=by, role="observer")
    groups.remove_membership(place, by=by, reason="Kestrels")
    assert receiver.taken == []
    work()

    happened = told(receiver)
    assert [kind for kind, _ in happened] == [
        "thread.started", "post.written", "post.changed", "post.deleted", "thread.closed", "thread.reopened",
        "thread.started", "announcement.made", "document.added", "member.started", "member.changed", "member.ended",
    ]  # fmt: skip
    assert [data["number"] for _, data in happened] == list(range(1, 13))
    site = f"{settings.SITE_URL}/groups/supply-chains"
    assert happened[0][1] == {
        "group": "supply-chains", "number": 1, "thread": thread.pk, "kind": "discussion", "url": f"{site}/threads/{thread.pk}/",
    }  # fmt: skip
    assert happened[1][1]["url"] == f"{site}/threads/{thread.pk}/?post=2#post-2"
    assert happened[8][1]["url"] == f"{site}/documents/{version.document_id}/"
    everything = b"".join(body for _, body in receiver.taken).decode()
    for word in ("estrel", "Marco", "Silva", "Weavers", "Dockers"):
        assert word not in everything
    assert set(Delivery.objects.values_list("state", "status", "tries")) == {("taken", 204, 1)}


def test_what_is_undone_is_told_nobody(supply_chains, member, add, work, receiver):
    add(supply_chains)
    with pytest.raises(RuntimeError), transaction.atomic():
        start(member, supply_chains)
        raise RuntimeError
    work()
    assert receiver.taken == []
    assert not Delivery.objects.exists()


def test_only_what_was_chosen_of_this_group_is_told(supply_chains, hidden_group, member, lead, add, work, receiver):
    add(supply_chains, ["announcement.made"])
    start(member, supply_chains)
    start(member, hidden_group)
    start(lead, supply_chains, kind="announcement")
    work()
    assert [kind for kind, _ in told(receiver)] == ["announcement.made"]


def test_each_delivery_is_signed_with_its_id_and_time(supply_chains, member, add, work, receiver):
    webhook = add(supply_chains)
    start(member, supply_chains)
    work()
    ((headers, body),) = receiver.taken
    assert headers["webhook-id"] == str(Delivery.objects.get().uid)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert signed(webhook, "x", body)["webhook-signature"] != headers["webhook-signature"]
    other = services.give_new_secret(webhook, by=Standing.of(webhook.author, supply_chains).act(), version=1)
    assert other.secret != webhook.secret
    row = str(list(Webhook.objects.values()))
    assert webhook.secret.removeprefix("whsec_") not in row


def test_words_go_out_only_where_leads_chose_so_and_as_a_visitor_reads_them(
    supply_chains, member, weavers, add, work, receiver
):
    weavers.listing = "undisclosed"
    weavers.save()
    add(supply_chains, with_words=True)
    thread = start(member, supply_chains)
    post = answer(member, thread)
    work()
    (_, first), (_, second) = told(receiver)
    assert (first["title"], second["body"]) == (SECRET_WORDS, SECRET_WORDS)
    assert first["body"] == f"{SECRET_WORDS}, says @a participant"
    everything = str(told(receiver))
    assert "Marco" not in everything
    assert "Weavers" not in everything
    assert "a member organisation" in first["by"]

    # What is deleted before it is sent is not sent any more; a group that becomes hidden sends nothing of what is said.
    receiver.taken.clear()
    answer(member, thread, "Unsaid")
    threads.delete_post(thread.posts.get(number=3), by=speak(member, supply_chains))
    threads.edit_post(post, by=speak(member, supply_chains), body="Hidden words", base=1)
    Group.objects.filter(pk=supply_chains.pk).update(find="members", read="members")
    work()
    assert len(receiver.taken) == 3
    assert "body" not in str(told(receiver))
    assert "title" not in str(told(receiver))


def test_a_server_that_fails_is_tried_again_later_and_the_order_is_kept(supply_chains, member, add, work, receiver):
    add(supply_chains)
    thread = start(member, supply_chains)
    answer(member, thread)
    receiver.statuses = [503, 302]
    work()
    assert [kind for kind, _ in told(receiver)] == ["thread.started"]
    head = Delivery.objects.get(number=1)
    assert (head.state, head.status, head.tries) == ("waiting", 503, 1)
    assert timedelta(seconds=50) < head.next_at - timezone.now() < timedelta(seconds=80)
    assert Webhook.objects.get().failing_since is not None
    due_now()
    work()  # a redirect is not followed: it is an answer like others
    assert Delivery.objects.get(number=1).status == 302
    due_now()
    work()
    assert [kind for kind, _ in told(receiver)] == ["thread.started"] * 3 + ["post.written"]
    ids = [headers["webhook-id"] for headers, _ in receiver.taken]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert Webhook.objects.get().failing_since is None


def test_one_that_is_never_taken_is_given_up_and_the_next_has_its_turn(supply_chains, member, add, work, receiver):
    add(supply_chains)
    thread = start(member, supply_chains)
    answer(member, thread)
    receiver.statuses = [400] * (len(delivering.PAUSES) + 1)
    for _ in range(len(delivering.PAUSES) + 1):
        due_now()
        work()
    assert list(Delivery.objects.order_by("number").values_list("state", "tries")) == [("given-up", 9), ("taken", 1)]


def test_after_three_days_without_an_answer_it_is_stopped_and_leads_are_told(
    supply_chains, member, lead, add, work, receiver, client, monkeypatch
):
    webhook = add(supply_chains)
    receiver.statuses = [500] * 10
    thread = start(member, supply_chains)
    answer(member, thread)
    work()
    Webhook.objects.update(failing_since=timezone.now() - delivering.STOPPED_AFTER)
    due_now()
    work()
    webhook.refresh_from_db()
    assert (webhook.is_told, webhook.stopped_why) == (False, "failing")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"given-up"}
    (notice,) = Notice.objects.filter(kind="webhook_stopped")
    assert notice.user == lead
    client.force_login(lead)
    page = client.get("/notifications/").content.decode()
    assert webhook.get_absolute_url() in page or f"/notifications/{notice.pk}/" in page
    assert "token=private" not in page
    asked = len(receiver.taken)
    start(member, supply_chains)
    work()
    assert len(receiver.taken) == asked

    services.start_again(webhook, by=Standing.of(lead, supply_chains).act())
    receiver.statuses = []
    start(member, supply_chains, title="Fresh")
    work()
    assert len(receiver.taken) == asked + 1
    assert client.get("/notifications/").content.decode().count("webhook to") == 0


def test_a_server_that_says_it_is_gone_is_told_no_more(supply_chains, member, add, work, receiver):
    webhook = add(supply_chains)
    receiver.statuses = [410]
    start(member, supply_chains)
    work()
    webhook.refresh_from_db()
    assert webhook.stopped_why == "gone"


def test_addresses_inside_are_never_asked_whatever_they_turn_into(
    supply_chains, member, add, work, receiver, settings
):
    add(supply_chains)
    settings.OUTGOING_LOOPBACK = False
    start(member, supply_chains)
    work()
    assert receiver.taken == []
    assert Delivery.objects.get().fault == "Refused"


def test_two_tasks_never_deliver_for_one_webhook_at_once(supply_chains, member, add, receiver):
    webhook = add(supply_chains)
    start(member, supply_chains)
    assert delivering._claim(webhook.pk, "the one")
    assert delivering.deliver_all(webhook.pk, task_id="another") == 0
    assert receiver.taken == []
    # Begun anew after its worker's death, the same task goes on at once; another one when the claim is over.
    assert delivering.deliver_all(webhook.pk, task_id="the one") == 1
    assert len(receiver.taken) == 1


def test_what_lost_its_task_is_found(supply_chains, member, add, work, receiver):
    add(supply_chains)
    start(member, supply_chains)
    DBTaskResult.objects.all().delete()
    assert services.wake() == 0  # it may be under way
    Delivery.objects.update(next_at=timezone.now() - timedelta(minutes=2))
    assert services.wake() == 1
    work()
    assert len(receiver.taken) == 1


def test_old_deliveries_are_forgotten(supply_chains, member, add, work, receiver):
    from groups.webhooks.tasks import purge_deliveries

    add(supply_chains)
    start(member, supply_chains)
    work()
    start(member, supply_chains)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    purge_deliveries.func()
    assert list(Delivery.objects.values_list("number", "state")) == [(2, "waiting")]


def test_task_arguments_hold_an_id_only(supply_chains, member, add, receiver):
    webhook = add(supply_chains)
    start(member, supply_chains)
    (row,) = DBTaskResult.objects.filter(task_path__startswith="groups.webhooks.")
    assert row.args_kwargs == {"args": [webhook.pk], "kwargs": {}}
    assert SECRET_WORDS not in str(list(Delivery.objects.values()))
