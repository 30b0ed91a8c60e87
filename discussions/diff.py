"""What changed between two texts, word by word, in bounded time."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Two blocks of more words than this are shown as one taken away and one put in its place.
MOST_WORDS = 600


class Piece(NamedTuple):
    """A run of text that is the `same`, `gone` or `new`."""

    kind: str
    text: str


def words(before: str, after: str) -> list[Piece]:
    """Return the pieces of both texts in order: lines are matched first, then the words inside lines that differ."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > 400).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[c:d])))
        else:
            pieces += _inside("".join(old[a:b]), "".join(new[c:d]))
    return _joined(pieces)


def _inside(before: str, after: str) -> list[Piece]:
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return [Piece("gone", before), Piece("new", after)]
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[c:d])))
        else:
            pieces += [Piece("gone", "".join(old[a:b])), Piece("new", "".join(new[c:d]))]
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Put neighbours of one kind together and leave out empty ones."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined
