"""The one normaliser: a text as a list of tokens that both databases keep and match as they are, each by its own index.

Everything that makes words alike happens here: case, accents, forms of letters (`core.folding`), stems (`search.languages`), and
scripts that put no space between words, whose signs are taken two by two. The databases only compare tokens, so they cannot
answer differently.

A token is a word as it is folded. `~work` is a stem that differs from its word. `=fair` and `=~work` are the same of a title,
and `==fair_work` is a whole title.
`~=year2024` is a label, which nobody can type.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from core.folding import fold_sign
from search.languages import languages_of, stems_of

STEM, TITLE, NAME, LABEL = "~", "=", "==", "~="
GAP = "_"
"""Stands between words that are no neighbours; nobody can type it."""

LONGEST_TOKEN = 64
MOST_TOKENS = 12_000
"""Words after the first 12,000 of one text are found, but not as neighbours: PostgreSQL counts places to 16,383."""

MOST_PLACES = 250
"""The same for a word that comes more often than that: PostgreSQL keeps 255 places."""

MOST_BYTES = 900_000
"""So much do the tokens of one text come to, each counted once: PostgreSQL takes 1,048,575 bytes in all, and of those a place
is two and a token that has some three more. Words behind it, of a file of nothing but numbers say, are not found."""

LONGEST_NAME = 120
ELIDED = re.compile(r"(?:[a-z]|qu)")
RUNS = re.compile("w+|c+")
# Scripts without spaces between words (Thai, Lao, Burmese, Khmer, Chinese, Japanese), and Korean, whose endings hang on words.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)


class Run(NamedTuple):
    """Signs of a text that belong together: a word, or what stands between two spaces in a script that has none.

    `start` and `end` say where it stands in the text in its composed form (NFC); `lower` keeps its accents.
    """

    folded: str
    lower: str
    start: int
    end: int
    unspaced: bool
    # Where each folded sign stands in the text.
    origins: Sequence[int] = ()

    @property
    def tokens(self) -> list[str]:
        """The run as it is indexed: one token, or its signs two by two and the last one by itself."""
        if not self.unspaced:
            return [self.folded[:LONGEST_TOKEN]]
        signs = clusters(self.folded)
        return [(one + other)[:LONGEST_TOKEN] for one, other in zip(signs, [*signs[1:], ""], strict=True)]


def clusters(text: str) -> list[str]:
    """Return the signs of a run, each with the marks that stand on it."""
    found: list[str] = []
    for sign in text:
        if found and unicodedata.category(sign)[0] == "M":
            found[-1] += sign
        else:
            found.append(sign)
    return found


@lru_cache(16_384)
def _class_of(sign: str) -> str:
    """Say what a folded sign is part of: a word, a run without spaces, or neither."""
    if unicodedata.category(sign)[0] not in "LNM":
        return " "
    return "c" if UNSPACED.match(sign) else "w"


MOST_SIGNS = 16_384


class _BySign(dict[int, str]):
    """What `str.translate` looks signs up in: each is worked out once, and texts are gone through faster than sign by sign."""

    def __init__(self, work_out: Callable[[str], str]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, code: int) -> str:
        if len(self) >= MOST_SIGNS:
            self.clear()
        self[code] = found = self._work_out(chr(code))
        return found


_FOLDED, _CLASSES = _BySign(fold_sign), _BySign(_class_of)


def runs_of(text: str) -> Iterator[Run]:
    """Give the runs of a text in order; what is elided before an apostrophe, as in “l’eau”, is none."""
    text = unicodedata.normalize("NFC", text)
    folded, origins = text.lower() if text.isascii() else text.translate(_FOLDED), range(len(text) + 1)
    if not text.isascii() and any(len(_FOLDED[ord(sign)]) != 1 for sign in set(text)):
        parts = [_FOLDED[ord(sign)] for sign in text]
        origins = [at for at, part in enumerate(parts) for _sign in part] + [len(text)]  # type: ignore[assignment]
    classes = folded.translate(_CLASSES)
    for found in RUNS.finditer(classes):
        start, end = found.span()
        word = folded[start:end]
        if folded[end : end + 1] == "'" and classes[end + 1 : end + 2] == "w" and ELIDED.fullmatch(word):
            continue
        first, last = origins[start], origins[end - 1] + 1
        unspaced = found[0][0] == "c"
        yield Run(word, text[first:last].lower(), first, last, unspaced, origins[start:end] if unspaced else ())


def name_token(runs: list[Run]) -> str:
    """Return the token of a whole title."""
    return NAME + "_".join(run.folded for run in runs)[:LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the index keeps of a text: `placed` in order, where neighbours count, and `loose`, each once."""

    placed: list[str]
    loose: list[str]


def tokens_of(title: str, body: str, *, alias: str = "", labels: Sequence[str] = ()) -> Tokens:
    """Return the tokens by which a text is found."""
    of_name, of_alias, of_body = list(runs_of(title)), list(runs_of(alias)), list(runs_of(body))
    of_title = of_name + of_alias
    words = [run.lower for run in (*of_title, *of_body) if not run.unspaced]
    languages = languages_of(words)
    placed = [*_plain(of_title), GAP, *_plain(of_body)]
    if of_title:
        placed = [*(TITLE + token for token in _plain(of_title)), *placed]
    placed, late = _bounded(placed)
    # What it is called and told apart by comes first, then its words, and last what only makes their forms alike.
    named = [LABEL + label for label in labels]
    if of_title:
        named += [name_token(name) for name in (of_name, of_alias) if name]
        named += [TITLE + STEM + stem for stem in _stems(of_title, languages)]
    forms = (STEM + stem for stem in _stems(of_title + of_body, languages))
    return _within(named, placed, chain(late, forms))


def _plain(runs: list[Run]) -> list[str]:
    return [token for run in runs for token in run.tokens]


def _stems(runs: list[Run], languages: tuple[str, ...]) -> Iterator[str]:
    for word, folded in dict.fromkeys((run.lower, run.folded) for run in runs if not run.unspaced):
        if not folded.isdigit() and len(folded) <= LONGEST_TOKEN:
            yield from sorted(stems_of(word, languages) - {folded})


def _bounded(placed: list[str]) -> tuple[list[str], list[str]]:
    """Return the tokens that keep their place, and the others in their order."""
    if len(placed) <= MOST_PLACES:
        return placed, []
    late = [token for token in dict.fromkeys(placed[MOST_TOKENS:]) if token != GAP]
    counts: Counter[str] = Counter()
    kept = []
    for token in placed[:MOST_TOKENS]:
        counts[token] += 1
        kept.append(token if counts[token] <= MOST_PLACES else GAP)
    return kept, late


def _within(named: list[str], placed: list[str], more: Iterable[str]) -> Tokens:
    """Return the tokens, in this order as far as there is room for them; one that has a place and no room leaves a gap."""
    left, kept, loose = MOST_BYTES, {GAP}, set(named)
    for tokens, has_place in ((chain(named, placed), True), (more, False)):
        for token in tokens:
            if token not in kept:
                left -= len(token.encode())
                if left < 0:
                    break
                kept.add(token)
                if not has_place:
                    loose.add(token)
    return Tokens([token if token in kept else GAP for token in placed], sorted(loose))
