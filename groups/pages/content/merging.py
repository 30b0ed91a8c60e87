"""Three texts made one: what two people changed since a third text, put together where they do not touch the same place."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
MOST = 6000
"""Blocks or lines that are compared; of longer texts, those that differ in both are a conflict as a whole."""


def merged(base: str, mine: str, theirs: str) -> str | None:
    """Return the text with both changes, or None where both changed the same place in different ways.

    Blocks are compared first, and in a block that both changed its lines.
    """
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    found = _three(pieces_of(base), pieces_of(mine), pieces_of(theirs), by_line=True)
    return None if found is None else "".join(found)


def pieces_of(text: str) -> list[str]:
    """Return a text in blocks, each with the empty lines after it; what stands between fences is one."""
    pieces: list[str] = []
    fence = ""
    open_block = False
    for line in text.splitlines(keepends=True):
        starts = not open_block and bool(line.strip() or not pieces)
        if starts:
            pieces.append(line)
        else:
            pieces[-1] += line
        if found := FENCE.match(line):
            mark = found[1]
            if not fence:
                fence = mark
            elif mark[0] == fence[0] and len(mark) >= len(fence) and not line.strip().strip(mark[0]):
                fence = ""
        open_block = bool(fence) or bool(line.strip())
    return pieces


def _three(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], *, by_line: bool) -> list[str] | None:
    mine_at, theirs_at = _kept(base, mine), _kept(base, theirs)
    result: list[str] = []
    b = m = t = 0
    for n in [*(n for n in range(len(base)) if n in mine_at and n in theirs_at), len(base)]:
        if n < b:
            continue
        m_end, t_end = mine_at.get(n, len(mine)), theirs_at.get(n, len(theirs))
        region = _one(base[b:n], mine[m:m_end], theirs[t:t_end], by_line=by_line)
        if region is None:
            return None
        result += region
        if n < len(base):
            result.append(base[n])
        b, m, t = n + 1, m_end + 1, t_end + 1
    return result


def _one(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], *, by_line: bool) -> list[str] | None:
    """Return what becomes of a place between two that nobody changed."""
    if list(mine) == list(theirs) or list(theirs) == list(base):
        return list(mine)
    if list(mine) == list(base):
        return list(theirs)
    if not by_line:
        return None
    lines = ["".join(one).splitlines(keepends=True) for one in (base, mine, theirs)]
    return _three(*lines, by_line=False)


def _kept(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return where in the other text those parts of the base stand that it has kept, in order."""
    start = 0
    while start < min(len(base), len(other)) and base[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(base), len(other)) - start and base[-1 - end] == other[-1 - end]:
        end += 1
    kept = {n: n for n in range(start)}
    kept |= {len(base) - 1 - n: len(other) - 1 - n for n in range(end)}
    middle, others = base[start : len(base) - end], other[start : len(other) - end]
    if len(middle) <= MOST and len(others) <= MOST:
        for a, b, size in SequenceMatcher(None, middle, others, autojunk=False).get_matching_blocks():
            kept |= {start + a + n: start + b + n for n in range(size)}
    return kept
