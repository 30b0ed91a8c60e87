"""The server's WebSockets, tried with real processes: close codes, sizes, readers that do not read, too many."""

import contextlib
import socket
import struct
import time

import pytest

KILOBYTE64 = 65536
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def kind(request):
    """Both servers keep the same promises."""
    return request.param


def test_messages_go_there_and_back(open_socket):
    live = open_socket()
    assert live.status == 101
    for opcode, payload in [(1, "سلام".encode()), (2, b"\x00\xff"), (1, b"a" * KILOBYTE64), (1, b"")]:
        live.send(payload, opcode=opcode)
        assert live.receive() == (opcode, payload)


def test_our_own_frames_may_be_larger(open_socket):
    live = open_socket()
    live.send(b"large")
    assert live.receive() == (1, b"w" * 200_000)


def test_nothing_is_compressed(open_socket):
    live = open_socket(headers="Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")
    assert live.status == 101
    assert b"extensions" not in live.head.lower()


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1012, 1013, 4401, 4408])
def test_the_close_code_arrives(open_socket, code):
    live = open_socket()
    live.send(b"close %d" % code)
    opcode, payload = live.receive()
    assert (opcode, struct.unpack("!H", payload[:2])[0]) == (8, code)
    assert payload[2:].decode() == "é" * 61  # as much of the reason as a close frame holds, in whole characters
    live.send(payload[:2], opcode=8)
    assert live.receive() == (None, b"")


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([{"payload": b"a" * (KILOBYTE64 + 1)}], 1009),
        ([{"payload": b"a" * 40_000, "final": False}, {"payload": b"a" * 40_000, "opcode": 0}], 1009),
        ([{"payload": b"\xff\xfe"}], 1007),
        ([{"payload": b"a", "masked": False}], 1002),
        ([{"payload": b"a", "opcode": 5}], 1002),
        ([{"payload": b"a", "opcode": 0}], 1002),
    ],
    ids=["too large", "too large in pieces", "no UTF-8", "unmasked", "unknown", "nothing to continue"],
)
def test_a_frame_we_cannot_take_is_named_and_ends_the_socket(open_socket, frames, code):
    live = open_socket()
    for frame in frames:
        live.send(**frame)
    assert live.close_code() == code
    assert live.receive() == (None, b"")


def test_a_frame_that_claims_to_be_endless_ends_the_socket(server, open_socket):
    live = open_socket()
    live.connection.sendall(b"\x81\xff" + struct.pack("!Q", 2**62) + b"\0\0\0\0")
    with server.growth() as grown, contextlib.suppress(OSError):
        for _ in range(500):
            live.connection.sendall(b"a" * KILOBYTE64)
    assert grown[0] < 20


@pytest.mark.parametrize(
    "headers",
    ["Sec-WebSocket-Version: 7\r\n", "Sec-WebSocket-Key: short\r\n"],
)
def test_a_handshake_that_is_none_is_refused(open_socket, headers):
    assert open_socket(headers=headers).status == 400


def test_a_refusal_of_the_application_is_403(open_socket):
    assert open_socket("/refuse").status == 403


def test_a_reader_that_never_reads_costs_nothing_and_goes(launch, open_socket):
    server = launch(PING_INTERVAL="1", PING_TIMEOUT="2")
    with server.growth() as grown:
        deaf = open_socket("/flood", on=server)
        others = open_socket(on=server)
        slowest = 0.0
        for _ in range(50):
            start = time.monotonic()
            others.send(b"hello")
            assert others.receive() == (1, b"hello")
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(0.1)
        deaf.connection.settimeout(5)
        received = 0
        with contextlib.suppress(ConnectionResetError):
            while data := deaf.connection.recv(MEGABYTE):
                received += len(data)

    assert grown[0] < 20
    assert slowest < 0.5
    assert received < 50 * MEGABYTE


def test_a_reader_that_reads_gets_all_of_it(open_socket):
    live = open_socket("/flood")
    for _ in range(19200):
        assert live.receive()[0] == 1


def test_a_sender_is_slowed_when_the_application_does_not_keep_up(server, open_socket):
    live = open_socket("/deaf")
    live.connection.settimeout(1)
    sent = 0
    with server.growth() as grown, contextlib.suppress(TimeoutError):
        while sent < 100 * MEGABYTE:
            live.send(b"a" * 16384)
            sent += 16384
    assert sent < 50 * MEGABYTE  # the system's buffers, then the connection stood still
    assert grown[0] < 20


def test_one_socket_too_many_is_told_when_to_come_back(launch, open_socket):
    server = launch(SOCKETS_MAX="2")
    first, second = (open_socket(on=server) for _ in range(2))
    third = open_socket(on=server)
    assert (first.status, second.status, third.status) == (101, 101, 503)
    retry = next(line for line in third.head.lower().split(b"\r\n") if line.startswith(b"retry-after: "))
    assert 1 <= int(retry.split()[1]) <= 20
    assert b"Try again" in third.file.read()
    first.connection.shutdown(socket.SHUT_RDWR)
    end = time.monotonic() + 5
    while open_socket(on=server).status != 101:
        assert time.monotonic() < end


def test_a_slow_application_has_its_time_for_the_handshake(launch, open_socket):
    server = launch(CONNECT_TIMEOUT="1")
    assert open_socket("/late").status == 101  # 2.5 s
    assert open_socket("/late", on=server).status == 503


def test_the_origin_is_judged_by_the_application_as_the_browser_sent_it(launch, open_socket):
    server = launch(application="guarded_application:application")

    def status(*origins):
        return open_socket(on=server, headers="".join(f"Origin: {origin}\r\n" for origin in origins)).status

    ours, evil = "https://groups.example.org", "https://evil.example"
    assert status(ours) == 101
    assert [status(*origins) for origins in ([], ["null"], [evil], [f"{ours}.evil.example"], [f"{ours}:9999"])] == [
        403
    ] * 5
    assert status("no address at all") in {400, 403}
    assert {status(*origins) for origins in ([ours, ours], [ours, evil], [evil, ours])} <= {400, 403}
