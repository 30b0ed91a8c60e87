"""The bytes of a page's socket: the sync and awareness messages of y-protocols, read with bounds and to their last byte."""

import json
from dataclasses import dataclass
from typing import Any

SYNC, AWARENESS, QUERY = 0, 1, 3
STEP_1, STEP_2, UPDATE = 0, 1, 2

MOST_STATES = 64
STATE_LENGTH = 4096
BIGGEST = 2**53 - 1


class Malformed(ValueError):
    """The bytes are none of these messages."""


@dataclass(frozen=True)
class Sync:
    """A state vector (step 1), or an update (step 2, and every one after it)."""

    step: int
    data: bytes


@dataclass(frozen=True)
class State:
    """Where one client is in the page: what it says of itself, or None for one that has gone."""

    client: int
    clock: int
    said: dict[str, Any] | None


@dataclass(frozen=True)
class Aware:
    """Where clients are."""

    states: tuple[State, ...]


@dataclass(frozen=True)
class Query:
    """Asks where everybody is."""


class Unknown(ValueError):
    """The change holds what no page has: browsers would take out the words in it, and around it, for everybody."""


class Reader:
    """Reads numbers, bytes and texts from the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self) -> int:
        """Read a number of seven bits a byte, the lowest first."""
        number = shift = 0
        while True:
            if self.at >= len(self.data) or shift > 56:
                raise Malformed
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                if number > BIGGEST:
                    raise Malformed
                return number

    def bytes(self) -> bytes:
        """Read as many bytes as the number before them says."""
        length = self.number()
        end = self.at + length
        if end > len(self.data):
            raise Malformed
        found, self.at = self.data[self.at : end], end
        return found

    def end(self) -> None:
        """Raise `Malformed` where anything is left."""
        if self.at != len(self.data):
            raise Malformed


def number(value: int) -> bytes:
    """Write a number of seven bits a byte, the lowest first."""
    written = bytearray()
    while value > 127:
        written.append(128 | value & 127)
        value >>= 7
    written.append(value)
    return bytes(written)


def parse(data: bytes) -> Sync | Aware | Query:
    """Return the message that these bytes are; raises `Malformed`."""
    reader = Reader(data)
    kind = reader.number()
    if kind == SYNC:
        step = reader.number()
        if step not in {STEP_1, STEP_2, UPDATE}:
            raise Malformed
        message = Sync(step, reader.bytes())
        reader.end()
        return message
    if kind == AWARENESS:
        states = _states(reader.bytes())
        reader.end()
        return Aware(states)
    if kind == QUERY:
        reader.end()
        return Query()
    raise Malformed


def _states(data: bytes) -> tuple[State, ...]:
    reader = Reader(data)
    count = reader.number()
    if count > MOST_STATES:
        raise Malformed
    found = []
    for _ in range(count):
        client, clock, text = reader.number(), reader.number(), reader.bytes()
        if len(text) > STATE_LENGTH:
            raise Malformed
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Malformed from error
        if said is not None and not isinstance(said, dict):
            raise Malformed
        found.append(State(client, clock, said))
    reader.end()
    return tuple(found)


def sync(step: int, data: bytes) -> bytes:
    """Return the message that carries a state vector or an update."""
    return number(SYNC) + number(step) + number(len(data)) + data


def aware(states: list[State]) -> bytes:
    """Return the message that says where clients are."""
    body = bytearray(number(len(states)))
    for state in states:
        text = json.dumps(state.said, separators=(",", ":")).encode()
        body += number(state.client) + number(state.clock) + number(len(text)) + text
    return number(AWARENESS) + number(len(body)) + bytes(body)


def clocks(state: bytes) -> dict[int, int]:
    """Return how far each client's writing reaches, as a state vector says it; raises `Malformed`."""
    reader = Reader(state)
    found = {reader.number(): reader.number() for _ in range(min(reader.number(), len(state)))}
    reader.end()
    return found


def state_of(clocks: dict[int, int]) -> bytes:
    """Return the state vector that says how far each client's writing reaches."""
    pairs = b"".join(number(client) + number(clock) for client, clock in sorted(clocks.items()))
    return number(len(clocks)) + pairs
