"""The doors to rooms and messages: pages, sockets and the HTTP way all come through here."""

from discussions.chat.access.conversations import BEFORE_ACCEPTED, ConversationPlace, seated, shown_in
from discussions.chat.access.doors import (
    NO_ROOM,
    conversation_for,
    floors_of,
    message_in,
    place_in,
    places_of,
    reading_places,
    room_at,
    room_for,
    room_of_group,
)
from discussions.chat.access.places import GroupPlace, Place

__all__ = [
    "BEFORE_ACCEPTED",
    "NO_ROOM",
    "ConversationPlace",
    "GroupPlace",
    "Place",
    "conversation_for",
    "floors_of",
    "message_in",
    "place_in",
    "places_of",
    "reading_places",
    "room_at",
    "room_for",
    "room_of_group",
    "seated",
    "shown_in",
]
