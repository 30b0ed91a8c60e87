"""What changed in the words of a document from one version to another: the places, with a little of what stands around them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.diff import WORDS, Effort, Piece, words
from groups.documents.models import Preview

STEPS = 400_000
"""What a comparison may cost: about a third of a second."""

AROUND = 2
"""Lines that are shown before and after each change."""

WIDE = 400
"""Characters of these lines at most: some files have no lines to speak of."""

MOST = 200
"""Places that are shown."""


@dataclass
class Place:
    """One run of changes, on which page of the newer version it begins, and the lines around it."""

    page: int
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """All places in order, how many words came and went, and whether there are more places than are shown."""

    places: list[Place]
    new: int
    gone: int
    more: bool


def changes_between(before: Preview, after: Preview) -> Changes:
    """Compare the words of two versions; pages are told by the newer one, because a page may begin elsewhere in each."""
    old, _starts, _numbers = _text_of(before)
    new, starts, numbers = _text_of(after)
    pieces = words(old, new, Effort(STEPS), most=STEPS)
    places = _places(pieces, starts, numbers)
    return Changes(places[:MOST], _count(pieces, "new"), _count(pieces, "gone"), more=len(places) > MOST)


def _text_of(preview: Preview) -> tuple[str, list[int], list[int]]:
    """Return the whole text, where in it each page begins, and the numbers of these pages."""
    parts, starts, numbers, length = list[str](), list[int](), list[int](), 0
    for number, text in preview.pages.values_list("number", "text"):
        starts.append(length)
        numbers.append(number)
        parts.append(text + "\n")
        length += len(text) + 1
    return "".join(parts), starts, numbers


def _places(pieces: Sequence[Piece], starts: list[int], numbers: list[int]) -> list[Place]:
    places, open_place, at = list[Place](), False, 0
    lead = ""  # the lines before the next change
    for piece in pieces:
        if piece.kind == "same":
            lines = piece.text.splitlines(keepends=True)
            if open_place and len(lines) > 2 * AROUND + 1:
                places[-1].pieces.append(Piece("same", _head("".join(lines[: AROUND + 1]))))
                open_place = False
            elif open_place and len(piece.text) > 2 * WIDE:
                places[-1].pieces.append(Piece("same", _head(piece.text)))
                open_place = False
            elif open_place:
                places[-1].pieces.append(piece)
            lead = _tail("".join(lines[-AROUND - 1 :]))
        else:
            if not open_place:
                page = numbers[max(bisect_right(starts, at) - 1, 0)] if numbers else 1
                places.append(Place(page, [Piece("same", lead)] if lead else []))
                open_place = True
            places[-1].pieces.append(piece)
        at += len(piece.text) if piece.kind != "gone" else 0
    return places


def _head(text: str) -> str:
    return text if len(text) <= WIDE else text[:WIDE] + "…"


def _tail(text: str) -> str:
    return text if len(text) <= WIDE else "…" + text[-WIDE:]


def _count(pieces: Sequence[Piece], kind: str) -> int:
    return sum(1 for piece in pieces if piece.kind == kind for word in WORDS.findall(piece.text) if word[0].isalnum())
