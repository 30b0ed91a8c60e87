"""What the hub asks of whoever owns the rooms: `settings.ROOMS` names the one who answers. All of it reads the database."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Head:
    """How far a room is."""

    seq: int
    acl_version: int


@dataclass(frozen=True, slots=True)
class Right:
    """Somebody may be in a room: from which `seq` on, and whether others may see that they are there."""

    floor: int
    shows: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a room, encoded once for everybody: `text` is its JSON.

    `at` is when it happened by the writer's clock, in seconds since 1970.
    Who may not see below a floor above `origin` (the `seq` of the message it is about) gets the number only.
    """

    seq: int
    acl_version: int
    origin: int
    text: str
    at: float = 0.0

    @property
    def hidden(self) -> str:
        """The event for somebody who may not see more of it than its number."""
        return f'{{"seq":{self.seq},"kind":"hidden"}}'


class Rooms(Protocol):
    """The owner of the rooms."""

    def heads(self, rooms: Collection[int]) -> dict[int, Head]:
        """Return how far each room is; one that does not exist is left out."""

    def rights(self, room: int, users: Collection[int]) -> dict[int, Right]:
        """Return who of these people may be in the room at this moment."""

    def entries(self, room: int, after: int, limit: int) -> list[Entry]:
        """Return the events after a `seq`, dense and in order, each as it reads now."""

    def people(self, room: int, users: Collection[int]) -> list[dict[str, Any]]:
        """Return `id` and `name` of those of these people who take part and let others see it."""


def owner() -> Rooms:
    """Return the owner of the rooms that the settings name."""
    return cast("Rooms", import_string(settings.ROOMS)())
