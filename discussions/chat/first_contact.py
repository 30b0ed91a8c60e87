"""What somebody is told before they accept a conversation: who writes to them, for whom, and from where they know each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discussions.chat.access import ConversationPlace
from groups.bylines import Byline
from groups.company import groups_shared

if TYPE_CHECKING:
    from accounts.models import User
    from discussions.chat.models import Message
    from groups.models import Group


@dataclass(frozen=True, slots=True)
class FirstContact:
    """The notice above the messages of a conversation that is not accepted yet."""

    starter: "User"
    message: "Message | None"
    voice: Byline | None
    groups: Sequence["Group"]


def first_contact(place: ConversationPlace) -> FirstContact | None:
    """Return the notice, nothing to who has accepted; a fixed number of queries."""
    if not place.is_first_contact:
        return None
    message = place.first_message
    if message is not None and message.author_id != place.starter.pk:
        message = None
    voice = place.bylines([message])[0] if message is not None else None
    return FirstContact(place.starter, message, voice, groups_shared(place.user, place.starter))
