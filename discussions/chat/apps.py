"""Live chat."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Rooms, messages, events and the frames of the live protocol."""

    name = "discussions.chat"
