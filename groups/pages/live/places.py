"""Where people are in a page: who has the cursor where. Never stored, and never the words of anybody.

What a client says of itself is not handed on: the name and the colour come from the account, and of the rest only the two ends
of a selection, as positions, go any further. Between processes go the ids of person and client and those positions.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groups.pages.protocol import State

LIFE = 35.0
"""Seconds after which a place is forgotten that nobody has named again; clients do so every 15."""

COLOURS = (
    "#9a3412",
    "#1d4ed8",
    "#15803d",
    "#7e22ce",
    "#be123c",
    "#0f766e",
    "#a16207",
    "#4338ca",
    "#a21caf",
    "#0369a1",
)


def colour_of(user_id: int) -> str:
    """Return the colour in which a person's cursor is shown; dark enough for white words on it."""
    return COLOURS[user_id % len(COLOURS)]


@dataclass
class Place:
    """Where one client is, or was: `cursor` is None for one that shows none, `gone` for one that has left."""

    client: int
    clock: int
    person: int
    cursor: dict[str, Any] | None
    gone: bool = False
    heard_at: float = 0.0

    @property
    def is_old(self) -> bool:
        """Whether it has not been named for too long."""
        return time.monotonic() - self.heard_at > LIFE

    def state(self, name: str) -> State:
        """Return it as readers are told."""
        if self.gone:
            return State(self.client, self.clock, None)
        colour = colour_of(self.person)
        user = {"id": self.person, "name": name, "color": colour, "colour": colour}
        return State(self.client, self.clock, {"user": user, "cursor": self.cursor})

    def message(self, page: int, process: str) -> dict[str, Any]:
        """Return it as other processes are told."""
        return {
            "type": "page.place",
            "page": page,
            "process": process,
            "client": self.client,
            "clock": self.clock,
            "person": self.person,
            "cursor": self.cursor,
            "gone": self.gone,
        }


def place_of(state: State, person: int) -> Place:
    """Return what a client may say of itself."""
    said = state.said or {}
    return Place(
        state.client, state.clock, person, cursor_of(said.get("cursor")), state.said is None, time.monotonic()
    )


def cursor_of(said: object) -> dict[str, Any] | None:
    """Return a selection whose ends are positions and nothing else; None for anything else."""
    if not isinstance(said, Mapping) or set(said) != {"anchor", "head"}:
        return None
    ends = {name: _position(said[name]) for name in ("anchor", "head")}
    return ends if all(ends.values()) else None


def _position(said: object) -> dict[str, Any] | None:
    """Return a relative position as Yjs writes it: beside which piece of writing, or at the end of which part."""
    if not isinstance(said, Mapping):
        return None
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name in {"type", "item"} and (value is None or _is_id(value)):
            found[name] = value and {"client": value["client"], "clock": value["clock"]}
        elif (name == "tname" and (value is None or value == "page")) or (
            name == "assoc" and type(value) is int and -1 <= value <= 0
        ):
            found[name] = value
        else:
            return None
    return found or None


def _is_id(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"client", "clock"}
        and all(type(one) is int and 0 <= one < 2**53 for one in value.values())
    )
