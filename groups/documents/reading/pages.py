"""A page as it leaves a reader, and the bounds that hold for every type."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_PAGES = 2_000
MOST_TEXT = 2_000_000
"""Characters of one file that are kept; what follows is not searched."""

MOST_PICTURES = 20
LONGEST_SIDE = 1_400
"""Pixels of the longer side of a picture."""

THUMBNAIL = 360
"""Pixels of the longer side of the small one."""

READABLE = frozenset(
    {"pdf", "docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "odt", "ods", "odp", "rtf", "csv", "markdown", "text"},
)
"""Kinds whose text can be read."""


PICTURES = frozenset({"png", "jpeg", "gif", "webp"})
"""Kinds that are pictures themselves."""

PICTURED = PICTURES | {"pdf"}
"""Kinds of which pictures can be made without an office program."""


@dataclass(frozen=True)
class Page:
    """The text of one page, slide or sheet, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Picture:
    """One page drawn as WebP, without anything that the file says of its maker, place or camera; the first one small too."""

    number: int
    width: int
    height: int
    webp: bytes
    small: bytes = b""


@dataclass(frozen=True)
class Said:
    """What a file says of people beside its text: its author, how many tracked changes and comments, and whose."""

    author: str
    changes: int
    comments: int
    names: list[str]


class Locked(Exception):
    """A password stands before the text."""


def paged(strings: Iterable[str]) -> Iterator[Page]:
    """Make pages of the strings: a form feed begins the next one. Empty pages count and are left out."""
    number, kept, parts = 1, 0, list[str]()
    for string in strings:
        first, *others = string.split("\f")
        parts.append(first)
        for other in others:
            if page := _page(number, parts):
                yield page
            number, parts = number + 1, [other]
        kept += len(string)
        if kept > MOST_TEXT or number > MOST_PAGES:
            break
    if page := _page(number, parts):
        yield page


def _page(number: int, parts: list[str]) -> Page | None:
    text = "".join(parts).replace("\x00", "").strip()
    return Page(number, text[:MOST_TEXT]) if text else None
