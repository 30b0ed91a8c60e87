"""How a room's log reads: the same words by socket and by HTTP, each event as it is now, in a constant number of queries."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q, prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown
from core.prepared import prepared
from discussions import mentions
from discussions.chat import attachments
from discussions.chat.access import shown_in
from discussions.chat.attachments import Files
from discussions.chat.models import ConversationSeat, Event, Message, Room
from discussions.chat.naming import Told, told_by
from discussions.pointing import Titles, titles_in, with_titles
from groups.models import Participant
from partners.models import Organisation

NO_TITLES: Titles = {}
HIGHEST = 2**63 - 1
"""No room comes as far."""


def events_after(room: int, after: int, limit: int, *, upto: int | None = None) -> list[Event]:
    """Return the events after a `seq`, in order."""
    return _with_extras(_after(limit)(room, min(after, HIGHEST), HIGHEST if upto is None else upto))


@cache
def _after(limit: int) -> "prepared[Event]":
    """Return the query, made once for each number of events that are read at once: every message is read by it."""
    return prepared(
        lambda room, after, upto: _for_display(Event.objects.filter(room=room, seq__gt=after, seq__lte=upto)).order_by(
            "seq"
        )[:limit]
    )


def events_before(room: int, before: int, limit: int, *, floor: int = 1) -> list[Event]:
    """Return the last events before a `seq`, in order, none below the floor."""
    events = Event.objects.filter(room=room, seq__lt=before, seq__gte=floor)
    return _with_extras(reversed(_for_display(events).order_by("-seq")[:limit]))


def origin(event: Event) -> int:
    """Return the `seq` of the message an event is about, its own if it is about none."""
    return event.message.seq if event.message is not None else event.seq


def as_data(events: Collection[Event], *, floor: int = 1) -> list[dict[str, Any]]:
    """Return the events as they stand in frames; of what is about something below the floor, the number only.

    Names are looked up in one query for all mentions. Everybody gets the same words, so they are in the site's language, and
    name only whom everybody in the room may be told of (`naming`).
    """
    with translation.override(settings.LANGUAGE_CODE):
        names = mention_names(event.message for event in events if event.message is not None)
        files = attachments.for_everybody(event.message for event in events if event.message is not None)
        told = told_by(events)
        return [
            _event(event, names, files, told) if origin(event) >= floor else {"seq": event.seq, "kind": "hidden"}
            for event in events
        ]


def mention_names(messages: Iterable[Message]) -> dict[int, str]:
    """Return the names of those mentioned who take or took part in the group of the room, or are in the conversation, by id."""
    shown = list(messages)
    people = markdown.people_in(message.html for message in shown)
    if not people:
        return {}
    rooms = Room.objects.filter(pk__in={message.room_id for message in shown})
    seats = Participant.objects.filter(user__in=people, membership__group__in=rooms.values("group_id"))
    talking = ConversationSeat.objects.filter(user__in=people, room__in=rooms)
    known = Q(pk__in=seats.values("user_id")) | Q(pk__in=talking.values("user_id"))
    return {user.pk: user.display_name for user in User.objects.filter(known)}


def spelled(message: Message, names: dict[int, str]) -> str:
    """Return the message's source as its author typed it: names for the people mentioned."""
    return mentions.TOKEN.sub(
        lambda found: f"@{names[int(found[1])]}" if int(found[1]) in names else found[0], message.body
    )


def filled(message: Message, names: dict[int, str], titles: Titles = NO_TITLES) -> str:
    """Return the message's HTML with the names of the people mentioned, and titles for addresses where one person reads it."""
    return markdown.fill(with_titles(message.html, titles), names, _("somebody"))


def filled_for(reader: User, message: Message) -> str:
    """Return the HTML of one message as the reader sees it."""
    return filled(message, mention_names([message]), titles_in([message.html], reader))


