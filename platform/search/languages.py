"""In which language a text is written, as far as that decides how its words are cut down to their stems.

Guessed from the script, and in Latin letters from the small words that every sentence has. Where a text is too short to tell, it
is taken for each of the site's first languages. A wrong guess costs nothing but forms: a word as it was typed is always found.
"""

import re
import threading
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from core.folding import fold

# The words of each that are frequent in it and mean nothing in the others, or something else that is rare there.
SMALL_WORDS = {
    "english": "the of and to in is that for it with as was on are by this be from at or an have not which their has were",
    "french": "le la les des du et est une dans pour que qui sur au aux avec par pas ce cette sont nous vous ont été ses plus",
    "spanish": "el los las del y en que por para con una se su es al lo como más pero sus fue este esta son entre sin han",
    "portuguese": "o os as do da dos das em um uma não para com por que se na no mais ao são foi sua seu pela pelo também",
    "german": "der die das und ist nicht mit von zu den dem ein eine für auf im des sich wird auch bei sind als oder werden",
    "italian": "il di che per un una del della con non sono gli le si dei nel alla anche più come delle questo nella sul",
    "dutch": "de het een van en in is dat op te voor met zijn niet aan er door ook bij uit naar wordt worden deze als",
    "swedish": "och att det som en på är av för med den till inte om ett har de från vi var kan ska eller men sig",
    "turkish": "ve bir bu için ile da de çok olarak daha olan gibi kadar sonra her ne var veya ise hem değil tarafından",
    "indonesian": "yang dan di dengan untuk dari ini itu pada tidak dalam akan adalah oleh ke atau juga sebagai bahwa para",
}
# Languages whose script tells them, or the likeliest that is written in it.
BY_SCRIPT = {
    "arabic": re.compile("[\u0600-\u06ff]"),
    "russian": re.compile("[\u0400-\u04ff]"),
    "greek": re.compile("[\u0370-\u03ff]"),
    "hindi": re.compile("[\u0900-\u097f]"),
    "tamil": re.compile("[\u0b80-\u0bff]"),
    "armenian": re.compile("[\u0530-\u058f]"),
}
OF_SCRIPT = re.compile("[\u0370-\u058f\u0600-\u06ff\u0900-\u097f\u0b80-\u0bff]")
FIRST = ("english", "french", "spanish")
LATIN = tuple(SMALL_WORDS)
LOOKED_AT = 300
"""So many words of a text are enough to tell."""


@cache
def _languages_of_small_words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language, words in SMALL_WORDS.items():
        for word in words.split():
            found.setdefault(word, []).append(language)
    return found


def languages_of(words: Collection[str]) -> tuple[str, ...]:
    """Return the languages a text in Latin letters may be in, from its words in lower case with their accents."""
    counts = dict.fromkeys(LATIN, 0)
    small = _languages_of_small_words()
    for word, _place in zip(words, range(LOOKED_AT), strict=False):
        for language in small.get(word, ()):
            counts[language] += 1
    most = max(counts.values())
    if most < 2:
        return FIRST
    return tuple(language for language, count in counts.items() if count == most)


class _Stemmers(threading.local):
    """A stemmer holds the word it works on, so each thread has its own."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def stem(self, word: str, language: str) -> str:
        if language not in self.made:
            self.made[language] = snowballstemmer.stemmer(language)
        return str(self.made[language].stemWord(word))


_stemmers = _Stemmers()


@lru_cache(50_000)
def _stem(word: str, language: str) -> str:
    return fold(_stemmers.stem(word, language))


@lru_cache(50_000)
def stems_of(word: str, languages: Iterable[str] = LATIN) -> frozenset[str]:
    """Return the folded stems of a word in lower case, in its script's language or, in Latin letters, in each of these.

    Also those of the word without its accents, since people leave them out.
    """
    if OF_SCRIPT.search(word):
        languages = [language for language, script in BY_SCRIPT.items() if script.search(word)]
    forms = {word, fold(word)}
    return frozenset(stem for form in forms for language in languages if (stem := _stem(form, language)))
