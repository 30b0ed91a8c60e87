"""A WebSocket client that sends exactly the bytes it is told to, and reads what comes back frame by frame."""

import base64
import contextlib
import json
import os
import socket
import struct

TCP_INFO_BYTES = 120
"""Where `tcpi_bytes_acked` stands in Linux's `struct tcp_info`."""

PACKET_HEAD = 52
"""Bytes of IP and TCP before what a packet brings."""

TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0


def frame(payload=b"", opcode=TEXT, *, final=True, masked=True, reserved=0, claimed=None, width=None):
    """Return one frame. `claimed` is the length it says it has, `width` the bytes in which it says so (1, 2 or 8)."""
    length = len(payload) if claimed is None else claimed
    width = width or (1 if length < 126 else 2 if length < 65536 else 8)
    mark = 0x80 if masked else 0
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    head += {1: lambda: bytes([mark | length]), 2: lambda: struct.pack("!BH", mark | 126, length)}.get(
        width, lambda: struct.pack("!BQ", mark | 127, length)
    )()
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[at & 3] for at, byte in enumerate(payload))


def closing(code=None, reason=b""):
    """Return a close frame."""
    return frame((struct.pack("!H", code) if code is not None else b"") + reason, CLOSE)


def head(door, session="", *, request="GET /ws/ HTTP/1.1", without=(), more=(), **changes):
    """Return the head of a handshake as a browser sends it, but for the headers left out, changed or added."""
    lines = {
        "Host": f"localhost:{door.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Origin": door.origin,
        "Cookie": f"{door.cookies}session={session}",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    written = [f"{name}: {value}".encode("latin-1") for name, value in lines.items() if name not in without]
    return b"\r\n".join([request.encode("latin-1"), *written, *more, b"", b""])


class Raw:
    """One connection."""

    def __init__(self, door, session="", *, sent=None, timeout=10, buffer=None):
        self.connection = socket.socket()
        if buffer:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.connection.settimeout(timeout)
        self.connection.connect(("127.0.0.1", door.port))
        self.file = self.connection.makefile("rb")
        self.send(head(door, session) if sent is None else sent)
        self.answer = b""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()
        self.connection.close()

    def open(self):
        """Read the answer to the handshake and the hello that follows it."""
        assert self.status() == 101, self.answer
        hello = self.said()
        assert hello["type"] == "hello"
        return self

    def status(self):
        """Return the status of the answer, None where there is none."""
        with contextlib.suppress(ConnectionError):
            while line := self.file.readline(65536):
                self.answer += line
                if line == b"\r\n":
                    break
        words = self.answer.split(None, 2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else None

    def send(self, data):
        """Send bytes; where the other side has closed already, none."""
        with contextlib.suppress(ConnectionError):
            self.connection.sendall(data)

    def say(self, **data):
        self.send(frame(json.dumps(data).encode()))

    def receive(self):
        """Return (opcode, payload) of the next frame; None for the opcode when the connection has ended."""
        try:
            first = self.file.read(2)
            if len(first) < 2:
                return None, b""
            length = first[1] & 127
            if length > 125:
                width, form = (2, "!H") if length == 126 else (8, "!Q")
                (length,) = struct.unpack(form, self.file.read(width))
            return first[0] & 15, self.file.read(length)
        except ConnectionError:
            return None, b""

    def said(self):
        """Return the next text frame."""
        while True:
            opcode, payload = self.receive()
            assert opcode in (TEXT, PING, PONG), (opcode, payload)
            if opcode == TEXT:
                return json.loads(payload)

    def wire(self):
        """Return how many bytes went over the network in both directions, with the heads of their packets."""
        told = self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        acked, received, out, into = struct.unpack_from("=QQII", told, TCP_INFO_BYTES)
        return acked + received + (out + into) * PACKET_HEAD

    def end(self):
        """Return how it ends: the code of the close frame (1005 for one without), or "cut"."""
        while True:
            opcode, payload = self.receive()
            if opcode is None:
                return "cut"
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0] if payload else 1005

    def is_over(self):
        """Answer the close frame that came, and tell whether the connection then ends."""
        self.send(closing(1000))
        return self.receive() == (None, b"")
