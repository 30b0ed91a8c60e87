"""Threads on the live protocol: what the hub asks about them, and the frame by which an open page waits for posts."""

from collections.abc import Collection

from accounts.models import User
from core.realtime.frames import COUNT, IDENTIFIER, Data, Frame
from core.realtime.hub import Hub
from core.realtime.sockets import Socket
from discussions.audience import reaches
from discussions.models import Thread
from groups.models import Group
from groups.standing import Standing
from partners.models import Affiliation


class Threads:
    """Answers the hub."""

    def ends(self, threads: Collection[int]) -> dict[int, int]:
        """Return the number of the last post of each thread."""
        return dict(Thread.objects.filter(pk__in=list(threads)).values_list("pk", "last_number"))

    def end_for(self, thread: int, users: Collection[int]) -> dict[int, int]:
        """Return it for those who may read the thread now: the question of `access.thread_for_reader`, for many at once.

        Three queries for any number of people who take part, and one more for all the others.
        """
        found = Thread.objects.filter(pk=thread, group__in=Group.objects.live()).select_related("group", "document")
        row = found.first()
        if row is None:
            return {}
        people = User.objects.filter(pk__in=list(users), is_active=True)
        standings = Standing.of_many((person, row.group) for person in people)
        outside = {user: standing for (user, _), standing in standings.items() if not standing.is_participant}
        if outside:
            partners = set(Affiliation.objects.speaking().filter(user__in=outside).values_list("user_id", flat=True))
            for user, standing in outside.items():
                standing.is_partner = user in partners
        return {user: row.last_number for (user, _), standing in standings.items() if _reads(row, standing)}


def _reads(thread: Thread, standing: Standing) -> bool:
    start = standing.history_from
    return standing.may_read and reaches(thread, standing) and (start is None or thread.last_post_at >= start)


async def _watch(hub: Hub, socket: Socket, data: Data) -> None:
    """Hear of posts after a number, in the one thread whose page is open."""
    await hub.watching.watch(socket, data["thread"], data["after"])


WATCH = Frame(_watch, {"thread": IDENTIFIER, "after": COUNT})
