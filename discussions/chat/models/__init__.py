"""Rooms, what is said in them, and the numbered log by which every copy of a room becomes the same."""

from discussions.chat.models.conversation import Block, ConversationSeat
from discussions.chat.models.event import Event, RoomReading, SpentKey
from discussions.chat.models.message import Attachment, Message, MessageVersion, Reaction
from discussions.chat.models.report import Report
from discussions.chat.models.room import NAME_LENGTH, ROLES_IN, Audience, Keep, Room, Writers
from discussions.models.emoji import Emoji

__all__ = [
    "NAME_LENGTH",
    "ROLES_IN",
    "Attachment",
    "Audience",
    "Block",
    "ConversationSeat",
    "Emoji",
    "Event",
    "Keep",
    "Message",
    "MessageVersion",
    "Reaction",
    "Report",
    "Room",
    "RoomReading",
    "SpentKey",
    "Writers",
]
