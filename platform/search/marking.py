"""Where in a text the words stand that were looked for: for the part that is shown, and for what is marked in it.

The same rules as in the index, by the same normaliser; here with the place of each word.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.asking import Asked, Term
from search.languages import OF_SCRIPT, stems_of
from search.words import Run, runs_of

EXCERPT = 220
BEFORE = 70
LOOKED_THROUGH = 100_000
"""Signs of a text in which the first word is looked for; of a longer one whose words come later, the beginning is shown."""

WINDOW = 20_000
"""So many at once, so that a word near the beginning costs no more in a long text than in a short one."""

OVERLAP = 4 * EXCERPT
"""So many signs of a window are in the one before too: what stands before a word, and all of what lies where it was cut."""


@dataclass(frozen=True)
class Marker:
    """What makes a word of a text one that was looked for."""

    words: frozenset[str]
    stems: frozenset[str]
    beginnings: tuple[str, ...]
    signs: tuple[str, ...]

    @classmethod
    def of(cls, asked: Asked) -> "Marker":
        """Return the marker of what was asked; what must not stand there marks nothing."""
        words: set[str] = set()
        stems: set[str] = set()
        beginnings: list[str] = []
        signs: list[str] = []
        for term in asked.needed:
            words.update(run.folded for run in term.runs if not run.unspaced)
            signs += [run.folded for run in term.runs if run.unspaced]
            stems |= term.stems | ({term.runs[0].folded} if term.is_word else set())
            beginnings += _beginning(term)
        return cls(frozenset(words), frozenset(stems), tuple(beginnings), tuple(signs))

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where the words stand in the text (in its composed form), in order."""
        for run in runs_of(text):
            if run.unspaced:
                yield from self._signs_in(run)
            elif (
                run.folded in self.words
                or run.folded.startswith(self.beginnings)
                or self._is_form(run.folded, run.lower)
            ):
                yield run.start, run.end

    def _signs_in(self, run: Run) -> Iterator[tuple[int, int]]:
        """Give where signs that were looked for stand in a run."""
        found = [one.span() for sign in self.signs for one in re.finditer(re.escape(sign), run.folded)]
        last = run.start
        for start, end in sorted(found):
            first, behind = run.origins[start], run.origins[end - 1] + 1
            if behind > last:
                yield max(last, first), behind
                last = behind

    def _is_form(self, folded: str, lower: str) -> bool:
        """Say whether a word shares a stem with one that was looked for; most words are told apart by their first letters."""
        if not self.stems:
            return False
        if not OF_SCRIPT.search(lower) and not any(stem[:2] == folded[:2] for stem in self.stems):
            return False
        return not self.stems.isdisjoint({folded, *stems_of(lower)})


def _beginning(term: Term) -> list[str]:
    last = term.runs[-1]
    return [last.folded] if term.begins and not last.unspaced else []


def around(text: str, marker: Marker) -> str:
    """Return the part of a text where the first word that was looked for stands; its beginning where none does.

    Only the first `LOOKED_THROUGH` signs are looked through.
    """
    begin, bound = 0, min(len(text), LOOKED_THROUGH)
    while begin < bound:
        # Twice as far as windows overlap, so that the next one begins behind this one wherever there are spaces.
        end = _cut_at_space(text, begin + 2 * OVERLAP, begin + WINDOW)
        window = unicodedata.normalize("NFC", text[begin:end])
        if found := next(marker.spans(window), None):
            whole = unicodedata.normalize("NFC", text[begin : end + OVERLAP])
            return _cut(whole) if begin == 0 and found[1] <= EXCERPT else _cut_around(whole, found[0])
        begin = end if end >= bound else _cut_at_space(text, begin + 1, end - OVERLAP)
    return _cut(unicodedata.normalize("NFC", text[: 2 * OVERLAP]))


def _cut_at_space(text: str, least: int, most: int) -> int:
    """Return where the text is cut: at the last space between the two, or where it ends before, or in the middle of a word."""
    if most >= len(text):
        return len(text)
    found = max(text.rfind(" ", least, most), text.rfind("\n", least, most))
    return found if found >= 0 else most


def _cut_around(text: str, start: int) -> str:
    at = max(text.rfind(" ", 0, max(start - BEFORE, 0)) + 1, start - 2 * BEFORE)
    return "…" + _cut(text[at:])


def _cut(text: str) -> str:
    if len(text) <= EXCERPT:
        return text
    kept = text[: EXCERPT - 1]
    return (kept.rpartition(" ")[0] or kept) + "…"


def marked(text: str, marker: Marker) -> SafeString:
    """Return the text, escaped, with the words that were looked for in `<mark>`."""
    text = unicodedata.normalize("NFC", text)
    pieces, last = [], 0
    for start, end in marker.spans(text):
        pieces += [escape(text[last:start]), "<mark>", escape(text[start:end]), "</mark>"]
        last = end
    pieces.append(escape(text[last:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece of text is escaped
