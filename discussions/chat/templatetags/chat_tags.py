"""What pages below the chat show of it, asked for by their templates: the library knows nothing of rooms."""

from typing import TYPE_CHECKING, Any

from django import template

from discussions.chat.access import floors_of
from discussions.chat.attachments import used_in
from discussions.chat.models import Room
from groups.bylines import bylines

if TYPE_CHECKING:
    from groups.documents.models import Document
    from groups.standing import Standing

register = template.Library()


@register.inclusion_tag("chat/_uses.html")
def document_uses(document: "Document", standing: "Standing") -> dict[str, Any]:
    """List the messages that point to the document, those the reader may see: at most 3 queries, none for outsiders."""
    if not standing.may_read_chat or not standing.user.is_authenticated:
        return {"uses": []}
    rooms = list(Room.objects.visible_to(standing.user).filter(group=standing.group))
    for room in rooms:
        room.group = standing.group
    messages = used_in(document, rooms, floors_of(rooms, standing.user))
    voices = bylines(messages, standing)
    return {"uses": [{"message": message, "by": by} for message, by in zip(messages, voices, strict=True)]}
