"""Handshakes that are none: heads with two readings, headers that hide others, heads without end, and those who dawdle."""

import base64
import contextlib
import socket
import time

import pytest

from tests.chaos.hostile.conftest import Target, complaints, on_both, resident
from tests.chaos.hostile.raw import CLOSE, PING, PONG, TEXT, Raw, frame, head
from tests.processes.site import Site

pytestmark = pytest.mark.usefixtures("counted")
FIGURE = "F22", "handshakes that are none, on both servers of sockets", "each refused, or gone within 30 s"

EVIL = "https://evil.example"
REFUSED = {400, 403}
CONTROLS = [b"\x0b", b"\x0c", b"\x1c", b"\x1d", b"\x1e", b"\x85", b"\xc2\x85", b"\x00", b"\r"]
"""What some readers of a head take for the end of a line."""


def origins(*lines):
    """Return a handshake with these lines in the place of its origin."""
    return lambda door, session: head(
        door, session, without=["Origin"], more=[line.replace("OURS", door.origin).encode("latin-1") for line in lines]
    )


def changed(**changes):
    return lambda door, session: head(door, session, **changes)


def without(name, *more):
    return lambda door, session: head(door, session, without=[name], more=[line.encode("latin-1") for line in more])


def asked(request, **more):
    return lambda door, session: head(door, session, request=request.replace("PORT", str(door.port)), **more)


KEY = base64.b64encode(b"0123456789abcdef").decode()

# what is sent -> which answers are good
ORIGINS = {
    "no origin": (without("Origin"), {403}),
    "null": (changed(Origin="null"), {403}),
    "another": (changed(Origin=EVIL), {403}),
    "ours with more behind": (origins("Origin: OURS.evil.example"), REFUSED),
    "ours and another port": (origins("Origin: OURS0"), REFUSED),
    "ours twice": (origins("Origin: OURS", "Origin: OURS"), REFUSED),
    "ours, then another": (origins("Origin: OURS", f"Origin: {EVIL}"), REFUSED),
    "another, then ours": (origins(f"Origin: {EVIL}", "Origin: OURS"), REFUSED),
    "two in one line": (origins(f"Origin: OURS, {EVIL}"), REFUSED),
    "the old name": (origins("Sec-WebSocket-Origin: OURS"), {403}),
    "with an underscore before it": (origins("_Origin: OURS"), REFUSED),
    "in an underscored name": (origins("X_Origin: OURS", f"Origin: {EVIL}"), {403}),
    "over two lines": (origins("Origin:", f" {EVIL}"), REFUSED),
    "with a space before the colon": (origins("Origin : OURS"), REFUSED),
}
HIDDEN = {
    **{
        f"an origin behind {byte!r}": (
            without("Origin", f"X-A: a{byte.decode('latin-1')}Origin: http://localhost:PORT"),
            REFUSED,
        )
        for byte in CONTROLS
    },
    **{
        f"another origin behind {byte!r}": (changed(X_A=f"a{byte.decode('latin-1')}Origin: {EVIL}"), {400})
        for byte in CONTROLS
    },
    **{
        f"an upgrade behind {byte!r}": (
            without("Upgrade", f"X-A: a{byte.decode('latin-1')}Upgrade: websocket"),
            {400, 404},
        )
        for byte in CONTROLS
    },
}
HEADS = {
    "HTTP/1.0": (asked("GET /ws/ HTTP/1.0"), {400, 404, 505}),
    "HTTP/0.9": (asked("GET /ws/"), {400, None}),
    "HTTP/2": (asked("PRI * HTTP/2.0"), {400, 405, 505, None}),
    "HTTP/1.2": (asked("GET /ws/ HTTP/1.2"), {400, 505}),
    "no version of ours": (asked("GET /ws/ ICE/1.1"), {400, 505}),
    "POST": (asked("POST /ws/ HTTP/1.1"), {400, 403, 405}),
    "HEAD": (asked("HEAD /ws/ HTTP/1.1"), {400, 403, 405}),
    "get": (asked("get /ws/ HTTP/1.1"), {400, 403, 405}),
    "no host": (without("Host"), {400}),
    "two hosts": (changed(X="x") and without("X", "Host: evil.example"), {400}),
    "another path": (asked("GET /ws HTTP/1.1"), {403, 404}),
    "a longer path": (asked("GET /ws/x HTTP/1.1"), {403, 404}),
    "a path that climbs": (asked("GET /ws/../ws/ HTTP/1.1"), REFUSED | {404}),
    "two slashes": (asked("GET //ws/ HTTP/1.1"), REFUSED | {404}),
    "capitals": (asked("GET /WS/ HTTP/1.1"), {403, 404}),
    "NUL in the path": (asked("GET /ws/%00 HTTP/1.1"), REFUSED | {404}),
    "no slash": (asked("GET ws/ HTTP/1.1"), REFUSED | {404}),
    "no version": (without("Sec-WebSocket-Version"), {400, 426}),
    **{
        f"version {v}": (changed(Sec_WebSocket_Version=v), {400, 426})
        for v in ("7", "14", "-13", "thirteen", "13, 8", "")
    },
    "two versions": (without("-", "Sec-WebSocket-Version: 13"), {400}),
    "no key": (without("Sec-WebSocket-Key"), {400}),
    **{
        f"key {k[:8]}": (changed(Sec_WebSocket_Key=k), {400})
        for k in ("short", KEY * 2, "!" * 22 + "==", "", "a" * 100)
    },
    "two keys": (without("-", f"Sec-WebSocket-Key: {KEY}"), {400}),
    "a key with an underscore": (without("Sec-WebSocket-Key", f"Sec_WebSocket_Key: {KEY}"), {400}),
    "no upgrade": (without("Upgrade"), {400, 403, 404, 426}),
    "another upgrade": (changed(Upgrade="h2c"), {400, 403, 404, 426}),
    "no connection": (without("Connection"), {400, 404}),
    "another connection": (changed(Connection="close"), {400, 404}),
    "a header without a name": (without("-", ": x"), {400}),
    "a header without a colon": (without("-", "nothing"), {400}),
    "a name with a space": (without("-", "X A: x"), {400}),
    "a name that is no ASCII": (without("-", "X-é: x"), {400}),
    "a line that goes on": (without("-", "X-A: a", " Cookie: b"), {101, 400}),
    "a length and pieces": (changed(Content_Length="4", Transfer_Encoding="chunked"), {400}),
    "two lengths": (without("-", "Content-Length: 4", "Content-Length: 5"), {400}),
    "an endless header": (changed(X_A="a" * 70_000), {400, 431}),
    "an endless name": (without("-", "a" * 70_000 + ": x"), {400, 431}),
    "an endless path": (asked(f"GET /ws/?{'a' * 70_000} HTTP/1.1"), {400, 414, 431}),
    "thousands of headers": (without("-", *(f"X-{number}: {number}" for number in range(3000))), {400, 431}),
}

