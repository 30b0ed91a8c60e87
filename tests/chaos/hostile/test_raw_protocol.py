"""What RFC 6455 forbids ends the socket with its code; what it allows is answered. One table: what is sent, what comes back."""

import json
import socket
import struct

import pytest

from tests.chaos.hostile.conftest import CANARY, on_both, resident
from tests.chaos.hostile.raw import BINARY, CLOSE, MORE, PING, PONG, TEXT, closing, frame

pytestmark = pytest.mark.usefixtures("counted")
FIGURE = "F21", "raw frames, on both servers of sockets", "each answered, or the socket ended with its code"

SIGNS = {"ping": PING, "pong": PONG, "close": CLOSE}
BAD, NO_TEXT, TOO_LONG = 1002, 1007, 1009
KILOBYTE64 = 65536
ASKED = json.dumps({"type": "shout", "body": CANARY, "words": "naïve 漢字"}, ensure_ascii=False).encode()
MIDDLE = ASKED.index("漢".encode()) + 1

# --- Section 5: frames ------------------------------------------------------------------------------------------------

UNMASKED = {  # 5.1
    f"unmasked {name}": (frame(b"a", opcode, masked=False), BAD)
    for name, opcode in {
        "text": TEXT,
        "binary": BINARY,
        "ping": PING,
        "pong": PONG,
        "close": CLOSE,
        "more": MORE,
    }.items()
}
RESERVED = {  # 5.2
    **{f"reserved bit {bit}": (frame(ASKED, reserved=bit), BAD) for bit in (1, 2, 4, 7)},
    **{
        f"reserved bit of {name}": (frame(b"", opcode, reserved=4), BAD)
        for name, opcode in (("ping", PING), ("close", CLOSE))
    },
    "reserved bit later": (frame(ASKED[:9], final=False) + frame(ASKED[9:], MORE, reserved=4), BAD),
    **{f"opcode {opcode}": (frame(b"a", opcode), BAD) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "opcode 3 with nothing": (frame(b"", 3), BAD),
    "opcode 4 between pieces": (frame(ASKED[:9], final=False) + frame(b"", 4), BAD),
}
LENGTHS = {  # 5.2
    "as long as may be": (frame(b'"' + b"a" * (KILOBYTE64 - 2) + b'"'), "malformed"),
    "a byte too long": (frame(b"a" * (KILOBYTE64 + 1)), TOO_LONG),
    "too long in two": (frame(b"a" * 40_000, final=False) + frame(b"a" * 40_000, MORE), TOO_LONG),
    "too long in many": (frame(b"", final=False) + frame(b"a" * 5000, MORE, final=False) * 14, TOO_LONG),
    "claims 1 MB": (frame(b"a", claimed=2**20), TOO_LONG),
    "claims 2 to the 62": (frame(b"a", claimed=2**62), TOO_LONG),
    "claims 2 to the 63": (frame(b"a", claimed=2**63), BAD),
    "claims all there is": (frame(b"a", claimed=2**64 - 1), BAD),
    "a short length in two bytes": (frame(ASKED[:1], width=2), BAD),
    "a short length in eight bytes": (frame(ASKED[:1], width=8), BAD),
}
PIECES = {  # 5.4
    "nothing to go on with": (frame(b"a", MORE), BAD),
    "nothing to go on with, not the end": (frame(b"a", MORE, final=False), BAD),
    "a second text within": (frame(b"a", final=False) + frame(ASKED), BAD),
    "a binary within": (frame(b"a", final=False) + frame(b"a", BINARY), BAD),
    "goes on after its end": (frame(ASKED[:9], final=False) + frame(ASKED[9:], MORE) + frame(b"a", MORE), BAD),
    "in two": (frame(ASKED[:9], final=False) + frame(ASKED[9:], MORE), "unknown_type"),
    "byte by byte": (
        frame(ASKED[:1], final=False)
        + b"".join(frame(ASKED[at : at + 1], MORE, final=False) for at in range(1, len(ASKED)))
        + frame(b"", MORE),
        "unknown_type",
    ),
    "with nothing between": (
        frame(ASKED[:9], final=False) + frame(b"", MORE, final=False) * 50 + frame(ASKED[9:], MORE),
        "unknown_type",
    ),
    "with pings between": (
        frame(ASKED[:9], final=False) + frame(b"p", PING) + frame(b"", PONG) + frame(ASKED[9:], MORE),
        "unknown_type",
    ),
    "nothing but an end": (frame(b"", final=False) + frame(b"", MORE), "malformed"),
}
CONTROL = {  # 5.5
    **{f"{name} in pieces": (frame(b"", opcode, final=False), BAD) for name, opcode in SIGNS.items()},
    **{f"{name} of 126 bytes": (frame(b"a" * 126, opcode), BAD) for name, opcode in SIGNS.items()},
    "ping of 64 KB": (frame(b"a" * KILOBYTE64, PING), BAD),
    "a pong that nobody asked for": (frame(b"surprise", PONG), "goes on"),
    "a hundred pongs that nobody asked for": (frame(b"surprise", PONG) * 100, "goes on"),
}
KINDS = {  # 5.6
    "binary": (frame(ASKED, BINARY), "malformed"),
    "empty text": (frame(b""), "malformed"),
    "empty binary": (frame(b"", BINARY), "malformed"),
    "binary in two": (frame(b"\xff", BINARY, final=False) + frame(b"\xfe", MORE), "malformed"),
    "text": (frame(ASKED), "unknown_type"),
}

# --- Section 7: closing; section 8: text ------------------------------------------------------------------------------

CLOSING = {
    **{
        f"closed with {code}": (closing(code), {code, 1000})
        for code in (1000, 1001, 1003, 1007, 1011, 3000, 4401, 4999)
    },
    "closed without a code": (closing(), {1000, 1005}),
    "closed with a reason": (closing(1000, "déjà vu".encode()), 1000),
    "closed with half a code": (frame(b"\x03", CLOSE), BAD),
    **{
        f"closed with {code}, which is none": (closing(code), BAD)
        for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    },
    "closed with a reason that is no text": (closing(1000, b"\xff\xfe"), NO_TEXT),
    "closed, and then goes on": (closing(1000) + frame(ASKED) + frame(b"", PING), 1000),
    "closed twice": (closing(1000) * 2, 1000),
    "closed within a message": (frame(ASKED[:9], final=False) + closing(1001), {1001, 1000}),
}
UTF8 = {
    **{
        f"no text: {raw.hex(' ')}": (frame(raw), NO_TEXT)
        for raw in (
            b"\x80", b"\xff", b"\xfe\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
            b"\xf8\x88\x80\x80\x80", b'{"type":"\xe6\xbc"}', b"\xe2\x82",
        )
    },
    "no text in the second piece": (frame(b'"', final=False) + frame(b'\xff"', MORE), NO_TEXT),
    "no text over two pieces": (frame(b"\xe6", final=False) + frame(b"a", MORE), NO_TEXT),
    "no text, and no end": (frame(b"\xed\xa0\x80", final=False), NO_TEXT),
    "text that ends within a letter": (frame(b"\xe6", final=False) + frame(b"\xbc", MORE), NO_TEXT),
    "a letter over two pieces": (frame(ASKED[:MIDDLE], final=False) + frame(ASKED[MIDDLE:], MORE), "unknown_type"),
}  # fmt: skip
OTHER = {
    "a request of HTTP": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", BAD),
    "a greeting of TLS": (bytes.fromhex("16030102000100") + b"\0" * 60, BAD),
    "zeros": (b"\0" * 64, BAD),
}

CASES = UNMASKED | RESERVED | LENGTHS | PIECES | CONTROL | KINDS | CLOSING | UTF8 | OTHER

UVICORN = {
    # Too long, whatever the highest bit says.
    "claims 2 to the 63": (frame(b"a", claimed=2**63), TOO_LONG),
    "claims all there is": (frame(b"a", claimed=2**64 - 1), TOO_LONG),
    # Read as if the length stood in its shortest form, which it says as well.
    "a short length in two bytes": (frame(ASKED[:1], width=2), "malformed"),
    "a short length in eight bytes": (frame(ASKED[:1], width=8), "malformed"),
    # A message that was not ended is the worse of both faults.
    "closed within a message": (frame(ASKED[:9], final=False) + closing(1001), BAD),
    # Text is judged once it is whole; until then it waits, within the bound of a message.
    "no text, and no end": (frame(b"\xed\xa0\x80", final=False) + frame(b"", MORE), NO_TEXT),
}
"""What the other server answers otherwise, and may: nothing of it reaches the site."""

FLOOD = {"daphne": 250, "uvicorn": 250 + 256 * 1024 // len(frame(b"a" * 125, PING))}
"""Pings that are answered at most: as many as a client may ask for at once and a few more; uvicorn's come by whole reads."""


def test_there_are_enough_cases():
    assert len(CASES) > 90


@on_both
@pytest.mark.parametrize("name", CASES)
def test_what_is_sent_is_answered_or_ends_the_socket(target, name):
    sent, expected = (CASES | UVICORN if target.server == "uvicorn" else CASES)[name]
    with target.connect() as live:
        live.send(sent)
        if expected == "goes on":
            live.send(frame(ASKED))
            expected = "unknown_type"
        if isinstance(expected, str):
            assert live.said() == {"type": "error", "code": expected}
            live.say(type="leave", room=target.room)
            live.send(frame(b"still there", PING))
            assert live.receive() == (PONG, b"still there")
        else:
            assert live.end() in (expected if isinstance(expected, set) else {expected})
            assert live.is_over()


@on_both
@pytest.mark.parametrize("payload", [b"", b"a", b"\xff\x00\xfe", b"a" * 125], ids=len)
def test_a_ping_comes_back_as_it_was(target, payload):
    with target.connect() as live:
        live.send(frame(payload, PING))
        assert live.receive() == (PONG, payload)


@on_both
@pytest.mark.parametrize("byte_by_byte", [False, True])
def test_a_connection_that_breaks_in_mid_frame_is_forgotten(target, byte_by_byte):
    for cut in range(1, 12):
        with target.connect() as live:
            part = frame(ASKED)[:cut]
            for piece in [part[at : at + 1] for at in range(cut)] if byte_by_byte else [part]:
                live.send(piece)
            live.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", cut % 2, 0))
    with target.connect() as live:
        live.send(frame(ASKED))
        assert live.said()["code"] == "unknown_type"


@on_both
def test_a_flood_of_pings_ends_the_socket(target):
    with target.connect() as live, target.connect(1) as other:
        before = resident(target.process)
        for _ in range(20):
            live.send(frame(b"a" * 125, PING) * 500)
        opcodes = []
        while (got := live.receive())[0] == PONG:
            opcodes.append(got[0])
        assert got == (CLOSE, struct.pack("!H", 1008)) or (got[0] is None and opcodes), got
        assert len(opcodes) <= FLOOD[target.server]
        other.send(frame(ASKED))
        assert other.said()["code"] == "unknown_type"
        assert resident(target.process) - before < 20


@on_both
def test_a_message_in_pieces_without_end_costs_nothing(target):
    with target.connect() as live:
        before = resident(target.process)
        live.send(frame(b"", final=False))
        for _ in range(100):
            live.send(frame(b"", MORE, final=False) * 500)
        live.send(frame(b"", MORE))
        assert live.said()["code"] == "malformed"
        assert resident(target.process) - before < 20
