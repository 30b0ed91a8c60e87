"""Finding what was said: in one room, and for the one search box in every room one is in. Both ask the same index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.prepared import prepared
from discussions.chat.access import Place
from discussions.chat.models import Message, Room, RoomReading
from discussions.search import readable
from groups.bylines import Byline, bylines_for
from groups.models import History
from groups.search import own_groups, own_places
from search.asking import Asked
from search.cards import Doors, Shown, Source, Who
from search.marking import Marker, around
from search.models import Kind
from search.services import found_in

if TYPE_CHECKING:
    from search.cards import Reader, Who

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


def find_in(place: Place, asked: Asked, *, before: int = 0) -> Lines:
    """Return the messages the person may see there that have all that is asked for: a constant number of queries."""
    if before:
        seen = Message.objects.filter(room=place.room, number__lt=before).order_by("-number").values_list("seq")
        above = seen.first()
        if above is None:
            return Lines([])
        before = above[0] + 1
    ids = found_in(
        Kind.MESSAGE, place.room.pk, asked, floor=place.floor, below=before or place.room.last_seq + 1, limit=PAGE + 1
    )
    shown = list(Message.objects.filter(pk__in=ids[:PAGE]).order_by("-number"))
    for message in shown:
        message.room = place.room
    texts = _texts(shown, place.user, asked)
    lines = [Line(*line) for line in zip(shown, place.bylines(shown), texts, strict=True)]
    return Lines(lines, shown[-1].number if len(ids) > PAGE else 0)


def _texts(found: Sequence[Message], reader: "Reader", asked: Asked) -> list[str]:
    """Return the part of each message in which the first word stands, with the names that the reader may know."""
    marker = Marker.of(asked)
    return [around(text, marker) for text in readable((message.body for message in found), reader)]


def message_doors(who: Who) -> Doors:
    """The rooms and conversations the reader is in, each from their floor on."""
    if who.pk is None:
        return Doors()
    within = _within.statement(who.pk)
    for_all, of_all = _cleared.statement()
    for_one, of_one = _joined.statement(who.pk)
    return Doors(
        within=within,
        floors=(f"{for_all} UNION ALL {for_one}", [*of_all, *of_one]),
        inside=within,
        beside=own_places(who.pk),
    )


# Inside every search, so they are compiled once: `Room.objects.visible_to`, and what `access.floors_of` asks.
_within = prepared(lambda user: Room.objects.known_to(user, own=own_groups).order_by().values_list("pk", flat=True))
_cleared = prepared(lambda: Room.objects.filter(floor__gt=1).order_by().values_list("pk", "floor"))
_joined = prepared(
    lambda user: (
        RoomReading.objects.filter(user=user, floor__gt=1, room__group__isnull=False)
        .exclude(room__group__history=History.ALL)
        .order_by()
        .values_list("room_id", "floor")
    )
)


def show_messages(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return messages as they are listed, under who said them."""
    messages = list(Message.objects.filter(pk__in=[pk for pk, _part in asked]).select_related("room__group"))
    texts = readable((message.body for message in messages), reader)
    voices = bylines_for(messages, reader)
    return {
        (message.pk, 0): Shown(
            title=voice.label, url=message.get_absolute_url(), text=text, where=_place_of(message.room)
        )
        for message, text, voice in zip(messages, texts, voices, strict=True)
    }


def _place_of(room: Room) -> str:
    """Say where the room is."""
    if room.group is None:
        return _("Direct conversation")
    return f"{room.group.name} – {room.title}"


MESSAGES = Source(
    label=Kind.MESSAGE.label,
    rows=Message.objects.select_related("room").all,
    cards=Message.cards,
    doors=message_doors,
    show=show_messages,
)
