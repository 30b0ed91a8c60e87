"""Quiet hours: letters that may wait do, by the reader's own clock; notices in the page appear at once."""

import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from discussions.chat import services
from discussions.chat.models import Room
from notifications import outbox
from notifications.models import Letter, Notice
from notifications.quiet import quiet_until
from notifications.services import notify
from notifications.tasks import mail_notices


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@contextmanager
def clock(text):
    """Have the site's clock show a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment(text))
        yield


@pytest.mark.parametrize(
    ("zone", "start", "end", "now", "until"),
    [
        ("UTC", "13:00", "15:00", "2026-03-10 12:59", None),
        ("UTC", "13:00", "15:00", "2026-03-10 13:00", "2026-03-10 15:00"),
        ("UTC", "13:00", "15:00", "2026-03-10 15:00", None),
        # Past midnight, before it and after it.
        ("UTC", "22:00", "07:00", "2026-03-10 23:30", "2026-03-11 07:00"),
        ("UTC", "22:00", "07:00", "2026-03-11 03:00", "2026-03-11 07:00"),
        ("UTC", "22:00", "07:00", "2026-03-11 07:00", None),
        ("UTC", "22:00", "00:00", "2026-12-31 23:59", "2027-01-01 00:00"),
        # By the person's own clock.
        ("Asia/Kathmandu", "22:00", "07:00", "2026-03-10 16:15", "2026-03-11 01:15"),
        ("Asia/Kathmandu", "22:00", "07:00", "2026-03-10 16:14", None),
        ("America/Lima", "22:00", "07:00", "2026-03-10 11:59", "2026-03-10 12:00"),
        # The clock is put forward at 2:00 in Paris on 29 March: the end is at 7:00 of summer time.
        ("Europe/Paris", "22:00", "07:00", "2026-03-28 23:00", "2026-03-29 05:00"),
        # The end that this night leaves out comes when it would have come.
        ("Europe/Paris", "22:00", "02:30", "2026-03-29 00:30", "2026-03-29 01:30"),
        # The clock is put back at 3:00 on 25 October: half past two comes twice.
        ("Europe/Paris", "22:00", "02:30", "2026-10-25 00:10", "2026-10-25 00:30"),
        ("Europe/Paris", "22:00", "02:30", "2026-10-25 01:10", "2026-10-25 01:30"),
        ("Europe/Paris", "22:00", "07:00", "2026-10-25 00:10", "2026-10-25 06:00"),
        ("Mars/Olympus", "22:00", "07:00", "2026-03-10 23:30", "2026-03-11 07:00"),
        ("UTC", "08:00", "08:00", "2026-03-10 08:00", None),
    ],
)
def test_the_end_of_quiet_hours(zone, start, end, now, until):
    person = User(time_zone=zone, quiet_from=time.fromisoformat(start), quiet_until=time.fromisoformat(end))
    assert quiet_until(person, moment(now)) == (moment(until) if until else None)


def test_without_quiet_hours_nothing_waits():
    assert quiet_until(User(time_zone="UTC"), moment("2026-03-10 03:00")) is None


@pytest.fixture
def sleeper(lead):
    """The lead, who sleeps from ten to seven in Kathmandu."""
    lead.time_zone, lead.quiet_from, lead.quiet_until = "Asia/Kathmandu", time(22), time(7)
    lead.save()
    return lead


@pytest.fixture
def mention(member, supply_chains):
    """Have the member mention somebody in the chat, and return the notice's key."""

    def make(person):
        room = Room.objects.get(group=supply_chains)
        services.send_message(room.pk, by=member, key=uuid.uuid4(), body=f"@{person.name} can you look?")
        return Notice.objects.get(user=person, kind="chat_mention").key

    return make


def test_a_letter_waits_for_the_morning_and_comes_once(sleeper, mention, mailoutbox):
    with clock("2026-03-10 20:00"):
        key = mention(sleeper)
        mail_notices.func(key)
        assert not mailoutbox
        assert Notice.objects.of(sleeper).unread().count() == 1
    assert Letter.objects.get().due_at == moment("2026-03-11 01:15")
    with clock("2026-03-11 01:14"):
        assert outbox.send_due() == 0
    with clock("2026-03-11 01:15"):
        assert outbox.send_due() == 1
        assert outbox.send_due() == 0
    assert [letter.to for letter in mailoutbox] == [[sleeper.email]]
    assert "Somebody mentioned you in the chat" in mailoutbox[0].body
    assert "Mira" not in mailoutbox[0].body
    assert sleeper.name not in mailoutbox[0].body


