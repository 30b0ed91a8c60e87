"""Who can see a folder or a document, in words, and what changes when it comes to lie elsewhere."""

from django.utils.translation import gettext as _

from groups.audience import Audience, readers_of
from groups.documents.models import Reach
from groups.models import Group, History


def audience_of(group: Group, reach: int) -> Audience:
    """Return who sees what reaches so far: for whoever reads the library, the same words as on every page of it."""
    if reach == Reach.READERS:
        return readers_of(group)
    level = "hidden" if group.is_hidden else "members"
    joined = group.history == History.FROM_JOINING and not group.is_read_outside
    if reach == Reach.PARTICIPANTS and joined:
        return Audience(_("People who take part in this group, observers too, from the day they joined"), level)
    if reach == Reach.PARTICIPANTS:
        return Audience(_("People who take part in this group, observers too"), level)
    if joined:
        return Audience(_("Members of this group without observers, from the day they joined"), level)
    return Audience(_("Members of this group, without observers"), level)
