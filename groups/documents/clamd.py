"""ClamAV's scanner, asked over a socket: a file is sent to it in pieces (`INSTREAM`) and it says what it found.

The protocol is that of clamd's manual: a command begins with `z` and ends in a zero byte, as answers do; each piece is preceded
by its length in four bytes, and an empty one ends the file. Whatever stands at the other end, a scan takes a bounded time.
"""

import re
import socket
import struct
import time
from dataclasses import dataclass
from typing import IO

from django.conf import settings

PIECE = 256 * 1024
ANSWER = 4096
"""Bytes of an answer that are read; honest ones are shorter."""

FOUND = re.compile(r"stream: (.{1,200}) FOUND")


class Unanswered(Exception):
    """The scanner cannot be reached, took too long, or said what no scanner says; nothing is known of the file."""


class TooLarge(Exception):
    """The scanner takes no file of this size."""


@dataclass(frozen=True)
class Verdict:
    """What it found, empty for nothing, and by which of its versions and lists."""

    found: str
    engine: str


def scan(file: IO[bytes], size: int) -> Verdict:
    """Have the file looked into, from its beginning; raise `TooLarge` or `Unanswered` where nothing can be said of it."""
    if size > settings.CLAMD_MAX_SIZE:
        raise TooLarge
    until = time.monotonic() + settings.CLAMD_TIMEOUT
    engine = _engine(until)
    answer = _ask(b"zINSTREAM\0", until, file)
    if answer == "stream: OK":
        return Verdict("", engine)
    if found := FOUND.fullmatch(answer):
        return Verdict(found[1], engine)
    if "size limit exceeded" in answer:
        raise TooLarge
    raise Unanswered("it said something else")


def answers() -> bool:
    """Say whether a scanner is there at all, whatever it makes of files."""
    try:
        return bool(_engine(time.monotonic() + settings.CLAMD_TIMEOUT))
    except Unanswered:
        return False


def _engine(until: float) -> str:
    engine = _ask(b"zVERSION\0", until)
    if not engine.startswith("ClamAV"):
        raise Unanswered("no scanner answers there")
    return engine[:100]


def _ask(command: bytes, until: float, file: IO[bytes] | None = None) -> str:
    try:
        with _line(until) as line:
            line.sendall(command)
            if file is not None:
                _send(line, file, until)
            return _answer(line, until)
    except (OSError, UnicodeError) as error:
        raise Unanswered(type(error).__name__) from error


def _line(until: float) -> socket.socket:
    address = settings.CLAMD_ADDRESS
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=_left(until))
    if address is None:
        raise ConnectionRefusedError
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(_left(until))
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(line: socket.socket, file: IO[bytes], until: float) -> None:
    file.seek(0)
    try:
        while piece := file.read(PIECE):
            line.settimeout(_left(until))
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It hung up in the middle; where that was because of the size, it has said so.
        return


def _answer(line: socket.socket, until: float) -> str:
    said = b""
    while b"\0" not in said and len(said) < ANSWER:
        line.settimeout(_left(until))
        piece = line.recv(ANSWER)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode().strip()