def test_who_read_the_notice_or_lost_the_room_meanwhile_gets_none(sleeper, member, mention, mailoutbox):
    with clock("2026-03-10 20:00"):
        key = mention(sleeper)
        mail_notices.func(key)
    Notice.objects.filter(user=sleeper).update(read_at=timezone.now())
    with clock("2026-03-11 02:00"):
        mail_notices.func(key)
    assert not mailoutbox


def test_each_reader_is_written_to_at_the_end_of_their_own_hours(make_insider, supply_chains, member, mailoutbox):
    room = Room.objects.get(group=supply_chains)
    early = make_insider(supply_chains, "Early Bird", quiet_from=time(22), quiet_until=time(5))
    late = make_insider(supply_chains, "Late Riser", quiet_from=time(22), quiet_until=time(9))
    awake = make_insider(supply_chains, "Wide Awake")
    with clock("2026-03-10 23:00"):
        ack = services.send_message(
            room.pk, by=member, key=uuid.uuid4(), body="@Early Bird @Late Riser @Wide Awake look"
        )
    key = f"chat_mention:{ack.id}"
    for now in ("2026-03-10 23:00", "2026-03-11 05:00", "2026-03-11 09:00"):
        with clock(now):
            mail_notices.func(key)
    assert [letter.to for letter in mailoutbox] == [[awake.email], [early.email], [late.email]]


def test_what_may_not_wait_goes_at_once(sleeper, member, supply_chains, mailoutbox):
    with clock("2026-03-10 20:00"):
        notify([sleeper], "lead_lost", object_id=supply_chains.pk, key="x", mail=True)
        notice = Notice.objects.get(user=sleeper, kind="lead_lost")
        mail_notices.func(notice.key)
        assert not Letter.objects.waiting().filter(object_id=notice.pk).exists()


def test_a_mention_is_mailed_only_after_ten_minutes(lead, mention, mailoutbox):
    before = timezone.now()
    mention(lead)
    task = DBTaskResult.objects.get(task_path=mail_notices.module_path)
    assert task.run_after - before >= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [("22:00", "", "quiet_until"), ("", "07:00", "quiet_from"), ("08:00", "08:00", "quiet_until")],
)
def test_quiet_hours_have_both_ends_or_none(client, stranger, start, end, field):
    client.force_login(stranger)
    profile = {"name": "Sana", "language": "en", "time_zone": "Africa/Tunis", "theme": "dark"}
    page = client.post("/account/profile/", profile | {"quiet_from": start, "quiet_until": end})
    assert (page.status_code, list(page.context["form"].errors)) == (400, [field])
    page = client.post("/account/profile/", profile | {"quiet_from": "22:00", "quiet_until": "07:00"})
    assert page.status_code == 302
    stranger.refresh_from_db()
    assert (stranger.quiet_from, stranger.quiet_until) == (time(22), time(7))
    assert 'value="22:00"' in client.get("/account/profile/").content.decode()


def test_a_muted_room_tells_nothing_and_can_be_heard_again(client, lead, member, supply_chains, mailoutbox):
    room = Room.objects.get(group=supply_chains)
    client.force_login(lead)
    address = f"/groups/{supply_chains.slug}/chat/{room.pk}/mute/"
    assert client.post(address, {"muted": "1"}).status_code == 302
    services.send_message(room.pk, by=member, key=uuid.uuid4(), body=f"@{lead.name} quiet")
    assert not Notice.objects.filter(user=lead, kind="chat_mention").exists()
    assert 'aria-pressed="true"' in client.get(room.get_absolute_url()).content.decode()
    client.post(address, {"muted": "0"})
    services.send_message(room.pk, by=member, key=uuid.uuid4(), body=f"@{lead.name} loud")
    notice = Notice.objects.get(user=lead, kind="chat_mention")
    client.post(address, {"muted": "1"})
    mail_notices.func(notice.key)
    assert not mailoutbox
