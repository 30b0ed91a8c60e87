"""What may come in by a socket: the size and shape of every frame is checked here before anything is done with it."""

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Never

if TYPE_CHECKING:
    from core.realtime.hub import Hub
    from core.realtime.sockets import Socket

FRAME_MAX_BYTES = 64 * 1024
BIGGEST_ID = 2**63 - 1
MOST_IDENTIFIERS = 10

Data = dict[str, Any]
Handler = Callable[["Hub", "Socket", Data], Awaitable[None]]


class BadFrame(Exception):
    """The frame cannot be understood; it is answered with an error, and the socket goes on."""

    def __init__(self, code: str, about: Data | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.about = about or {}


@dataclass(frozen=True)
class Field:
    """One field of a frame: how its value is read (ValueError when it cannot be), and whether it may be left out or null."""

    read: Callable[[object], object]
    optional: bool = False


@dataclass(frozen=True)
class Frame:
    """One type of frame: its fields and what is done with it. Fields it does not have are ignored."""

    handle: Handler
    fields: Mapping[str, Field]


def _identifier(value: object) -> int:
    if type(value) is not int or not 0 < value <= BIGGEST_ID:
        raise ValueError
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= BIGGEST_ID:
        raise ValueError
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError
    value.encode()  # half a surrogate pair is no text; UnicodeEncodeError is a ValueError
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _key(value: object) -> uuid.UUID:
    if type(value) is not str or len(value) != 36:
        raise ValueError
    return uuid.UUID(value)


def _identifiers(value: object) -> tuple[int, ...]:
    if type(value) is not list or len(value) > MOST_IDENTIFIERS:
        raise ValueError
    found = tuple(_identifier(one) for one in value)
    if len(set(found)) < len(found):
        raise ValueError
    return found


IDENTIFIER, OPTIONAL_IDENTIFIER = Field(_identifier), Field(_identifier, optional=True)
COUNT, OPTIONAL_COUNT = Field(_count), Field(_count, optional=True)
TEXT, OPTIONAL_TEXT = Field(_text), Field(_text, optional=True)
KEY, FLAG = Field(_key), Field(_flag)
OPTIONAL_IDENTIFIERS = Field(_identifiers, optional=True)
"""A list of at most ten identifiers, none twice."""


def parse(text: str | None, frames: Mapping[str, Frame]) -> tuple[Frame, Data]:
    """Return the frame's type and its checked fields; raise BadFrame for anything else, whatever it is.

    `text` is None for a binary frame.
    """
    raw = load(text)
    kind = raw.get("type")
    if type(kind) is not str:
        raise BadFrame("malformed", _about(raw))
    frame = frames.get(kind)
    if frame is None:
        raise BadFrame("unknown_type", _about(raw))
    return frame, check(raw, frame.fields)


def load(text: str | None) -> Data:
    """Return the JSON object a text holds. Numbers that are none (`NaN`), fractions, names that come twice, depth beyond reason
    and everything over 64 KB are refused.
    """
    if text is None or len(text) > FRAME_MAX_BYTES or len(text.encode(errors="replace")) > FRAME_MAX_BYTES:
        raise BadFrame("malformed")
    try:
        raw = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError):
        raise BadFrame("malformed") from None
    if type(raw) is not dict:
        raise BadFrame("malformed")
    return raw


def check(raw: Data, fields: Mapping[str, Field]) -> Data:
    """Return the values of the fields, as they are used; other fields are ignored."""
    data: Data = {}
    for name, field in fields.items():
        value = raw.get(name)
        if value is None and field.optional:
            data[name] = None
            continue
        try:
            data[name] = field.read(value)
        except ValueError:
            raise BadFrame("malformed", _about(raw)) from None
    return data


def _about(raw: Data) -> Data:
    """Return what an error frame repeats, so that the client knows what it answers."""
    about: Data = {}
    for name, field in (("room", IDENTIFIER), ("thread", IDENTIFIER), ("key", KEY)):
        try:
            about[name] = field.read(raw.get(name))
        except ValueError:
            continue
    return about


def _once(pairs: list[tuple[str, Any]]) -> Data:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name came twice")
    return found


def _refuse(_: str) -> Never:
    raise ValueError("not a number of ours")


def encode(data: Mapping[str, Any]) -> str:
    """Return the JSON text of a frame or a part of one: compact, letters as they are."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


def error(code: str, about: Mapping[str, Any] | None = None, **more: Any) -> str:
    """Return an error frame."""
    return encode({"type": "error", "code": code, **(about or {}), **more})
