"""The words of an office file on the pages that it has in print.

The words are always the file's own, whether it is printed here or not: print leaves out what is hidden and shows what is struck
out. From print comes only where its pages begin.
"""

import unicodedata
from array import array

from groups.documents.reading.pages import Extent, Page, Pages

RUN = 24
"""Letters and digits in a row by which a place is known again, whatever stands between them: lines break elsewhere in print."""

SHORTEST = 8
"""As many at least, where a page has no more."""

TRIES, STEP = 50, 8
"""How many runs of a page are looked for, and how far apart they begin."""

FURTHEST = 20_000
"""Letters and digits that one page may hold; a run that stands further on in the file is another."""

MOST_PASSED = 20
"""Pages in a row without a known place, beyond which no place is looked for any further on."""


def parted(own: Pages, laid: Pages) -> Pages | None:
    """Return the file's own words by the pages of the print, None where most of its pages are not known again in the file.

    A page begins where a run of its letters stands in the file that print has once: what stands at the head of every page is no
    place. Words that print has not stay with those before them, and so does a page that is not known again.
    """
    text = "\n".join(page.text for page in own)
    letters, places = _letters(text)
    heads = [(page.number, _letters(page.text)[0]) for page in laid]
    printed = "\f".join(head for _number, head in heads)
    begins, last, passed, missed = [(1, 0)], 0, 1, 0
    for number, head in heads:
        if number == 1 or len(head) < SHORTEST:
            continue
        at = _place(head, printed, letters, last, last + FURTHEST * min(passed, MOST_PASSED))
        if at is None:
            passed, missed = passed + 1, missed + 1
        else:
            begins.append((number, _word(text, places[at], begins[-1][1])))
            last, passed = at, 1
    if missed >= len(begins):
        return None
    ends = [at for _number, at in begins[1:]] + [len(text)]
    parts = [(number, text[at:end].strip()) for (number, at), end in zip(begins, ends, strict=True)]
    return Pages([Page(*part) for part in parts if part[1]], Extent(laid.extent.pages, own.extent.is_cut))


def _letters(text: str) -> tuple[str, array[int]]:
    """Return the letters and digits of the text, written in one way, and where in it each of them stands."""
    found, places = list[str](), array("L")
    for place, sign in enumerate(text):
        if sign.isalnum():
            for letter in unicodedata.normalize("NFKC", sign).casefold():
                found.append(letter)
                places.append(place)
    return "".join(found), places


def _place(head: str, printed: str, letters: str, first: int, end: int) -> int | None:
    """Return where in the file's letters the page begins, None where it is not known again between these places."""
    size = min(RUN, len(head))
    for start in range(0, min(len(head) - size + 1, TRIES * STEP), STEP):
        run = head[start : start + size]
        at = letters.find(run, first, end)
        if at >= 0 and printed.find(run) == printed.rfind(run):
            while start and at > first and head[start - 1] == letters[at - 1]:
                start, at = start - 1, at - 1
            return at
    return None


def _word(text: str, at: int, first: int) -> int:
    """Return where the word begins in which the place is, no earlier than the first place."""
    while at > first and text[at - 1].isalnum():
        at -= 1
    return at
