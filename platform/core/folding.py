"""Comparing words whatever their case, accents and marks: the one way for search, filters and sorting, on every database.

What is looked for is kept folded in a column beside the text (`Folded`), so that both databases answer alike: SQLite knows
the case of ASCII only, PostgreSQL that of its own locale.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

MAX_WORDS = 8
# What Unicode takes for letters of their own and people type the other way: forms of Arabic and Persian letters as a keyboard
# without them has them, ligatures, letters with a stroke, apostrophes. What only stretches an Arabic word counts for nothing.
FORMS = str.maketrans(
    {
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ک": "ك",
        "ة": "ه",
        "ە": "ه",
        "ٱ": "ا",
        "ـ": "",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "ʻ": "'",
    }
)
# Marks that one writer sets and another leaves out: accents of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels.
# Those of other scripts (vowels in Devanagari and Thai, the voice of kana) tell words apart and stay.
ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]"
)
HANGUL = re.compile("[\u1100-\u11ff]")


@lru_cache(8192)
def fold_sign(sign: str) -> str:
    """Return one sign for comparing: lower case, without accents; digits of every script as ours, what is not seen as nothing."""
    kept = ACCENTS.sub("", unicodedata.normalize("NFKD", sign))
    shown = (one for one in kept if one.isspace() or unicodedata.category(one) not in {"Cc", "Cf", "Cs"})
    plain = "".join(shown).casefold().translate(FORMS)
    if HANGUL.search(plain):  # letters of a syllable; all other signs stay apart from what stands on them
        plain = unicodedata.normalize("NFC", plain)
    return "".join(str(unicodedata.digit(one)) if one.isdigit() and not one.isascii() else one for one in plain)


def fold(text: str) -> str:
    """Return the text for comparing: lower case, without accents, marks and control characters, single spaces.

    Each sign is folded by itself, so that `spans` can lead back to where it stood.
    """
    return " ".join("".join(map(fold_sign, unicodedata.normalize("NFC", text))).split())


def words_of(query: str) -> list[str]:
    """Return the folded words of what somebody looks for, at most eight."""
    return fold(query).split()[:MAX_WORDS]


def every_word(words: Iterable[str], columns: Sequence[str] = ("folded",)) -> Q:
    """Return the condition that every folded word stands in one of the folded columns."""
    condition = Q()
    for word in words:
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__contains": word})
        condition &= anywhere
    return condition


def spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return where the folded words stand in the text, as slices in order; overlapping ones are one."""
    origins: list[int] = []
    parts: list[str] = []
    for at, sign in enumerate(text):
        parts.append(part := fold_sign(sign))
        origins += [at] * len(part)
    folded = "".join(parts)
    found = []
    for word in filter(None, words):
        at = folded.find(word)
        while at >= 0:
            found.append((origins[at], origins[at + len(word) - 1] + 1))
            at = folded.find(word, at + len(word))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


class Folded(models.Model):
    """A row that is found by its words: `folded` holds those of the fields named in FOLDED, written with them."""

    FOLDED: ClassVar[tuple[str, ...]]

    folded = models.TextField(editable=False, default="")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what is searched in step with the words."""
        fields = kwargs.get("update_fields")
        if fields is None or not set(self.FOLDED).isdisjoint(fields):
            self.refold()
            if fields is not None:
                kwargs["update_fields"] = {*fields, "folded"}
        super().save(*args, **kwargs)

    def refold(self) -> None:
        """Keep `folded` in step with the words; for rows that are written without `save`."""
        self.folded = fold(self.searched())

    def searched(self) -> str:
        """Return the words by which the row is found."""
        return " ".join(getattr(self, name) for name in self.FOLDED)
