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
    """Return the part of a text where the first word that was looked for stands; its beginning where none does."""
    text = unicodedata.normalize("NFC", text)
    start, end = next(marker.spans(text), (0, 0))
    if end <= EXCERPT:
        return _cut(text)
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
