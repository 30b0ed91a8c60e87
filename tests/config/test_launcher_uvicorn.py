"""The other server, for sockets only: how it stops, and what it does not serve. Its sockets are tried with daphne's."""

import signal

import pytest


@pytest.fixture(scope="module")
def kind():
    return "uvicorn"


def test_leave_is_taken_before_the_end(launch, open_socket):
    server = launch()
    live = open_socket(on=server)
    live.send(b"hello")
    assert live.receive() == (1, b"hello")
    server.process.send_signal(signal.SIGTERM)
    assert live.receive() == (1, b'{"type":"restart","retry_after":3}')
    assert live.close_code() == 1012
    assert server.process.wait(8) == 0


def test_the_second_signal_ends_it_at_once(launch):
    server = launch(STUCK_HOOK="1")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stdout.readline() == "hook\n"
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(1) == 1


def test_it_serves_no_pages(launch):
    server = launch()
    assert server.ask(b"GET /healthz HTTP/1.1\r\n").startswith(b"HTTP/1.1 200")
    for request in (b"GET / HTTP/1.1\r\n", b"POST /healthz HTTP/1.1\r\nContent-Length: 0\r\n"):
        assert server.ask(request).startswith(b"HTTP/1.1 404")
