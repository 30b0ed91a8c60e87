"""What a room keeps no longer is gone, everywhere; what its readers see, count and retry stays right."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.core.files import File
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events import publish
from core.models import AuditEntry
from core.realtime import limits
from discussions.chat import presenting, services
from discussions.chat.access import place_in
from discussions.chat.models import Attachment, Event, Message, Report, Room, RoomReading, SpentKey
from discussions.chat.services import retention
from groups.documents.models import Document
from groups.documents.services import add_file
from groups.events import ParticipantStarted
from groups.models import Participant
from groups.standing import NotAllowed, Standing
from notifications.models import Notice
from tests.together import at_once

CANARY = "quetzal-4711"


@pytest.fixture
def keep(lead):
    """Have a room keep its messages for 30 days, and make what was said so far older than that."""

    def age(room, *, days=31, upto=None):
        services.set_retention(room, by=lead, days=30)
        upto = upto or Room.objects.get(pk=room.pk).last_seq
        for model in (Message, Event):
            for row in model.objects.filter(room=room, seq__lte=upto):
                model.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(days=days))
        return upto

    return age


def dump():
    """Return all rows of all tables as text."""
    return "\n".join(str(list(model._base_manager.values_list())) for model in apps.get_models())


def test_nothing_of_an_old_message_is_left_in_the_database(lead, member, room, say, keep):
    said = say(member, room, f"{CANARY} @{lead.name}")
    services.edit_message(room.pk, said.id, by=member, key=uuid.uuid4(), base=1, body=f"{CANARY} again")
    services.react(room.pk, said.id, by=lead, key=uuid.uuid4(), emoji="👍", on=True)
    message = Message.objects.get(pk=said.id)
    Report.objects.create(message=message, room=room, author=member, reporter=lead, reason="Rude", body=message.body)
    Notice.objects.create(user=lead, kind="chat_mention", key="chat_mention:x", object_id=said.id)
    keep(room)
    kept = say(member, room, "Still here")
    assert CANARY in dump()
    purged = services.purge()
    assert (purged.rooms, purged.messages) == (1, 1)
    assert CANARY not in dump()
    assert list(Message.objects.values_list("pk", flat=True)) == [kept.id]
    assert not Notice.objects.filter(kind="chat_mention", object_id=said.id).exists()
    assert Report.objects.get().message is None
    assert services.purge() == retention.Purged()


def test_readers_are_told_of_the_new_floor_and_the_log_stays_dense(lead, member, room, say, keep):
    old = [say(member, room, f"{number}").seq for number in range(3)]
    keep(room)
    before = Room.objects.get(pk=room.pk)
    kept = say(lead, room, "New")
    services.purge()
    now = Room.objects.get(pk=room.pk)
    assert (now.floor, now.purged_number, now.acl_version) == (old[-1] + 1, 3, before.acl_version + 1)
    data = presenting.as_data(presenting.events_after(room.pk, 0, 100))
    assert [event["seq"] for event in data] == list(range(now.floor, now.last_seq + 1))
    assert data[-1] == {"seq": now.last_seq, "kind": "purged", "floor": now.floor}
    assert data[0]["message"]["id"] == kept.id
    assert place_in(now, member).floor == now.floor


async def test_an_open_socket_gets_the_new_floor(member, room, lead, asay, keep, joined, transactional_db):
    await asay(member, room, "Old")
    await sync_to_async(keep)(room)
    socket = await joined(lead, room)
    await sync_to_async(services.purge)()
    now = await sync_to_async(Room.objects.get)(pk=room.pk)
    events = await socket.events(now.last_seq)
    assert events[-1] == {"seq": now.last_seq, "kind": "purged", "floor": now.floor}
    late = await joined(member, room, since=0)
    assert [event["seq"] for event in await late.events(now.last_seq)] == list(range(now.floor, now.last_seq + 1))


def test_a_retry_of_what_is_gone_is_answered_as_it_was(member, room, say, keep):
    key, change, taken = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    said = say(member, room, "Old", key=key)
    edited = services.edit_message(room.pk, said.id, by=member, key=change, base=1, body="Older")
    other = say(member, room, "Other")
    deleted = services.delete_message(room.pk, other.id, by=member, key=taken)
    keep(room)
    services.purge()
    assert say(member, room, "Old", key=key) == said
    assert services.edit_message(room.pk, said.id, by=member, key=change, base=1, body="Older") == edited
    assert services.delete_message(room.pk, other.id, by=member, key=taken) == deleted
    assert not Message.objects.exists()
    assert SpentKey.objects.count() == 4


def test_an_act_of_today_on_an_old_message_keeps_its_number_and_says_nothing(member, room, say, keep):
    said = say(member, room, "Old")
    upto = keep(room)
    edited = services.edit_message(room.pk, said.id, by=member, key=uuid.uuid4(), base=1, body=CANARY)
    say(member, room, "New")
    services.purge()
    data = presenting.as_data(presenting.events_after(room.pk, upto, 100))
    assert data[0] == {"seq": edited.seq, "kind": "hidden"}
    assert [event["kind"] for event in data] == ["hidden", "message", "purged"]


def test_an_answer_to_what_is_gone_stays_an_answer(client, member, room, say, keep):
    said = say(member, room, "Old question")
    upto = keep(room)
    key = uuid.uuid4()
    answer = say(member, room, "Answer", key=key, reply_to=said.id)
    assert upto < answer.seq
    services.purge()
    assert presenting.as_data(presenting.events_after(room.pk, upto, 1))[0]["message"]["reply_to"] == said.id
    client.force_login(member)
    page = client.get(room.get_absolute_url()).content.decode()
    assert "an earlier message" in page
    assert "Old question" not in page
    assert "Messages older than 30 days are deleted." in page
    assert say(member, room, "Answer", key=key, reply_to=said.id) == answer


def test_pages_and_http_know_the_floor(client, member, room, say, keep):
    old = say(member, room, "Old words")
    keep(room)
    say(member, room, "New words")
    services.purge()
    client.force_login(member)
    address = reverse("chat:events", args=[room.group.slug, room.pk])
    floor = Room.objects.get(pk=room.pk).floor
    for query in ("since=0", "limit=200"):
        answer = client.get(f"{address}?{query}").json()
        assert (answer["floor"], answer["events"][0]["seq"], answer["more"]) == (floor, floor, False)
    assert client.get(reverse("chat:edit", args=[room.group.slug, room.pk, old.id])).status_code == 404


def test_leads_decide_how_long_and_it_is_recorded(client, lead, member, room):
    with pytest.raises(NotAllowed):
        services.set_retention(room, by=member, days=30)
    with pytest.raises(ValueError, match="7"):
        services.set_retention(room, by=lead, days=7)
    address = reverse("chat:settings", args=[room.group.slug, room.pk])
    client.force_login(lead)
    assert client.post(address, {"writers": "members", "keep_days": "90"}).status_code == 302
    room.refresh_from_db()
    assert room.keep_days == 90
    assert AuditEntry.objects.get(verb="room.retention_changed").actor_id == lead.pk
    client.post(address, {"writers": "members", "keep_days": ""})
    room.refresh_from_db()
    assert room.keep_days is None


def test_an_interrupted_purge_is_finished_by_the_next(member, room, say, keep, monkeypatch):
    for number in range(5):
        say(member, room, f"{CANARY} {number}")
    keep(room)
    monkeypatch.setattr(retention, "PORTION", 2)
    retention.raise_floor(room.pk, timezone.now())
    retention._take_away(room.pk)
    assert (Message.objects.count(), CANARY in dump()) == (3, True)
    call_command("purge_messages")
    assert (Message.objects.count(), CANARY in dump()) == (0, False)
    assert Event.objects.filter(kind="purged").count() == 1


def test_a_room_that_keeps_everything_loses_nothing(member, room, say, keep, lead):
    say(member, room, "Old")
    keep(room)
    services.set_retention(room, by=lead, days=None)
    assert services.purge() == retention.Purged()
    assert Message.objects.count() == 1


def test_documents_stay_in_the_library(member, room, supply_chains, say, keep, settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }
    by = Standing.of(member, supply_chains).speak()
    plan = add_file(supply_chains, File(BytesIO(b"%PDF-1.4 x"), "a.pdf"), by=by, key=uuid.uuid4(), file_name="a.pdf")
    say(member, room, "Look", attachments=[plan.document_id])
    keep(room)
    services.purge()
    assert not Attachment.objects.exists()
    assert Document.objects.present().filter(pk=plan.document_id).exists()


def test_a_seat_that_counts_again_is_no_new_beginning_after_a_purge(member, room, supply_chains, say, keep):
    Participant.objects.filter(user=member).update(created_at=timezone.now() - timedelta(days=40))
    before = RoomReading.objects.get(room=room, user=member).floor
    say(member, room, "Old")
    keep(room)
    say(member, room, "New")
    services.purge()
    with transaction.atomic():
        publish(ParticipantStarted(Participant.objects.get(user=member)))
    assert RoomReading.objects.get(room=room, user=member).floor == before


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_unread_is_what_a_count_would_say(data, lead, member, observer, room, say, keep):
    """Whatever people say and read before and after a purge, unread is the number of kept messages of others after the mark."""
    with transaction.atomic():
        people = [lead, member]
        marks = dict.fromkeys([*people, observer], 0)
        RoomReading.objects.filter(room=room, user=observer).delete()
        for _ in range(data.draw(st.integers(1, 12))):
            act = data.draw(st.sampled_from(["say", "say", "read", "purge"]))
            who = data.draw(st.sampled_from(people))
            if act == "say":
                say(who, room, "Words")
            elif act == "read":
                now = Room.objects.get(pk=room.pk)
                seq = data.draw(st.integers(0, now.last_seq))
                services.mark_read(now, by=who, seq=seq)
                marks[who] = max(marks[who], seq)
            else:
                keep(room, upto=data.draw(st.integers(1, Room.objects.get(pk=room.pk).last_seq)))
                services.purge()
        now = Room.objects.get(pk=room.pk)
        for person, mark in marks.items():
            reading = RoomReading.objects.filter(room=room, user=person).first() or RoomReading(room=room, user=person)
            had_read_all = reading.last_seq > mark  # one's own word raised the mark: nothing of others was open
            left = Message.objects.filter(room=room, seq__gt=mark).exclude(author=person)
            if had_read_all:
                left = left.filter(number__gt=reading.last_number)
            assert reading.unread_in(now) == left.count(), (person, mark)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_purge_among_people_who_talk_leaves_the_log_dense(lead, member, room, keep, monkeypatch):
    for number in range(12):
        limits.pace.forget()
        services.send_message(room.pk, by=member, key=uuid.uuid4(), body=f"Old {number}")
    keep(room)
    monkeypatch.setattr(retention, "PORTION", 3)
    monkeypatch.setattr(limits.pace, "take", lambda person: None)
    keys = [uuid.uuid4() for _ in range(12)]

    def act(index):
        if index == 0:
            return services.purge().messages
        return [
            services.send_message(room.pk, by=lead if index % 2 else member, key=key, body="New")
            for key in keys[(index - 1) * 4 : index * 4]
        ]

    purged, *acks = at_once(4, act)
    assert purged == 12
    assert sorted(ack.key for some in acks for ack in some) == sorted(keys)
    now = Room.objects.get(pk=room.pk)
    seqs = list(Event.objects.filter(room=room).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(now.floor, now.last_seq + 1))
    assert set(Message.objects.values_list("body", flat=True)) == {"New"}
    numbers = list(Message.objects.order_by("seq").values_list("number", flat=True))
    assert numbers == list(range(now.purged_number + 1, now.last_number + 1))
