"""What happens to threads, told to what stands in them and to the rooms above."""

from dataclasses import dataclass

from core.events import Event
from discussions.models import Thread


@dataclass(frozen=True)
class ThreadStarted(Event):
    """The thread stands with its first post."""

    thread: Thread


@dataclass(frozen=True)
class EndMoved(Event):
    """The consultation is open until another moment than before."""

    thread: Thread


@dataclass(frozen=True)
class ThreadConcluded(Event):
    """The thread was closed with a conclusion: nobody adds to it, nor to what stands in it."""

    thread: Thread


@dataclass(frozen=True)
class ThreadReopened(Event):
    """The thread was opened again."""

    thread: Thread
