"""The other server, for sockets only: how it stops, and what it does not serve. Its sockets are tried with daphne's."""

import contextlib
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


HEADS = {
    "an older version": (b"GET / HTTP/1.0", b""),
    "a newer version": (b"GET / HTTP/1.2", b""),
    "a body": (b"GET / HTTP/1.1", b"Content-Length: 4\r\n"),
    "pieces": (b"GET / HTTP/1.1", b"Transfer-Encoding: chunked\r\n"),
    **{
        f"a line behind {sign!r}": (b"GET / HTTP/1.1", b"X-A: a" + sign + b"Origin: https://evil.example\r\n")
        for sign in (b"\x0b", b"\x0c", b"\x1c", b"\x1e", b"\x85", b"\xc2\x85")
    },
    "a long line": (b"GET / HTTP/1.1", b"X-A: " + b"a" * 9000 + b"\r\n"),
    "many lines": (b"GET / HTTP/1.1", b"".join(b"X-%d: a\r\n" % number for number in range(300))),
    "more than may be": (b"GET / HTTP/1.1", b"X-A: " + b"a" * 70_000 + b"\r\n"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_has_two_readings_or_no_end_opens_no_socket(launch, name):
    request, more = HEADS[name]
    server = launch()
    key = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    sent = request + b"\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + key + more + b"\r\n"
    with server.connect(timeout=8) as connection:
        connection.sendall(sent)
        answer = connection.recv(4096)
        assert answer.split(b" ")[1] in {b"400", b"431"}, answer
        with contextlib.suppress(ConnectionResetError):
            assert b"101" not in connection.recv(4096)
