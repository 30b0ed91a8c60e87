"""One mail, read: who says they wrote it, its text, its files. What is out of bounds makes it unreadable, never a fault."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesFeedParser, BytesHeaderParser
from email.policy import Policy, compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from discussions.mail.parsing.parts import Enclosure, Parts
from discussions.mail.parsing.words import HEADER_LENGTH, decode_words

__all__ = ["Enclosure", "Letter", "Unreadable", "read_headers", "read_letter"]

MOST_HEADER_BYTES = 256 * 1024
MOST_HEADERS = 600
MOST_PARTS = 200
MOST_LINES = 1_000_000
DEEPEST = 20
FEED = 64 * 1024
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


class Unreadable(Exception):
    """The mail is out of the bounds in which it is read; the text says which, for the record."""


@dataclass
class Letter:
    """What was found in a mail; every text is decoded and may still be anything."""

    headers: Message
    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    message_id: str = ""
    references: list[str] = field(default_factory=list)
    date: datetime | None = None
    text: str = ""
    html: str = ""
    enclosures: list[Enclosure] = field(default_factory=list)
    left_out: int = 0
    flowed: bool = False
    is_encrypted: bool = False
    is_packed: bool = False

    def all(self, name: str) -> list[str]:
        """Return every header of the name, decoded, in order."""
        return [decode_words(str(value)) for value in (self.headers.get_all(name) or [])[:MOST_HEADERS]]

    def first(self, name: str) -> str:
        """Return the first header of the name, decoded; "" where there is none."""
        found = self.headers.get(name)
        return decode_words(str(found)) if found is not None else ""


def read_headers(data: bytes) -> Letter:
    """Read the headers alone; raise `Unreadable` where there are more than a mail has."""
    return _of_headers(BytesHeaderParser().parsebytes(_head(data)))


def read_letter(data: bytes) -> Letter:
    """Read a whole mail; raise `Unreadable` where it has more headers or parts than a mail has, or they nest too deep."""
    _head(data)
    if data.count(b"\n") > MOST_LINES:
        raise Unreadable("too many lines")
    made = 0

    def part(policy: Policy = compat32) -> Message:
        # The parser asks for each part, also for those inside parts, and looks at each line once for each it is inside of.
        nonlocal made
        made += 1
        if made > MOST_PARTS:
            raise Unreadable("too many parts")
        if len(parser._msgstack) > DEEPEST:  # type: ignore[attr-defined]
            raise Unreadable("too deep")
        return _Part(policy)

    parser = BytesFeedParser(_Part)
    parser._factory = part  # type: ignore[attr-defined]
    try:
        for start in range(0, len(data), FEED):
            parser.feed(data[start : start + FEED])
        message = parser.close()
    except RecursionError:
        raise Unreadable("too deep") from None
    letter = _of_headers(message)
    parts = Parts()
    parts.take(message)
    letter.text, letter.html = parts.text, parts.html
    letter.enclosures, letter.left_out = parts.enclosures, parts.left_out
    letter.flowed, letter.is_encrypted, letter.is_packed = parts.flowed, parts.is_encrypted, parts.is_packed
    return letter


class _Part(Message):
    """A part whose parameters are not looked for in a header that no program writes: the search would take for ever."""

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """Return a parameter of a header of ordinary length."""
        if len(str(self.get(header, ""))) > HEADER_LENGTH:
            return failobj
        return super().get_param(param, failobj, header, unquote)


def _head(data: bytes) -> bytes:
    """Return the block of headers, bounded."""
    ends = [at for at in (data.find(b"\n\n"), data.find(b"\r\n\r\n")) if at >= 0]
    head = data[: min(ends) + 2] if ends else data
    if len(head) > MOST_HEADER_BYTES:
        if not ends:
            head = head[:MOST_HEADER_BYTES]
        else:
            raise Unreadable("too many headers")
    if len(re.findall(rb"(?m)^[^\s:]{1,100}:", head)) > MOST_HEADERS:
        raise Unreadable("too many headers")
    return head


def _of_headers(message: Message) -> Letter:
    letter = Letter(headers=message)
    letter.subject = letter.first("Subject")
    letter.sender_name, letter.sender = _sender(message)
    letter.message_id = next(_ids(message, "Message-ID"), "")
    letter.references = list(dict.fromkeys([*_ids(message, "References"), *_ids(message, "In-Reply-To")]))
    letter.date = _date(message)
    return letter


def _sender(message: Message) -> tuple[str, str]:
    """Return name and address of the one sender; "" where several or none claim to have written it."""
    values = message.get_all("From") or []
    if len(values) != 1:
        return "", ""
    try:
        found = getaddresses([" ".join(str(values[0])[:HEADER_LENGTH].split())])
    except (ValueError, IndexError, TypeError):
        return "", ""
    if len(found) != 1:
        return "", ""
    name, address = found[0]
    name = decode_words(name)
    address = address.strip().lower()[:254]
    return name[:120], address if "@" in address and address.isprintable() else ""  # no database looks for other signs


def _ids(message: Message, name: str) -> Iterator[str]:
    """Give the ids that stand in a header, at most a hundred: of a long row the last ones, which are the nearest."""
    value = str(message.get(name) or "")[-16_000:]
    yield from MESSAGE_ID.findall(value)[-100:]


def _date(message: Message) -> datetime | None:
    try:
        date = parsedate_to_datetime(str(message.get("Date") or "")[:200])
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
