"""What happens to threads, told to what stands in them and to the rooms above."""

from dataclasses import dataclass

from core.events import Event
from discussions.models import Post, Thread
from partners.capacity import Capacity


@dataclass(frozen=True)
class ThreadStarted(Event):
    """The thread stands with its first post."""

    thread: Thread


@dataclass(frozen=True)
class AcknowledgementWanted(Event):
    """Leads started an announcement that shall be acknowledged."""

    thread: Thread
    by: Capacity


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


@dataclass(frozen=True)
class PostWritten(Event):
    """A post stands in its thread; of a thread that has just begun, its first one."""

    post: Post


@dataclass(frozen=True)
class PostChanged(Event):
    """Its author gave a post another text."""

    post: Post


@dataclass(frozen=True)
class PostDeleted(Event):
    """The text of a post was taken away; its number stays."""

    post: Post


@dataclass(frozen=True)
class PostsMoved(Event):
    """Posts stand at the end of another thread of the group now, in this order; stubs are left under their old numbers.

    Everything about them is as it was but `thread`, `number` and `peak_at`.
    """

    source: Thread
    target: Thread
    posts: tuple[Post, ...]
