"""Asking every source for what the person may see. Sources stand in the table SEARCH_SOURCES."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MAX_WORDS = 8


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is, where it is, and the words around the match."""

    title: str
    url: str
    excerpt: str = ""
    where: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """What one source found: its hits, at most as many as were asked for, and whether there are more."""

    hits: Sequence[Hit]
    more: bool = False


Source = Callable[[list[str], "User | AnonymousUser", int], Found]


@cache
def sources() -> dict[str, Source]:
    """Return the sources by name, in the order they are shown."""
    table: dict[str, Source] = import_string(settings.SEARCH_SOURCES)
    return table


def words(query: str) -> list[str]:
    """Return the words of a query, at most eight, normalised to composed form."""
    return unicodedata.normalize("NFC", query).split()[:MAX_WORDS]


def all_words(found_in: Sequence[str], query: list[str]) -> Q:
    """Return the condition that every word stands in one of the fields, whatever the case."""
    condition = Q()
    for word in query:
        any_field = Q()
        for name in found_in:
            any_field |= Q(**{f"{name}__icontains": word})
        condition &= any_field
    return condition