def time_of(moment: datetime) -> str:
    """Return a moment as text, in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _for_display(events: Any) -> Any:
    return events.select_related("room", "message__author", "message__organisation", "person", "organisation")


def _with_extras(events: Iterable[Event]) -> list[Event]:
    """Return the events, with reactions read for those few messages that have some."""
    shown = list(events)
    having = [event.message for event in shown if event.message is not None and event.message.has_extras]
    if having:
        prefetch_related_objects(having, "reactions")
    return shown


def _event(event: Event, names: dict[int, str], files: Files, told: Told) -> dict[str, Any]:
    data: dict[str, Any] = {"seq": event.seq, "kind": event.kind}
    message = event.message
    if event.kind == Event.Kind.PURGED:
        data["floor"] = event.room.floor
    elif message is None and event.kind != Event.Kind.MEMBERSHIP:
        data["kind"] = "hidden"  # about a message that is kept no longer
    elif message is None:
        data["membership"] = {
            "change": event.change,
            "person": _person(event, event.person, told),
            "organisation": _organisation(event, event.organisation, told),
            "at": time_of(event.created_at),
        }
    elif event.kind in BRIEF:
        about = {"id": message.pk, "number": message.number, "version": message.version}
        data["message"] = about | BRIEF[Event.Kind(event.kind)](message)
    else:
        data["message"] = _message(event, message, names, files, told)
    return data


def _message(event: Event, message: Message, names: dict[int, str], files: Files, told: Told) -> dict[str, Any]:
    data = {
        "id": message.pk,
        "number": message.number,
        "version": message.version,
        "key": str(message.key),
        "author": _person(event, message.author, told),
        "organisation": _organisation(event, message.organisation, told),
        "function": message.function,
        "body": "" if message.is_deleted else spelled(message, names),
        "html": "" if message.is_deleted else filled(message, names),
        "reply_to": None if message.is_deleted else message.reply_to_id,
        "attachments": files.get(message.pk, []),
        "at": time_of(message.created_at),
    }
    if mentioned := sorted(markdown.people_in([message.html])):
        data["mentions"] = mentioned
    if message.edited_at is not None:
        data["edited_at"] = time_of(message.edited_at)
    if signs := reactions_of(message):
        data["reactions"] = signs
    if message.pinned_at is not None:
        data["pinned"] = True
    if message.is_deleted:
        data["deleted"] = True
    return data


def reactions_of(message: Message) -> list[dict[str, Any]]:
    """Return who answered the message with which sign, in the order the signs came."""
    people: dict[str, list[int]] = {}
    if message.has_extras and not message.is_deleted:
        for reaction in message.reactions.all():
            people.setdefault(reaction.emoji, []).append(reaction.user_id)
    return [{"emoji": emoji, "people": ids} for emoji, ids in people.items()]


# What the events say that tell one thing about a message, besides which one it is.
BRIEF: dict[Event.Kind, Callable[[Message], dict[str, Any]]] = {
    Event.Kind.DELETED: lambda message: {"deleted": True},
    Event.Kind.REACTED: lambda message: {"reactions": reactions_of(message)},
    Event.Kind.PINNED: lambda message: {"pinned": message.pinned_at is not None},
}


def _person(event: Event, person: User | None, told: Told) -> dict[str, Any] | None:
    """Return id and name: null for who is not told of here, empty for an erased person, a former member in any language."""
    return None if person is None else {"id": person.pk, "name": told.person(event, person)}


def _organisation(event: Event, organisation: Organisation | None, told: Told) -> dict[str, Any] | None:
    if organisation is None:
        return None
    return {"id": organisation.pk, "name": told.organisation(event, organisation)}


def allowed_people(room: int, users: Collection[int]) -> list[dict[str, Any]]:
    """Return id and name of those of these people who take part in the room and let others see that they are there."""
    seats = Participant.objects.taking_part().filter(
        Q(membership__group__rooms=room), user__in=list(users), user__shows_presence=True
    )
    talking = shown_in(room).filter(user__in=list(users))
    shown = Q(pk__in=seats.values("user_id")) | Q(pk__in=talking.values("user_id"))
    people = User.objects.filter(shown).order_by("name", "pk")
    return [{"id": person.pk, "name": person.display_name} for person in people]
