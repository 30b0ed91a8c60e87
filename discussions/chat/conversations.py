"""A person's conversations as they read them: the list, whom they could write to, whom they block."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown
from core.listing import between
from discussions import mentions
from discussions.chat.access.conversations import listed
from discussions.chat.models import Block, ConversationSeat, Message, Room, RoomReading
from groups.acquaintance import people_known_to
from groups.company import in_company, seats_beside

if TYPE_CHECKING:
    from datetime import datetime

PER_PAGE = 30
CANDIDATES = 50
EXCERPT_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One conversation in the list."""

    room: Room
    title: str
    others: Sequence[User]
    excerpt: str
    at: "datetime"
    unread: int
    is_first_contact: bool


def shown_to(user: User) -> QuerySet[ConversationSeat]:
    """Return the person's seats in conversations that their list shows, the newest first.

    Left out are those in which nothing was said yet by whoever began them, and first contacts of people whom they block.
    """
    began = ConversationSeat.objects.filter(room=OuterRef("room")).exclude(accepted_at=None)
    blocked = Block.objects.filter(user=user).values("blocked_id")
    return (
        ConversationSeat.objects.filter(user=user)
        .alias(starter=Subquery(began.order_by("accepted_at", "pk").values("user_id")[:1]))
        .exclude(accepted_at=None, room__last_number=0)
        .exclude(accepted_at=None, starter__in=blocked)
        .select_related("room")
        .order_by(F("room__last_at").desc(nulls_first=True), "-room__pk")
    )


def page_of(user: User, number: str | None) -> tuple["Page[ConversationSeat]", list[Entry]]:
    """Return one page of the list; a fixed number of queries."""
    page = Paginator(shown_to(user), PER_PAGE).get_page(number)
    seats = list(page.object_list)
    rooms = [seat.room for seat in seats]
    people: dict[int, list[User]] = {}
    everybody = ConversationSeat.objects.filter(room__in=rooms).exclude(user=user).select_related("user")
    for seat in everybody.order_by("user__name", "pk"):
        people.setdefault(seat.room_id, []).append(seat.user)
    known = people_known_to(user, {other.pk for others in people.values() for other in others})
    readings = {reading.room_id: reading for reading in RoomReading.objects.filter(user=user, room__in=rooms)}
    last = {message.room_id: message for message in _last_in(rooms)}
    names = mentions.names_for({one for message in last.values() for one in mentions.ids_in(message.body)}, user)
    entries = [
        Entry(
            room=seat.room,
            title=listed(people[seat.room_id], known),
            others=people[seat.room_id],
            excerpt=_excerpt(last.get(seat.room_id), user, names),
            at=seat.room.last_at or seat.room.created_at,
            unread=(readings.get(seat.room_id) or RoomReading()).unread_in(seat.room),
            is_first_contact=seat.accepted_at is None,
        )
        for seat in seats
    ]
    return page, entries


def _last_in(rooms: Collection[Room]) -> QuerySet[Message]:
    return Message.objects.filter(room__in=rooms, number=F("room__last_number"))


def _excerpt(message: Message | None, reader: User, names: Mapping[int, str]) -> str:
    if message is None:
        return _("Nothing has been written yet.")
    if message.is_deleted:
        return _("This message was deleted.")
    words = markdown.excerpt(mentions.replaced(message.body, names, _("somebody")), EXCERPT_LENGTH)
    return _("You: %(words)s") % {"words": words} if message.author_id == reader.pk else words


# --- Whom one could write to ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with whom the person shares a group today, and for whom they act there."""

    person: User
    organisations: str


def candidates(user: User, query: str = "", *, among: Collection[int] | None = None) -> list[Candidate]:
    """Return people with whom the person shares a group today, by name: those found by a part of a name or an organisation.

    `among` keeps those with these ids. At most 50; two queries.
    """
    seats = seats_beside(user).select_related("user", "membership__organisation")
    if among is not None:
        seats = seats.filter(user__in=list(among))
    for word in query.split()[:5]:
        organisation = Q(membership__organisation__name__icontains=word)
        seats = seats.filter(
            Q(user__name__icontains=word) | organisation | Q(membership__organisation__acronym__icontains=word)
        )
    ids = seats.order_by("user__name", "user_id").values_list("user_id", flat=True).distinct()[:CANDIDATES]
    found: dict[int, User] = {}
    organisations: dict[int, set[str]] = {}
    for seat in seats.filter(user__in=list(ids)).order_by("user__name", "user_id"):
        found[seat.user_id] = seat.user
        organisations.setdefault(seat.user_id, set()).add(seat.membership.organisation.name)
    return [Candidate(person, between().join(sorted(organisations[pk]))) for pk, person in found.items()]


def may_write_to(user: User, person: User) -> bool:
    """Say whether the person could begin a conversation with somebody."""
    return user.pk != person.pk and person.pk in in_company(user, [person.pk])


def blocked_by(user: User) -> list[Block]:
    """Return whom the person blocks, the last first."""
    return list(Block.objects.filter(user=user).select_related("blocked").order_by("-created_at", "-pk"))
