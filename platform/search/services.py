"""Asking every source for what the person may see. Sources stand in the table SEARCH_SOURCES.

A source takes folded words (`core.folding`), the reader, and how many hits are shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


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
