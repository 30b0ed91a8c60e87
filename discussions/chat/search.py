"""Finding what was said: in one room, and for the one search box in every room one is in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.folding import every_word
from discussions import mentions
from discussions.chat.access import Place, floors_of
from discussions.chat.models import Message, Room
from discussions.search import around
from groups.bylines import Byline, bylines_for
from search.services import Found, Hit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A message that was found in a room: who said it, and the words around the match."""

    message: Message
    voice: Byline
    excerpt: str


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of what was found in a room, the newest first; `earlier` is the number to go on before, 0 at the end."""

    lines: list[Line]
    earlier: int = 0


def find_in(place: Place, words: list[str], *, before: int = 0) -> Lines:
    """Return the messages the person may see there that have every one of the folded words: a constant number of queries."""
    if not words:
        return Lines([])
    messages = _standing(words).filter(room=place.room, seq__gte=place.floor, seq__lte=place.room.last_seq)
    if before:
        messages = messages.filter(number__lt=before)
    found = list(messages.order_by("-number")[: PAGE + 1])
    shown = found[:PAGE]
    for message in shown:
        message.room = place.room
    texts = _texts(shown, place.user, words)
    lines = [Line(*line) for line in zip(shown, place.bylines(shown), texts, strict=True)]
    return Lines(lines, shown[-1].number if len(found) > PAGE else 0)


def messages(query: list[str], user: "User | AnonymousUser", limit: int) -> Found:
    """Return messages of every room the person is in, the newest first; nothing below their floors, no tombstones."""
    if not user.is_authenticated:
        return Found([])
    rooms = list(Room.objects.visible_to(user).select_related("group"))
    found = list(_standing(query).filter(_above_floors(rooms, user)).order_by("-created_at", "-pk")[: limit + 1])
    by_id = {room.pk: room for room in rooms}
    for message in found:
        message.room = by_id[message.room_id]
    shown = found[:limit]
    rows = zip(shown, bylines_for(shown, user), _texts(shown, user, query), strict=True)
    hits = [
        Hit(voice.label, message.get_absolute_url(), text, _place_of(message.room), message.created_at)
        for message, voice, text in rows
    ]
    return Found(hits, more=len(found) > limit)


def _standing(words: Iterable[str]) -> QuerySet[Message]:
    return Message.objects.filter(every_word(words), deleted_at=None)


def _above_floors(rooms: Sequence[Room], user: "User") -> Q:
    """Return the condition that a message is in one of the rooms, and not below where the person's reading begins."""
    floors = floors_of(rooms, user)
    condition = Q(room__in=[pk for pk, floor in floors.items() if floor <= 1])
    for pk, floor in floors.items():
        if floor > 1:
            condition |= Q(room=pk, seq__gte=floor)
    return condition


def _texts(found: Sequence[Message], user: "User", words: list[str]) -> list[str]:
    """Return the part of each message in which the first word stands, with the names that the reader may know."""
    ids = {person for message in found for person in mentions.ids_in(message.body)}
    names = mentions.names_for(ids, user)
    return [around(mentions.replaced(message.body, names, _("somebody")), words) for message in found]


def _place_of(room: Room) -> str:
    """Say where the room is."""
    if room.group is None:
        return _("Direct conversation")
    return f"{room.group.name} – {room.title}"