CASES = ORIGINS | HIDDEN | HEADS


@on_both
@pytest.mark.parametrize("name", CASES)
def test_a_handshake_that_is_none_is_refused(target, name):
    make, good = CASES[name]
    sent = make(target.door, target.session).replace(b"http://localhost:PORT", target.door.origin.encode())
    with target.knock(sent, timeout=5) as knock:
        assert knock.status() in good
    with target.connect() as live:
        live.send(frame(b"", PING))
        assert live.receive()[0] != CLOSE


@on_both
@pytest.mark.parametrize(
    "cookie",
    ["", "nobody's", "a" * 8000, "\x01\x02", "é", "'; DROP TABLE django_session; --", "../../secret"],
    ids=lambda cookie: cookie[:12] or "empty",
)
def test_a_session_that_is_none_is_told_so(target, cookie):
    with target.knock(head(target.door, cookie)) as knock:
        assert (knock.status(), knock.answer and knock.end()) in {(101, 4401), (400, "cut")}


@on_both
def test_a_session_behind_a_sign_that_ends_no_line_signs_nobody_in(target):
    for byte in CONTROLS:
        line = b"X-A: a" + byte + f"Cookie: {target.door.cookies}session={target.session}".encode()
        with target.knock(head(target.door, without=["Cookie"], more=[line])) as knock:
            status = knock.status()
            assert status in REFUSED or (status, knock.end()) == (101, 4401), byte


@pytest.mark.parametrize(
    "more",
    [frame(b'{"type":"shout"}'), b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ids=["a frame", "a request"],  # a frame's mask is made anew each time
)
def test_what_comes_behind_a_handshake_before_its_answer_is_no_second_request(target, more):
    with target.knock(head(target.door, target.session) + more) as knock:
        assert knock.status() == 101
        assert knock.said()["type"] == "hello"
        knock.send(frame(b"", PING))
        got = knock.receive()
        assert got[0] in (TEXT, PONG, CLOSE, None)
        assert b"HTTP/1.1" not in got[1]


@on_both
def test_a_refused_handshake_is_followed_by_nothing(target):
    """A head with a body, as those who smuggle a second request send it: one answer, and the second is never read."""
    smuggled = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sent = head(target.door, target.session, Content_Length=str(len(smuggled))) + smuggled
    with target.knock(sent, timeout=3) as knock:
        knock.status()
        with contextlib.suppress(TimeoutError):
            assert b"HTTP/1.1 200" not in knock.file.read(4096)


@pytest.mark.slow
def test_those_who_take_their_time_are_not_waited_for_and_hold_up_nobody(tmp_path):
    """Heads byte by byte, connections that say nothing, sockets that never answer a ping: all are gone in time."""
    with Site(tmp_path, MODE="embedded") as site:
        target = Target(site, REQUEST_TIMEOUT="3", PING_INTERVAL="2", PING_TIMEOUT="2", CONNECT_TIMEOUT="3")
        before, started = resident(target.process), time.monotonic()
        silent = [Raw(target.door, sent=b"") for _ in range(150)]
        begun = [Raw(target.door, sent=head(target.door)[:60]) for _ in range(150)]
        deaf = [target.connect(person) for person in range(4)]
        halves = [target.connect(person) for person in range(4)]
        for live in halves:
            live.send(frame(b"a" * 1000)[:500])
        waits = []
        while time.monotonic() - started < 5:
            for one in begun:
                one.send(b"a")
            asked = time.monotonic()
            with target.connect(5) as live:
                live.say(type="shout")
                assert live.said()["code"] == "unknown_type"
            waits.append(time.monotonic() - asked)
            time.sleep(0.2)
        assert max(waits) < 2
        for one in silent + begun:
            one.connection.settimeout(6)
            with contextlib.suppress(ConnectionError):
                answer = one.file.read()
                assert not answer or b" 408 " in answer.split(b"\r\n")[0]
        for live in deaf + halves:
            live.connection.settimeout(8)
            assert live.end() in (1001, 1002, 1008, 1011, "cut")
        assert time.monotonic() - started < 30
        assert resident(target.process) - before < 20
        for one in silent + begun + deaf + halves:
            one.__exit__()
        assert complaints(target.process.said()) == []
        with socket.create_connection(("127.0.0.1", target.door.port)):
            pass
