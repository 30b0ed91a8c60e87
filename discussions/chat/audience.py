"""Who can see what is said in a room, in words: the line that stands on every page of it."""

from django.utils.translation import gettext as _

from discussions.chat.models import Audience as InRoom
from discussions.chat.models import Room
from groups.audience import Audience, chatters_of, leads_of
from groups.models import Group


def readers_of(room: Room, group: Group) -> Audience:
    """Return who may read the room of a group."""
    if room.audience == InRoom.LEADS:
        return leads_of(group)
    if room.audience == InRoom.MEMBERS:
        return Audience(_("Members and leads of this group, not its observers"), chatters_of(group).level)
    return chatters_of(group)
