"""Threads whose pages are open in a process: it hears once how far each is and tells those of its sockets whose people may
read it how far it is. Nothing else goes over the socket; the page asks for the posts when its reader does.

Like rooms, what no bell told of is found by the poll.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.http import Http404
from django.utils.module_loading import import_string

from core.realtime import bell
from core.realtime.threads import in_thread

if TYPE_CHECKING:
    from core.realtime.hub import Hub
    from core.realtime.sockets import Socket


class Watched(Protocol):
    """The owner of the threads: `settings.WATCHED` names the one who answers. All of it reads the database."""

    def ends(self, threads: Collection[int]) -> dict[int, int]:
        """Return the number of the last post of each thread; one that does not exist is left out."""

    def end_for(self, thread: int, users: Collection[int]) -> dict[int, int]:
        """Return the same number for each of these people who may read the thread at this moment."""


def thread_grew(thread: int, number: int) -> None:
    """Have the open pages of a thread hear that it has a post with this number now."""
    message = {"type": "thread.grew", "thread": thread, "number": number}
    bell.send_on_commit(bell.shared(thread), message, newest_of=thread)


class Watch:
    """One thread in this process: who watches it, how far each was told it is, and how far any bell or poll said."""

    __slots__ = ("told", "wanted", "working")

    def __init__(self) -> None:
        self.told: dict[Socket, int] = {}
        self.wanted = 0
        self.working = False


class Watching:
    """The threads that the sockets of one process watch, one each."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self.owner = cast("Watched", import_string(settings.WATCHED)())
        self.watches: dict[int, Watch] = {}

    async def watch(self, socket: "Socket", thread: int, after: int) -> None:
        """Tell a socket from now on, and at once if it is so already, that the thread has posts after this number.

        What it watched before it watches no more. The bells are heard before anything is read, so that nothing falls between.
        """
        self.forget(socket)
        watch = self.watches.setdefault(thread, Watch())
        watch.told[socket] = after
        socket.watches = thread
        await self.hub.ear.begun()
        ends = await in_thread(self.owner.end_for, thread, [socket.user_id])
        if socket.user_id not in ends:
            if socket.watches == thread:
                self.forget(socket)
            raise Http404
        self._tell(thread, watch, ends)

    def forget(self, socket: "Socket") -> None:
        """Tell a socket nothing more."""
        thread, socket.watches = socket.watches, None
        if thread is None or (watch := self.watches.get(thread)) is None:
            return
        watch.told.pop(socket, None)
        if not watch.told:
            del self.watches[thread]

    def rang(self, thread: int, number: int) -> None:
        """A bell or the poll said that the thread is so far: ask who may know, a thread at a time."""
        watch = self.watches.get(thread)
        if watch is None or number <= watch.wanted:
            return
        watch.wanted = number
        if not watch.working:
            watch.working = True
            self.hub.spawn(self._ask(thread, watch))

    async def _ask(self, thread: int, watch: Watch) -> None:
        done = 0
        try:
            while done < watch.wanted:
                done = watch.wanted
                if behind := {socket.user_id for socket, told in watch.told.items() if told < done}:
                    self._tell(thread, watch, await in_thread(self.owner.end_for, thread, behind))
        except BaseException:
            watch.wanted = 0  # the poll takes it up again
            raise
        finally:
            watch.working = False

    def _tell(self, thread: int, watch: Watch, ends: dict[int, int]) -> None:
        for socket, told in watch.told.items():
            if (end := ends.get(socket.user_id, 0)) > told:
                watch.told[socket] = end
                socket.say({"type": "posts", "thread": thread, "last": end})

    async def look_around(self) -> None:
        """Compare every thread that is watched with the database: one query, none where none is."""
        if self.watches:
            for thread, end in (await in_thread(self.owner.ends, list(self.watches))).items():
                self.rang(thread, end)
