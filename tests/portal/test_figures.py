"""The Secretariat reads how the processes fare, in words that say what to do; to everybody else there is no such page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core import figures as counted
from core.models import Process, ProcessMinute
from core.reporting import Reporter
from portal.figures import figures_at

PAGE = "/figures/"


@pytest.fixture
def reported(db):
    """Have a process report of itself."""

    def make(name="a1b2c3", kind="sockets", *, ago=3, version="1.0", minute=(), since=(), **figures):
        now = timezone.now()
        return Process.objects.create(
            name=name,
            kind=kind,
            version=version,
            started_at=now - timedelta(hours=2),
            seen_at=now - timedelta(seconds=ago),
            figures={"layer": True, **figures, "minute": dict(minute), "since": dict(since)},
        )

    return make


def troubles():
    """Return what is not well, the first words of each."""
    return [trouble.what for trouble in figures_at(timezone.now()).troubles]


@pytest.mark.parametrize(
    ("who", "status"), [("secretariat", 200), ("lead", 404), ("stranger", 404), ("outsider", 404), (None, 404)]
)
def test_only_the_secretariat_has_the_page(client, reported, request, who, status):
    reported()
    if who:
        client.force_login(request.getfixturevalue(who))
    answer = client.get(PAGE)
    assert answer.status_code == status
    assert ("a1b2c3" in answer.text) == (status == 200)


def test_the_queue_leads_to_it(signed_in, secretariat):
    assert f'href="{reverse("figures")}"' in signed_in(secretariat).get(reverse("queue")).text


def test_all_is_well(signed_in, secretariat, reported):
    reported(sockets=40, rooms=3, outbox_peak=0.125, minute={"messages": 7, "deliveries": 90, "events": 9, "pages": 4})
    reported("d4e5f6", "pages", minute={"messages": 1, "pages": 30})
    page = signed_in(secretariat).get(PAGE)
    assert page.context["figures"].totals == [
        ("sockets open", 40),
        ("messages in the last minute", 8),
        ("deliveries a second", 1.5),
        ("pages in the last minute", 34),
    ]
    assert "All is well." in page.text
    assert "12 %" in page.text


@pytest.mark.parametrize(
    ("figures", "what"),
    [
        ({"layer": False}, "The live layer does not answer."),
        ({"kind": "pages"}, "No process serves sockets."),
        ({"ago": 90}, "No process has reported for a minute."),
        ({"minute": {"database_errors": 1}}, "The database did not always answer in the last minute."),
        ({"minute": {"faults": 2}}, "2 pages failed in the last minute."),
        ({"tasks_wait": 150}, "Background work has waited for 2 minutes."),
        ({"minute": {"full": 1}}, "A process had no room for another socket in the last minute."),
        ({"loop_lag": 1.5}, "A process has more to do than it can."),
        ({"minute": {"slow": 1}}, "Some readers take more slowly than is written to them."),
        ({"outbox_peak": 0.8}, "Some readers take more slowly than is written to them."),
    ],
)
def test_what_is_not_well_is_said_in_words(reported, figures, what):
    reported(**figures)
    assert troubles()[0] == what


def test_without_the_layer_it_says_what_that_means_and_what_helps(signed_in, secretariat, reported):
    reported(layer=False)
    page = signed_in(secretariat).get(PAGE).text
    assert "Messages arrive up to 12 seconds late; nothing is lost." in page
    assert "All is well." not in page


def test_a_process_that_fell_silent_and_an_old_version_are_named(reported):
    reported()
    reported("dead01", ago=120)
    reported("d4e5f6", "pages", version="2.0")
    assert troubles() == [
        "Process dead01 has said nothing for more than a minute.",
        "Processes of different versions run side by side.",
    ]


def test_the_last_hour_is_drawn_and_written(reported):
    reported()
    now = timezone.now().replace(second=30)
    minute = now.replace(second=0, microsecond=0)
    for name, sockets, messages in (("a1b2c3", 10, 4), ("d4e5f6", 30, 2)):
        for ago in (1, 3, 59):
            ProcessMinute.objects.create(
                process=name, at=minute - timedelta(minutes=ago), sockets=sockets, messages=messages
            )
    ProcessMinute.objects.create(process="a1b2c3", at=minute - timedelta(minutes=70), sockets=999, messages=999)

    found = figures_at(now)

    sockets, messages = found.lines
    assert (sockets.highest, messages.highest) == (40, 6)
    assert [place for place, top, height in sockets.bars] == [1, 57, 59]
    assert [row[1:] for row in found.rows] == [(40, 12), *[(0, 0)] * 10, (40, 6)]


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_process_and_for_three(
    signed_in, secretariat, reported, django_assert_num_queries, count
):
    for number in range(count):
        row = reported(f"name{number}", layer=False, minute={"slow": 1})
        ProcessMinute.objects.create(process=row.name, at=timezone.now() - timedelta(minutes=5), sockets=1, messages=1)
    client = signed_in(secretariat)
    client.get(PAGE)  # what is remembered for a minute is remembered now
    with django_assert_num_queries(QUERIES):
        client.get(PAGE)


QUERIES = 5
"""Session and person, the notices that wait; processes and minutes."""


@pytest.mark.django_db(transaction=True)
def test_a_process_writes_one_row_and_one_more_a_minute():
    reporter, now = Reporter("sockets"), timezone.now().replace(second=1)
    before = counted.SEND_TIMES.count
    counted.SOCKETS.value = 5
    try:
        reporter.report(now)
        counted.SEND_TIMES.note(0.01)
        reporter.report(now + timedelta(seconds=10))
        (row,) = Process.objects.all()
        assert (row.name, row.kind, row.seen_at) == (reporter.name, "sockets", now + timedelta(seconds=10))
        assert (row.figures["sockets"], row.figures["layer"], row.figures["minute"]["messages"]) == (5, True, 1)
        assert not ProcessMinute.objects.exists()

        counted.SOCKETS.value = 2
        reporter.report(now + timedelta(minutes=1))
        (minute,) = ProcessMinute.objects.all()
        assert (minute.at, minute.sockets, minute.messages) == (now.replace(second=0, microsecond=0), 5, 1)
        assert counted.SEND_TIMES.count == before + 1
    finally:
        counted.SOCKETS.value = 0


@pytest.mark.django_db(transaction=True)
def test_a_report_is_one_row_written_and_nothing_read_of_others(django_assert_max_num_queries):
    reporter = Reporter("sockets")
    with django_assert_max_num_queries(5):  # which tasks wait and which failed; one row, in a transaction
        reporter.report(timezone.now())


@pytest.mark.django_db(transaction=True)
def test_old_minutes_and_dead_processes_are_swept(reported):
    reported("gone01", ago=3700)
    reported("late01", ago=1800)
    now = timezone.now()
    for hours in (1, 25):
        ProcessMinute.objects.create(process="gone01", at=now - timedelta(hours=hours), sockets=1, messages=1)
    Reporter("pages").report(now + timedelta(minutes=1))
    assert ProcessMinute.objects.count() == 1
    assert "gone01" not in Process.objects.values_list("pk", flat=True)
    assert Process.objects.count() == 2
