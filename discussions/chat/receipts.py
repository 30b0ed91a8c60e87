"""Which organisations have read a message, where the leads want that shown: never which person."""

from dataclasses import dataclass

from django.http import Http404

from discussions.chat.access import GroupPlace, Place
from discussions.chat.models import Message, RoomReading
from groups.models import Participant
from groups.standing import NotAllowed


@dataclass(frozen=True, slots=True)
class Receipts:
    """The organisations in the room that have read a message and those that have not, by name."""

    read: list[str]
    waiting: list[str]

    @property
    def total(self) -> int:
        """How many there are, without the one that speaks."""
        return len(self.read) + len(self.waiting)


@dataclass(frozen=True, slots=True)
class _Seat:
    """An organisation as the rule of names takes it: nobody speaks for it here."""

    author_id: int
    organisation_id: int | None
    function: str = ""


def may_see_receipts(place: Place) -> bool:
    """Whether the room shows who has read, and the person writes there."""
    return isinstance(place, GroupPlace) and place.room.shows_readers and place.may_write


def receipts_of(place: Place, message: Message) -> Receipts:
    """Return which organisations have read the message: a constant number of queries.

    An organisation has read it when one of its people in the room today has read as far. The one it was written for is left
    out, and so are those whose people all came after it. Raises Http404 where the room does not show it and for a message
    that is deleted, NotAllowed for those who do not write there.
    """
    if not isinstance(place, GroupPlace) or not place.room.shows_readers or message.is_deleted:
        raise Http404("The room does not show who has read.")
    if not place.may_write:
        raise NotAllowed("Whoever writes in the room sees who has read.")
    seats = (
        Participant.objects.taking_part()
        .filter(membership__group=place.group, membership__role__in=place.room.roles)
        .exclude(membership__organisation=message.organisation_id)
        .values_list("user_id", "membership__organisation_id")
    )
    readings = {
        user: (floor, last)
        for user, floor, last in RoomReading.objects.filter(room=place.room).values_list(
            "user_id", "floor", "last_number"
        )
    }
    has_read: dict[int, bool] = {}
    for user, organisation in seats:
        floor, last = readings.get(user, (1, 0))
        if floor <= message.seq:
            has_read[organisation] = has_read.get(organisation, False) or last >= message.number
    asked = [_Seat(message.author_id, organisation) for organisation in has_read]
    names = [line.organisation for line in place.bylines(asked)]
    told = sorted(zip(names, has_read.values(), strict=True))
    return Receipts([name for name, read in told if read], [name for name, read in told if not read])
