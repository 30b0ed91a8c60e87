"""What changed between two texts, word by word, in bounded time.

The shortest list of changes is looked for (Myers, "An O(ND) Difference Algorithm", 1986), lines first and then the words of
lines that differ, in as many steps as the `Effort` allows. Where they do not suffice, what differs is shown as one piece
taken away and one put in its place.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Steps for one text, and for all that a page shows together: about a twentieth and a fifth of a second.
FOR_A_TEXT = 60_000
FOR_A_PAGE = 250_000


class Piece(NamedTuple):
    """A run of text that is the `same`, `gone` or `new`."""

    kind: str
    text: str


class _Spent(Exception):
    """No steps are left."""


class Effort:
    """How many steps may be taken yet."""

    def __init__(self, steps: int = FOR_A_PAGE) -> None:
        self.left = steps

    def take(self, steps: int) -> None:
        """Count steps that are taken."""
        if steps > self.left:
            raise _Spent
        self.left -= steps


def words(before: str, after: str, effort: Effort | None = None, *, most: int = FOR_A_TEXT) -> list[Piece]:
    """Return the pieces of both texts in order. Texts that one page shows share the `effort`; of it one takes `most`."""
    effort = effort or Effort()
    own = Effort(min(most, effort.left))
    given = own.left
    pieces: list[Piece] = []
    for kind, old, new in _runs(before.splitlines(keepends=True), after.splitlines(keepends=True), own):
        if kind == "same":
            pieces.append(Piece(kind, new))
        else:
            for inner, gone, come in _runs(WORDS.findall(old), WORDS.findall(new), own):
                pieces += [Piece("same", come)] if inner == "same" else [Piece("gone", gone), Piece("new", come)]
    effort.take(given - own.left)
    return _joined(pieces)


def _runs(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[tuple[str, str, str]]:
    """Return runs in order: `same` or `other`, with the old and the new text of each."""
    start, end = 0, 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    try:
        pairs = _pairs(middle_old, middle_new, effort) if middle_old and middle_new else []
    except _Spent:
        pairs = []
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    runs = [("same", head, head)]
    x = y = 0
    for a, b in [*pairs, (len(middle_old), len(middle_new))]:
        runs.append(("other", "".join(middle_old[x:a]), "".join(middle_new[y:b])))
        runs += [("same", one, one) for one in middle_old[a : a + 1]]
        x, y = a + 1, b + 1
    return [run for run in [*runs, ("same", tail, tail)] if run[1] or run[2]]


def _pairs(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[tuple[int, int]]:
    """Return the places of what both have in common, so that the fewest parts are gone or new."""
    furthest, rounds = {1: 0}, []
    for changes in range(len(old) + len(new) + 1):
        effort.take(changes)
        rounds.append(furthest.copy())
        for diagonal in range(-changes, changes + 1, 2):
            came = _came(furthest, diagonal, changes)
            x = begun = furthest[came] + (came < diagonal)
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            effort.take(1 + x - begun)
            furthest[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _back(rounds, x, diagonal)
    raise AssertionError("Everything gone and everything new is a way.")


def _came(furthest: dict[int, int], diagonal: int, changes: int) -> int:
    """Return from which neighbouring diagonal one comes furthest on this one."""
    down = diagonal == -changes or (diagonal != changes and furthest[diagonal - 1] < furthest[diagonal + 1])
    return diagonal + 1 if down else diagonal - 1


def _back(rounds: list[dict[int, int]], x: int, diagonal: int) -> list[tuple[int, int]]:
    """Go the way back from its end and return what it passed that is the same in both."""
    pairs = []
    for changes in range(len(rounds) - 1, -1, -1):
        came = _came(rounds[changes], diagonal, changes)
        begun = rounds[changes][came] + (came < diagonal)
        pairs += [(at, at - diagonal) for at in range(x - 1, begun - 1, -1)]
        x, diagonal = rounds[changes][came], came
    return pairs[::-1]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Put neighbours of one kind together and leave out empty ones."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined
