"""Who is in a room and who writes there: best effort, never stored, shown only of those who let it be seen."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from core.realtime import bell, frames
from core.realtime.rooms import Right
from core.realtime.threads import in_thread

if TYPE_CHECKING:
    from core.realtime.hub import Hub
    from core.realtime.topic import Follow, Topic

RENEWED = 2.5
"""Seconds after which a process says again who of its people is in a room: three times before others forget them."""

NAME_LIFE = 60.0
"""Seconds for which a name that was asked is shown without asking again."""


class Presence:
    """What one process says to others of its people in each room, and what it shows its sockets of everybody's."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub

    # Typing

    def typing(self, follow: "Follow") -> None:
        """Tell the others in the room that somebody writes, if they let it be seen."""
        if follow.right.shows:
            message = {"type": "room.typing", "room": follow.topic.room, "person": follow.socket.user_id}
            bell.ring(bell.shared(follow.topic.room), message, newest_of=(follow.topic.room, follow.socket.user_id))

    async def show_typing(self, topic: "Topic", person: int) -> None:
        """Show the sockets of a room that somebody writes."""
        known = await self._names(topic, [person])
        if not known:
            return
        frame = frames.encode({"type": "typing", "room": topic.room, "person": known[0]})
        for follow in topic.follows:
            if follow.socket.user_id != person:
                follow.socket.outbox.offer(frame)

    # Presence

    def changed(self, topic: "Topic", to: "Follow | None" = None) -> None:
        """Note who of this process is in the room now; tell the others, and the newcomer, only if there is something to tell."""
        here = topic.present_here()
        if here != topic.here:
            topic.here = here
            topic.note_present(self.hub.name, here)
            self.hub.spawn(self._show(topic, to))
            self.hub.spawn(self.tell(topic))
        elif to is not None and topic.shown:
            self.hub.spawn(self._show(topic, to))

    def heard(self, topic: "Topic", process: str, people: frozenset[int]) -> None:
        """Note what another process says of its people in the room."""
        topic.note_present(process, people)
        self.hub.spawn(self._show(topic))

    def beat(self, topic: "Topic") -> None:
        """Say again who is here, so that silence means gone, and show no longer who was last said to be here too long ago."""
        now = self.hub.now()
        if now >= topic.renewal_due and (topic.here or topic.told):
            self.hub.spawn(self.tell(topic))
        elif topic.present() != topic.shown:
            self.hub.spawn(self._show(topic))

    async def tell(self, topic: "Topic") -> None:
        """Say to other processes who is in the room here; an engine that is known to be away is not asked."""
        here = topic.present_here()
        topic.note_present(self.hub.name, here)
        topic.renewal_due = self.hub.now() + RENEWED
        if (here or topic.told) and not self.hub.ear.is_deaf:
            topic.told = bool(here)
            message = {"type": "room.present", "room": topic.room, "process": self.hub.name, "people": sorted(here)}
            bell.ring(bell.shared(topic.room), message, newest_of=(topic.room, self.hub.name))
        if topic.present() != topic.shown:
            await self._show(topic)

    async def ask(self, user: int) -> None:
        """Somebody has chosen anew whether others see that they are in a room: ask wherever they are."""
        for follow in [
            follow for socket in self.hub.sockets if socket.user_id == user for follow in socket.follows.values()
        ]:
            topic = follow.topic
            right = (await in_thread(self.hub.look, topic.room, {user}))[1].get(user)
            if right is not None and not follow.over:
                follow.right = Right(follow.right.floor, right.shows)
                topic.names.pop(user, None)
                self.changed(topic)

    async def _show(self, topic: "Topic", to: "Follow | None" = None) -> None:
        people = topic.present()
        if people != topic.shown:
            to = None
        elif to is None or not people:
            return
        topic.shown = people
        shown = await self._names(topic, sorted(people))
        frame = frames.encode({"type": "presence", "room": topic.room, "people": shown})
        for follow in [to] if to is not None else topic.follows:
            if not follow.over:
                follow.socket.outbox.offer(frame)

    async def _names(self, topic: "Topic", people: Collection[int]) -> list[dict[str, Any]]:
        """Return `id` and `name` of those who may be shown; known ones for a minute without asking again."""
        now = self.hub.now()
        unknown = [person for person in people if topic.names.get(person, ({}, 0.0))[1] < now]
        if unknown:
            for known in await in_thread(self.hub.rooms.people, topic.room, unknown):
                topic.names[known["id"]] = (known, now + NAME_LIFE)
        return [topic.names[person][0] for person in people if topic.names.get(person, ({}, 0.0))[1] >= now]
