"""Whom the frames of a room name. They are made once for all its readers, so they name no more than each of them may read.

The rule is that of `groups.bylines`: who shares a group or an organisation with the reader today has a name for them; an
undisclosed organisation has one for who acts for it or shares a group with it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discussions.chat.models import ConversationSeat, Event, Message
from groups.models import Membership, Participant
from partners.models import Affiliation, Listing, Organisation

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Told:
    """Which people and organisations every reader of a room may read the names of."""

    people: Collection[int] = ()
    organisations: Collection[int] = ()
    # Messages by somebody who takes part as when they wrote them: nothing need be asked of these.
    fresh: Collection[int] = ()

    def person(self, event: Event, person: "User") -> str | None:
        """Return the name; None for who may not be told, empty for an erased person."""
        if person.erased_at:
            return ""
        return person.display_name if event.pk in self.fresh or person.pk in self.people else None

    def organisation(self, event: Event, organisation: Organisation) -> str | None:
        """Return the name; None for an organisation that may not be told."""
        named = event.pk in self.fresh or organisation.pk in self.organisations
        return organisation.name if named else None


def told_by(events: Collection[Event]) -> Told:
    """Return what these events of one room may tell; no query where all were just written by people who still take part.

    Whoever leaves a group raises the versions of its rooms: a message written under the version of today is by somebody who
    takes part today, for the organisation it names.
    """
    fresh = {event.pk for event in events if _is_fresh(event)}
    rows = [row for event in events if event.pk not in fresh for row in _named(event)]
    people = {pk for pk, _ in rows if pk is not None}
    organisations = [organisation for _, organisation in rows if organisation is not None]
    if not people and not organisations:
        return Told(fresh=fresh)
    room = next(iter(events)).room
    if room.group_id is None:
        return _told_in_conversation(room.pk, people, organisations)
    return Told(_taking_part(room.group_id, people), _named_in_group(room.group_id, organisations), fresh=fresh)


def _is_fresh(event: Event) -> bool:
    is_todays = event.acl_version == event.room.acl_version
    return event.kind == Event.Kind.MESSAGE and is_todays and event.room.group_id is not None


def _named(event: Event) -> Iterable[tuple[int | None, Organisation | None]]:
    """Return the person and the organisation the event would name."""
    row: Event | Message = event
    if event.kind in (Event.Kind.MESSAGE, Event.Kind.EDITED) and event.message is not None:
        row = event.message
        yield event.message.author_id, row.organisation
    elif event.kind == Event.Kind.MEMBERSHIP:
        yield event.person_id, row.organisation


def _taking_part(group: int, people: Collection[int]) -> set[int]:
    seats = Participant.objects.taking_part().filter(membership__group=group, user__in=people)
    return set(seats.values_list("user_id", flat=True))


def _named_in_group(group: int, organisations: Sequence[Organisation]) -> set[int]:
    """Everybody who takes part in a group acts for a partner, and reads the names of the group's own."""
    undisclosed = {one.pk for one in organisations if one.listing == Listing.UNDISCLOSED}
    named = {one.pk for one in organisations} - undisclosed
    if undisclosed:
        there = Membership.objects.active().filter(group=group, organisation__in=undisclosed)
        named |= set(there.values_list("organisation_id", flat=True))
    return named


def _told_in_conversation(room: int, people: Collection[int], organisations: Sequence[Organisation]) -> Told:
    """Ask for each of the few people of a conversation what they share with the others; five queries."""
    everybody = dict(ConversationSeat.objects.filter(room=room).values_list("user_id", "user__is_active"))
    readers = [pk for pk, is_active in everybody.items() if is_active]
    shared: dict[int, set[tuple[str, int]]] = {pk: set() for pk in everybody}
    seats = Participant.objects.taking_part().filter(user__in=everybody)
    for user, group in seats.values_list("user_id", "membership__group_id"):
        shared[user].add(("group", group))
    acting = Affiliation.objects.active().filter(user__in=everybody)
    for user, organisation in acting.values_list("user_id", "organisation_id"):
        shared[user].add(("organisation", organisation))
    speaking = set(Affiliation.objects.speaking().filter(user__in=readers).values_list("user_id", flat=True))
    undisclosed = {one.pk for one in organisations if one.listing != Listing.NAMED}
    places: dict[int, set[tuple[str, int]]] = {pk: {("organisation", pk)} for pk in undisclosed}
    there = Membership.objects.active().filter(organisation__in=undisclosed)
    for organisation, group in there.values_list("organisation_id", "group_id") if undisclosed else ():
        places[organisation].add(("group", group))

    def is_read(organisation: Organisation, reader: int) -> bool:
        if organisation.listing == Listing.NAMED or places[organisation.pk] & shared[reader]:
            return True
        return organisation.listing == Listing.PARTNERS and reader in speaking

    return Told(
        {one for one in people if all(one == reader or shared.get(one, set()) & shared[reader] for reader in readers)},
        {one.pk for one in organisations if all(is_read(one, reader) for reader in readers)},
    )
