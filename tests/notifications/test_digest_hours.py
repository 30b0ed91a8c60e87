"""When digests are due: once a day at the hour of the reader's own clock, whatever that clock does in a night."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.services import save_preferences
from notifications import digests
from notifications.models import Letter, Rhythm
from notifications.quiet import next_at


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "after", "due"),
    [
        ("UTC", 7, "2026-03-10 06:59", "2026-03-10 07:00"),
        ("UTC", 7, "2026-03-10 07:00", "2026-03-11 07:00"),
        ("Asia/Kathmandu", 7, "2026-03-10 01:14", "2026-03-10 01:15"),
        ("America/Lima", 7, "2026-03-10 03:00", "2026-03-10 12:00"),
        # Summer time begins on 29 March in Paris: seven o'clock comes an hour earlier, half past two not at all.
        ("Europe/Paris", 7, "2026-03-28 06:00", "2026-03-29 05:00"),
        ("Europe/Paris", 2, "2026-03-28 23:00", "2026-03-29 01:00"),
        ("Europe/Paris", 2, "2026-03-29 01:00", "2026-03-30 00:00"),
        # It ends on 25 October: two o'clock comes twice, the digest once.
        ("Europe/Paris", 2, "2026-10-24 23:00", "2026-10-25 00:00"),
        ("Europe/Paris", 2, "2026-10-25 00:00", "2026-10-26 01:00"),
        ("Europe/Paris", 7, "2026-10-24 06:00", "2026-10-25 06:00"),
    ],
)
def test_the_next_hour(zone, hour, after, due):
    assert next_at(hour, ZoneInfo(zone), moment(after)) == moment(due)


@given(
    st.sampled_from(
        ["Europe/Paris", "America/Santiago", "Asia/Kathmandu", "Africa/Cairo", "Australia/Lord_Howe", "UTC"]
    ),
    st.integers(0, 23),
    st.integers(0, 3 * 366 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
def test_it_comes_once_on_each_day_of_the_clock(name, hour, start):
    zone, days, at = ZoneInfo(name), [], start
    for _ in range(5):
        at = next_at(hour, zone, at)
        days.append(at.astimezone(zone).date())
    assert days == [days[0] + timedelta(days=number) for number in range(5)]
    assert at > start


@pytest.fixture
def reader(member, supply_chains):
    """The member, in Kathmandu, who gets a digest at seven."""
    member.time_zone = "Asia/Kathmandu"
    member.save()
    digests.clock_changed(member)
    return member


def due(person, text):
    Rhythm.objects.exclude(user=person).delete()
    Rhythm.objects.filter(user=person).update(due_at=moment(text))


def test_who_begins_to_take_part_has_a_rhythm(member, supply_chains, outsider):
    assert Rhythm.objects.filter(user=member).exists()
    assert not Rhythm.objects.filter(user=outsider).exists()


def test_a_digest_is_begun_once_however_many_look_and_again_the_next_day(reader):
    due(reader, "2026-03-10 01:15")
    now = moment("2026-03-10 01:20")
    assert [digests.begin_due(now) for _ in range(3)] == [1, 0, 0]
    letter = Letter.objects.get()
    assert (letter.key, letter.kind) == ("digest:2026-03-10", "daily")
    assert Rhythm.objects.get().due_at == moment("2026-03-11 01:15")
    assert digests.begin_due(moment("2026-03-11 01:15")) == 1


def test_choosing_another_hour_brings_no_second_digest_on_the_same_day(reader):
    due(reader, "2026-03-10 01:15")
    digests.begin_due(moment("2026-03-10 01:15"))
    due(reader, "2026-03-10 08:15")
    digests.begin_due(moment("2026-03-10 08:15"))
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("weekday", "was_due", "now", "kind"),
    [
        (1, "2026-03-10 01:15", "2026-03-10 01:16", "weekly"),  # a Tuesday
        (2, "2026-03-10 01:15", "2026-03-10 01:16", "daily"),
        # Nothing ran from Tuesday to Thursday: what is weekly on Wednesdays comes then.
        (2, "2026-03-10 01:15", "2026-03-12 09:00", "weekly"),
        (4, "2026-03-10 01:15", "2026-03-12 09:00", "daily"),
        (4, "2026-02-10 01:15", "2026-03-12 09:00", "weekly"),
    ],
)
def test_the_day_of_the_week_is_the_readers(reader, weekday, was_due, now, kind):
    Rhythm.objects.update(weekday=weekday)
    due(reader, was_due)
    digests.begin_due(moment(now))
    assert Letter.objects.get().kind == kind


def test_another_time_zone_moves_the_digest(reader):
    save_preferences(reader, time_zone="America/Lima")
    local = Rhythm.objects.get(user=reader).due_at.astimezone(ZoneInfo("America/Lima"))
    assert (local.hour, local.minute) == (7, 0)


def test_a_closed_account_gets_none(reader):
    due(reader, "2026-03-10 01:15")
    reader.is_active = False
    reader.save()
    assert digests.begin_due(moment("2026-03-10 01:20")) == 1
    assert not Letter.objects.exists()
