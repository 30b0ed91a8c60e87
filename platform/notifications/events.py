"""What happens to letters, told to the rooms above."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.events import Event

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class LettersStopped(Event):
    """By a link in a letter the person stopped those of a thread, of a group or all of them, or chose a digest instead.

    `about` is one of `stopping.About`; `object_id` is the thread's or the group's.
    """

    user: "User"
    about: str
    object_id: int
    level: str
