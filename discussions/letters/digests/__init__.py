"""The digest: what is new and unread in a person's groups, by group and thread, without what a letter told them before.

Everything is asked once for the readers of a whole portion of letters, and what reads the same for many is made once: a
thread's part of a digest depends on its posts, on how they are signed, and on the language, on nothing of the reader.
"""

from collections.abc import Sequence
from functools import partial

from django.urls import reverse
from django.utils import timezone

from discussions.letters.digests.news import HORIZON, News, Readers
from discussions.letters.digests.words import Quotes, written
from notifications.models import Letter
from notifications.wording import Words

__all__ = ["of_digests", "place_of_digest"]


def place_of_digest(letter: Letter) -> str:
    """Return the page that says what is new."""
    return reverse("home")


def of_digests(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of digests, by the letter's id, for readers to whom something is new; queries do not grow with them."""
    readers = Readers.of(letters)
    news = News.of(readers.groups, since=timezone.now() - HORIZON)
    readers.ask_about(news)
    found = {letter.pk: readers.new_to(letter, news) for letter in letters}
    shown = [item for items in found.values() for group in items for item in group.shown]
    quotes = Quotes(news, shown)
    return {letter.pk: partial(written, letter, groups, quotes) for letter in letters if (groups := found[letter.pk])}
