"""What monitoring reads: every figure that is declared, no label that says anything of people, on a port of its own."""

import contextlib
import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from core import figures, metrics
from tests.processes.servers import free_port


@pytest.fixture
def serve():
    """Serve the figures of this process on the first free port from one on."""
    base = free_port()
    with contextlib.ExitStack() as stack:

        def start():
            server = metrics.serve("127.0.0.1", base, "site")
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return server.server_port

        yield start


def read(port):
    """Return the value of every sample, by name and labels."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_figure_is_there_with_what_it_means(serve):
    text = httpx.get(f"http://127.0.0.1:{serve()}/metrics").text
    for figure in figures.ALL:
        assert f"# HELP {figures.PREFIX}{figure.name}" in text
        assert figure.about.endswith(".")
    assert len({figure.name for figure in figures.ALL}) == len(figures.ALL)
    assert "process_resident_memory_bytes" in text


def test_what_was_counted_is_read_when_asked(serve):
    port = serve()
    before = read(port)
    figures.EVENTS_READ.value += 3
    figures.SOCKETS_CLOSED.add(4408)
    figures.SEND_TIMES.note(0.02)
    now = read(port)
    grown = {
        key: now[key] - before[key] for key in now if key[0].startswith(figures.PREFIX) and now[key] != before[key]
    }
    assert grown.pop(("actiongroups_send_seconds_sum",)) == pytest.approx(0.02)
    steps = [key for key in grown if key[0] == "actiongroups_send_seconds_bucket"]
    assert len([grown.pop(key) for key in steps]) == len([step for step in figures.Times.STEPS if step >= 0.02]) + 1
    assert grown == {
        ("actiongroups_events_read_total",): 3,
        ("actiongroups_sockets_closed_total", ("code", "4408")): 1,
        ("actiongroups_send_seconds_count",): 1,
    }


def test_a_label_that_was_not_declared_is_counted_and_not_shown(serve):
    figures.FRAMES_REFUSED.add("Quiet Harbour")
    found = read(serve())
    assert not [key for key in found if "Quiet Harbour" in repr(key)]
    assert found["actiongroups_frames_refused_total", ("code", "other")] >= 1


def test_each_process_takes_the_next_free_port(serve):
    first, second = serve(), serve()
    assert first < second < first + metrics.PORTS
    assert httpx.get(f"http://127.0.0.1:{second}/").status_code == 404


def test_the_site_itself_has_no_such_page(client, db):
    assert client.get("/metrics").status_code == 404


def test_a_peak_is_kept_for_two_periods():
    peak = figures.Peak("peak_of_a_test", "Highest.")
    figures.ALL.remove(peak)
    peak.note(0.5)
    peak.note(0.25)
    assert peak.value == 0.5
    peak.turn()
    peak.note(0.1)
    assert peak.value == 0.5
    peak.turn()
    assert peak.value == 0.1


def test_answers_are_counted_by_class_of_status(client, db):
    before = dict(figures.HTTP_REQUESTS.values)
    client.get("/about/")
    client.get("/nowhere/")
    now = figures.HTTP_REQUESTS.values
    assert {key: now[key] - before[key] for key in now if now[key] != before[key]} == {"2xx": 1, "4xx": 1}


def test_counting_costs_less_than_a_hundredth_of_a_delivery():
    """One frame counts twice; a delivery takes ten microseconds and more."""
    start = time.thread_time()
    for _ in range(100_000):
        figures.FRAMES_WRITTEN.value += 1
        figures.DELIVERIES.value += 1
    took = (time.thread_time() - start) / 100_000
    figures.FRAMES_WRITTEN.value -= 100_000
    figures.DELIVERIES.value -= 100_000
    assert took < 1e-6


def test_a_port_that_was_just_left_is_taken_again():
    port = free_port()
    for _ in range(2):
        server = metrics.serve("127.0.0.1", port, "site")
        assert server.server_port == port
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 200
        server.shutdown()
        server.server_close()


def test_it_listens_on_an_address_of_ipv6_too():
    server = metrics.serve("::1", free_port(), "site")
    try:
        assert httpx.get(f"http://[::1]:{server.server_port}/metrics").status_code == 200
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_that_is_not_ours_is_told_and_keeps_nothing(caplog):
    assert metrics.serve("192.0.2.1", free_port(), "site") is None
    assert [record.happening for record in caplog.records] == ["metrics.failed"]
