"""What somebody looks for, read from what they typed: words, “phrases”, and -words that must not stand there.

Nothing that is typed reaches a database as its operator: what is asked is made of tokens, and each engine writes it in its own
language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from core.markdown import clean
from search.languages import stems_of
from search.words import STEM, TITLE, Run, clusters, name_token, runs_of

LONGEST = 200
MOST_TERMS = 12
BEGINNING = 3
"""So many letters make a beginning: fewer would be the beginning of half of all words."""

PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s",;]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„«»‟″＂「」『』", '"'))


@dataclass(frozen=True, slots=True)
class Sequence:
    """Tokens that follow each other; the last one may be the beginning of a word."""

    tokens: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True)
class Term:
    """One thing looked for: a word in any of its forms, or words in this order as they were typed."""

    runs: tuple[Run, ...]
    quoted: bool = False
    begins: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is one word, which is found in its other forms too."""
        return len(self.runs) == 1 and not self.quoted and not self.runs[0].unspaced

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of a word in every language it may be of."""
        return stems_of(self.runs[0].lower) if self.is_word and not self.runs[0].folded.isdigit() else frozenset()

    def alternatives(self, mark: str = "") -> Iterator[Sequence]:
        """Give what stands for it in the index, any of which will do; with `mark`, in titles."""
        yield self._typed(mark)
        if self.is_word:
            word = self.runs[0].tokens[0]
            for stem in sorted(self.stems):
                yield Sequence((mark + STEM + stem,))
                if stem != word:
                    yield Sequence((mark + stem,))

    def _typed(self, mark: str) -> Sequence:
        """Return it as it was typed. Signs two by two: the last pair says all of the last sign, so that one is left out."""
        tokens: list[str] = []
        begins = self.begins
        for at, run in enumerate(self.runs):
            signs = run.tokens
            last = at == len(self.runs) - 1
            if run.unspaced and len(signs) > 1 and last:
                signs = signs[:-1]
            elif run.unspaced and last:
                begins = True
            tokens += signs
        return Sequence(tuple(mark + token for token in tokens), begins)


@dataclass(frozen=True)
class Asked:
    """Everything that must stand there, and what must not."""

    needed: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    # What every one of the things found is labelled with (`search.cards.label_of`).
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether something is looked for; that something must not be there is no question by itself."""
        return bool(self.needed)

    @property
    def name(self) -> str:
        """The token of the title that is just this."""
        return name_token([run for term in self.needed for run in term.runs])

    def by_beginnings(self) -> "Asked":
        """The same, where words may go on after what was typed."""
        return Asked(
            tuple(
                Term(term.runs, begins=term.is_word and len(term.runs[0].folded) >= BEGINNING, quoted=term.quoted)
                for term in self.needed
            ),
            self.excluded,
            self.labels,
        )

    @property
    def has_beginnings(self) -> bool:
        """Whether a word may go on after what was typed."""
        return any(term.begins for term in self.needed)


def read(query: str, *, unfinished: bool = False) -> Asked:
    """Read what was typed, at most 200 signs and twelve terms of it; `unfinished` where the last word is still being typed."""
    text = clean(query)[:LONGEST].translate(QUOTES)
    needed: list[Term] = []
    excluded: list[Term] = []
    for piece in PIECE.finditer(text):
        typed = piece["quoted"] if piece["quoted"] is not None else piece["bare"]
        runs = tuple(runs_of(typed))
        if not runs or len(needed) + len(excluded) == MOST_TERMS:
            continue
        quoted = piece["quoted"] is not None
        open_end = not quoted and (typed.endswith("*") or (unfinished and piece.end() == len(text)))
        term = Term(runs, quoted=quoted, begins=open_end and _long_enough(runs[-1], unfinished=unfinished))
        (excluded if piece["minus"] else needed).append(term)
    return Asked(tuple(needed), tuple(excluded))


def _long_enough(run: Run, *, unfinished: bool) -> bool:
    return run.unspaced or len(run.folded) >= (2 if unfinished else BEGINNING)


__all__ = ["LONGEST", "TITLE", "Asked", "Sequence", "Term", "clusters", "read"]
