"""A page as it leaves a reader, and the bounds that hold for every type."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

MOST_PAGES = 2_000
MOST_TEXT = 2_000_000
"""Characters of one file that are kept; what follows is not searched."""

MOST_PICTURES = 20
LONGEST_SIDE = 1_400
"""Pixels of the longer side of a picture."""

THUMBNAIL = 360
"""Pixels of the longer side of the small one."""

MOST_SAID = 64 * 1024**2
"""Bytes that the child which reads a file may say of it."""

MOST_PIXELS = 52_000_000
"""Of a picture that is drawn or written anew. A telephone takes 50 million: as JPEG, 3.5 s and 570 MB of the 768 there are."""

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
class Extent:
    """How many pages a file has, those without text and those not read among them, 0 where nobody knows; whether text was cut."""

    pages: int = 0
    is_cut: bool = False


class Pages(list[Page]):
    """The pages that have text, in order, and the extent of the whole file."""

    def __init__(self, pages: Iterable[Page] = (), extent: Extent = Extent()) -> None:
        super().__init__(pages)
        self.extent = extent


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
    """What a file says of people beside its text: its author, how many tracked changes and comments, and whose names it holds.

    `places` is how many photographs in it say where they were taken.
    """

    author: str
    changes: int
    comments: int
    names: list[str]
    places: int = 0


class Locked(Exception):
    """A password stands before the text."""


class TooLarge(Exception):
    """There is more of it than is read or drawn here, which says nothing against the file."""


def paged(strings: Iterable[str]) -> Generator[Page, None, Extent]:
    """Make pages of the strings: a form feed begins the next one. Empty pages count and are left out.

    An empty last one does not count: the form feed before it ended a slide or a sheet. What is cut has nobody counted.
    """
    number, kept, parts, is_cut = 1, 0, list[str](), False
    for string in strings:
        is_cut = kept >= MOST_TEXT or number > MOST_PAGES
        if is_cut:
            break
        first, *others = string[: MOST_TEXT - kept].split("\f")
        kept += len(string)
        parts.append(first)
        for other in others:
            if page := _page(number, parts):
                yield page
            number, parts = number + 1, [other]
            if number > MOST_PAGES:
                parts.clear()
                break
    last = _page(number, parts)
    if last:
        yield last
    is_cut = is_cut or kept > MOST_TEXT or number > MOST_PAGES
    return Extent(0 if is_cut else number - (last is None), is_cut)


def _page(number: int, parts: list[str]) -> Page | None:
    text = "".join(parts).replace("\x00", "").strip()
    return Page(number, text) if text else None
