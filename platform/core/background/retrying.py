"""Which errors bring a task back, and when: declared once, on the task."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError

type Function = Callable[..., Any]

JITTER = 0.25
"""Each pause is lengthened by up to this part of itself, so that what failed together does not come back together."""

AWAY = (OperationalError, InterfaceError)
"""What a database says that restarts, is out of reach or has too much to do: never the fault of the task."""


class ComeBack(Exception):
    """Raise it in any task that should come again after a time that the task itself knows, a `Retry-After` say.

    It counts as a try, and the task is given up when it has none left. Its text is never shown or kept.
    """

    def __init__(self, after: timedelta) -> None:
        super().__init__()
        self.after = after


@dataclass(frozen=True)
class Retrying:
    """The errors that bring a task back, and the pause before each further try; after the last it has failed."""

    errors: tuple[type[Exception], ...]
    pauses: tuple[timedelta, ...]

    @property
    def tries(self) -> int:
        """How often the task is begun at most."""
        return len(self.pauses) + 1

    def pause_after(self, error: BaseException, *, tried: int) -> timedelta | None:
        """Return how long a task that was begun `tried` times waits after this error; None when it has failed for good."""
        if tried > len(self.pauses):
            return None
        if isinstance(error, ComeBack):
            return error.after
        if not isinstance(error, self.errors):
            return None
        return self.pauses[tried - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - nothing secret


def growing(
    first: timedelta, *, tries: int, factor: float = 4, most: timedelta = timedelta(hours=6)
) -> tuple[timedelta, ...]:
    """Return the pauses between `tries` tries: the first, then each `factor` times the one before, `most` at the longest."""
    return tuple(min(first * factor**number, most) for number in range(tries - 1))


DEFAULT = Retrying(AWAY, growing(timedelta(seconds=2), tries=8, factor=3, most=timedelta(minutes=10)))
"""Of a task that declares nothing: it comes back when the database failed it, over about half an hour."""

_declared: dict[Function, Retrying] = {}


def retried[F: Function](*errors: type[Exception], pauses: tuple[timedelta, ...]) -> Callable[[F], F]:
    """Have a task begin again after such errors, and after those of a database that is away; stands below `@task()`."""

    def declare(function: F) -> F:
        _declared[function] = Retrying((*errors, *AWAY), pauses)
        return function

    return declare


def retrying_of(function: Function) -> Retrying:
    """Return what was declared for a task's function."""
    return _declared.get(function, DEFAULT)
