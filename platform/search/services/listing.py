"""Things found as they are listed: by pages, by the interface for programs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from search.asking import Asked
from search.cards import Shown, moment_of
from search.marking import Marker, around
from search.models import Kind
from search.services.finding import Cursor, Found
from search.services.rights import sources

if TYPE_CHECKING:
    from search.cards import Reader

CURSOR = re.compile(r"([0-3])\.(-?\d{1,18})\.([a-z]{1,12})\.(\d{1,18})(?:\.(\d{1,18})\.(\d{1,18})\.([01]))?")
UNDATED = frozenset({Kind.GROUP, Kind.ORGANISATION, Kind.PERSON})
"""Of these nobody asks when they came here."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is, how it is shown, the part of its text around the words, and when it was said or changed."""

    kind: Kind
    shown: Shown
    excerpt: str
    at: datetime | None


def shown_of(found: Sequence[Found], reader: "Reader") -> dict[Found, Shown]:
    """Return how things found are shown: a fixed number of queries for each kind that is among them."""
    by_kind: dict[Kind, list[Found]] = {}
    for one in found:
        by_kind.setdefault(one.kind, []).append(one)
    answer: dict[Found, Shown] = {}
    for kind, some in by_kind.items():
        shown = sources()[kind].show([(one.object_id, one.part) for one in some], reader)
        answer |= {one: shown[one.object_id, one.part] for one in some if (one.object_id, one.part) in shown}
    return answer


def listed(found: Sequence[Found], asked: Asked, reader: "Reader") -> list[Hit]:
    """Return things found with what is shown of them, in their order."""
    shown, marker = shown_of(found, reader), Marker.of(asked)
    return [
        Hit(
            one.kind,
            shown[one],
            around(shown[one].text, marker),
            None if one.kind in UNDATED else moment_of(one.moment),
        )
        for one in found
        if one in shown
    ]


def written(cursor: Cursor | None) -> str:
    """Return the cursor of the next page as it stands in an address; nothing on the last one."""
    if cursor is None:
        return ""
    return ".".join(map(str, cursor if cursor.is_bounded else cursor.place))


def cursor_of(text: str) -> Cursor | None:
    """Read a cursor; what is none begins at the beginning."""
    parts = CURSOR.fullmatch(text)
    if parts is None:
        return None
    fit, moment, kind, object_id, *bounds = parts.groups(default="0")
    return Cursor(int(fit), int(moment), kind, int(object_id), *map(int, bounds))
