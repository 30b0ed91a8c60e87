"""What the server lets in and out over HTTP, tried with real processes: bodies, slowness, the reader's pace."""

import contextlib
import threading
import time

import pytest

from config.launcher.configuration import MEGABYTE, read
from config.launcher.http import body_limit

BLOCK = b"b" * 65536


def pour(connection, total):
    """Send as much as the other side takes, as somebody does who does not listen."""
    with contextlib.suppress(OSError):
        for _ in range(total // len(BLOCK)):
            connection.sendall(BLOCK)


@pytest.mark.parametrize(
    ("method", "target", "content_type", "limit"),
    [
        ("POST", "/groups/x/threads/", "application/x-www-form-urlencoded", 1),
        ("POST", "/groups/x/documents/upload/", "multipart/form-data; boundary=x", 25),
        ("POST", "/groups/x/documents/upload/?folder=3", "Multipart/Form-Data; boundary=x", 25),
        ("POST", "/groups/x/documents/upload/", "application/octet-stream", 1),
        ("POST", "/groups/x/threads/?next=/upload/", "multipart/form-data; boundary=x", 1),
        ("POST", "/upload/../threads/", "multipart/form-data; boundary=x", 1),
        ("PUT", "/groups/x/documents/uploads/7/", "application/octet-stream", 4.0625),
        ("PUT", "/groups/x/threads/", "application/octet-stream", 1),
        ("GET", "/groups/x/documents/upload/", "multipart/form-data; boundary=x", 1),
    ],
)
def test_only_uploads_may_be_large(method, target, content_type, limit):
    configuration = read([])
    assert body_limit(method.encode(), target.encode(), content_type.encode(), configuration) == limit * MEGABYTE


@pytest.mark.parametrize("path", [b"/", b"/groups/x/documents/upload/"])
@pytest.mark.parametrize(
    ("announce", "prefix"),
    [(b"Content-Length: 314572800\r\n", b""), (b"Transfer-Encoding: chunked\r\n", b"12c00000\r\n")],
    ids=["length", "chunked"],
)
def test_300_megabytes_from_anybody_are_refused_at_once(server, path, announce, prefix):
    with server.growth() as grown, server.connect() as connection:
        start = time.monotonic()
        connection.sendall(
            b"POST "
            + path
            + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
            + announce
            + b"\r\n"
        )
        connection.sendall(prefix)
        sender = threading.Thread(target=pour, args=[connection, 300 * MEGABYTE])
        sender.start()
        answer = connection.recv(65536)
        taken = time.monotonic() - start
        others = time.monotonic()
        assert server.ask(b"GET / HTTP/1.1\r\n").startswith(b"HTTP/1.1 200")
        others = time.monotonic() - others
        sender.join()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"at most 1048576 bytes" in answer
    assert taken < 1
    assert others < 0.5
    assert grown[0] < 20


def test_a_form_with_a_file_is_not_read_into_memory_by_twisted(server):
    content = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + b"f" * 20 * MEGABYTE
        + b"\r\n--x--\r\n"
    )
    head = (
        b"POST /documents/upload/ HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n"
    )

    with server.growth() as grown:
        start = time.monotonic()
        answer = server.ask(head % len(content), content)

    assert answer.endswith(f"{len(content)} \r\n0\r\n\r\n".encode())  # all of it reached the application
    assert time.monotonic() - start < 3
    assert grown[0] < 60  # parsed by Twisted it was 230


def test_a_chunk_of_an_upload_is_taken_whole(server):
    head = b"PUT /groups/x/documents/uploads/7/ HTTP/1.1\r\nContent-Length: %d\r\n" % (4 * MEGABYTE)
    assert b"4194304 " in server.ask(head, b"c" * 4 * MEGABYTE)


def test_a_client_that_asks_first_is_not_told_to_go_on(server):
    answer = server.ask(b"POST / HTTP/1.1\r\nContent-Length: 314572800\r\nExpect: 100-continue\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 3\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: 3x\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Bad Name: 1\r\n",
        b"X-Long: " + b"h" * 15000 + b"\r\nX-More: " + b"h" * 15000 + b"\r\n",
    ],
    ids=["twice", "both", "negative", "letters", "coded", "name", "long"],
)
def test_a_request_that_two_servers_could_read_differently_is_refused(server, headers):
    assert server.ask(b"POST / HTTP/1.1\r\n" + headers, b"abc").startswith(b"HTTP/1.1 400")


def test_a_head_without_end_is_refused(server):
    answer = server.ask(b"GET / HTTP/1.1\r\nCookie: " + b"c" * 40000 + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_requests_on_one_connection_are_answered_in_their_order(server):
    with server.connect() as connection:
        connection.sendall(
            b"".join(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (n, b"a" * n) for n in (1, 2, 3))
        )
        received = b""
        while received.count(b"\r\n0\r\n") < 3:
            received += connection.recv(65536)
    assert [line for line in received.split(b"\r\n") if line.endswith(b" ")] == [b"1 ", b"2 ", b"3 "]


def test_nobody_outside_moves_the_root(server):
    assert b"/evil" not in server.ask(b"GET / HTTP/1.1\r\nDaphne-Root-Path: //evil.example\r\n")


def test_the_server_does_not_say_what_it_is(server):
    assert b"\r\nserver:" not in server.ask(b"GET / HTTP/1.1\r\n").lower()


def test_whoever_dribbles_is_not_waited_for(launch):
    server = launch(REQUEST_TIMEOUT="1")
    body = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    cases = {
        "head": (b"GET / HTTP/1.1\r\n", b"X-a: b\r\n"),
        "line": (b"GET /", b"a"),
        "body": (body, b"a"),
        "silent": (b"", b""),
        "body stalls": (body, b""),
    }
    took, answers = {}, {}

    def dribble(name, first, again):
        with server.connect() as connection:
            start = time.monotonic()
            connection.sendall(first)
            connection.settimeout(0.2)
            while time.monotonic() < start + 8:
                try:
                    if not (data := connection.recv(1000)):
                        break
                    answers[name] = data
                except TimeoutError:
                    with contextlib.suppress(OSError):
                        connection.sendall(again)
            took[name] = time.monotonic() - start

    threads = [threading.Thread(target=dribble, args=[name, *case]) for name, case in cases.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(took) == set(cases)
    assert max(took.values()) < 4
    assert {answers[name].split()[1] for name in ("head", "line", "body")} == {b"408"}


def test_a_slow_line_may_bring_its_body(launch):
    server = launch(REQUEST_TIMEOUT="1")
    with server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 16384\r\n\r\n")
        for _ in range(8):
            connection.sendall(b"a" * 2048)
            time.sleep(0.3)
        assert b"16384 " in connection.recv(65536)


def test_a_download_that_nobody_takes_is_not_kept_in_memory_and_ends(launch):
    server = launch(STALL_TIMEOUT="2")
    with server.growth() as grown, server.connect() as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.recv(1000)
        time.sleep(5)  # the server looks every two seconds
        received = 0
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(MEGABYTE):
                received += len(data)

    assert grown[0] < 20
    assert received < 50 * MEGABYTE  # what the system had taken of 300, then it was cut


def test_a_slow_reader_gets_everything(server):
    """20 MB in one message of the application, read with pauses."""
    with server.growth() as grown, server.connect() as connection:
        connection.sendall(b"GET /whole HTTP/1.0\r\n\r\n")
        received = b""
        while data := connection.recv(MEGABYTE):
            received += data
            time.sleep(0.02)

    assert received.partition(b"\r\n\r\n")[2] == b"y" * 20 * MEGABYTE
    assert grown[0] < 45  # the message itself, and once more at most
