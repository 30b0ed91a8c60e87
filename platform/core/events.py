"""Domain events: how a lower room lets a higher one act without knowing it.

A room defines its events beside its models (`groups/events.py`), as frozen dataclasses that inherit `Event`. Who reacts
stands in `config/reactions.py` and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Event:
    """Something happened, in the past tense; it carries the rows it happened to."""


@cache
def _reactions() -> dict[type[Event], tuple[Callable[[Any], None], ...]]:
    table: dict[type[Event], tuple[Callable[[Any], None], ...]] = import_string(settings.REACTIONS)
    return table


def publish(event: Event) -> None:
    """Run every handler of the event now, inside the caller's transaction; a handler that raises undoes the act."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{type(event).__name__} was published outside a transaction.")
    for handler in _reactions().get(type(event), ()):
        handler(event)
