"""What people are told: notices in the page, how much of it they want by which way, and the letters that carry it."""

from notifications.models.letter import Letter, LetterQuerySet, Unreachable
from notifications.models.level import Channel, Level, Preference, Rhythm
from notifications.models.muted import MutedPerson
from notifications.models.notice import Notice, NoticeQuerySet

__all__ = [
    "Channel",
    "Letter",
    "LetterQuerySet",
    "Level",
    "MutedPerson",
    "Notice",
    "NoticeQuerySet",
    "Preference",
    "Rhythm",
    "Unreachable",
]
