"""Turning a stretch of a room into a thread. It never widens who reads: whose words might reach others is asked first."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.audit import record
from core.errors import DomainError
from discussions.chat import attachments
from discussions.chat.access import NO_ROOM, GroupPlace, room_for
from discussions.chat.models import Audience, Message, Room
from discussions.chat.services.locking import place_under_lock
from discussions.chat.services.sending import send_message
from discussions.models import Thread
from discussions.services.copying import Word, known_copy, thread_of
from discussions.services.locking import locked_group, speaking
from discussions.services.writing import digest
from groups.documents.models import Reach
from groups.models import History
from groups.standing import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User

MOST = 100


class BadStretch(DomainError):
    """What was chosen cannot be copied."""

    code = "bad_stretch"


def only_own(place: GroupPlace) -> str:
    """Say why only the person's own messages may be copied from this room, in words for them; empty where all may.

    A thread is read by everybody who reads the group. Where that is more people than the room has, or might be, somebody's
    words would reach people they did not speak to.
    """
    group, room = place.group, place.room
    if group.is_read_outside:
        return _("Others than the group's people read its threads: only messages of your own can be copied there.")
    if room.audience != Audience.EVERYBODY:
        return _("Not everybody in the group is in this room: only messages of your own can be copied into a thread.")
    if group.history != History.ALL:
        return _(
            "Here everybody reads from the day they joined: only messages of your own can be copied into a thread."
        )
    return ""


def stretch_of(place: GroupPlace, first: int, last: int) -> list[Message]:
    """Return the messages from one number to another that the person may copy, in order; deleted ones are left out."""
    if last < first:
        first, last = last, first
    found = Message.objects.filter(
        room=place.room, seq__gte=place.floor, number__gte=first, number__lte=last, deleted_at=None
    )
    if only_own(place):
        found = found.filter(author=place.user)
    return list(found.order_by("number")[: MOST + 1])


@transaction.atomic
def turn_into_thread(
    room_id: int,
    *,
    by: "User",
    first: int,
    last: int,
    title: str,
    key: uuid.UUID,
    organisation: int | str | None = None,
) -> Thread:
    """Copy the messages from one number to another into a new thread of the room's group, and say so in the room.

    Their authors, organisations, functions and times stay; documents become links. The same key gives the same thread.
    Raises Http404 for a room that is none to the person or has no group, NotAllowed, BadStretch, and Conflict.
    """
    room = Room.objects.filter(pk=room_id).first()
    if room is None or room.group_id is None:
        raise Http404(NO_ROOM)
    # The group first, then its record, then the room: the order of all acts that change rights.
    group, standing = locked_group(room.group_id, by)
    before = room_for(by, room_id)
    capacity = speaking(standing, before.speak(organisation))
    of = digest(room_id, min(first, last), max(first, last))
    if known := known_copy(capacity, key, of):
        return known
    record(capacity, "room.copied_to_thread", room, first=first, last=last)
    place = place_under_lock(room_id, by)
    assert isinstance(place, GroupPlace)
    if not place.may_write:
        raise NotAllowed(place.refusal)
    messages = stretch_of(place, first, last)
    if not messages:
        raise BadStretch(_("There is nothing to copy between these two messages."))
    if len(messages) > MOST:
        raise BadStretch(_("At most %(count)d messages go into one thread.") % {"count": MOST})
    thread = thread_of(group, standing, _words(place, messages, key), by=capacity, title=title, key=key, of=of)
    send_message(
        room_id,
        by=by,
        key=uuid.uuid5(key, "said"),
        body=_told(thread, len(messages)),
        organisation=capacity.organisation_id,
    )
    return thread


def _words(place: GroupPlace, messages: Sequence[Message], key: uuid.UUID) -> list[Word]:
    files = attachments.for_reader(messages, place.standing)
    places = {message.pk: index for index, message in enumerate(messages)}
    # A name is told only where all who read the thread may see the document.
    whole = place.group.history == History.ALL
    return [
        Word(
            message.author_id,
            message.organisation_id,
            message.function,
            _with_links(message.body, files.get(message.pk, ()), names=whole and _for_readers(message)),
            message.created_at,
            uuid.uuid5(key, str(message.pk)),
            places.get(message.reply_to_id) if message.reply_to_id else None,
        )
        for message in messages
    ]


def _for_readers(message: Message) -> bool:
    """Say whether whoever reads the library may see all documents of the message."""
    return all(one.document.reach == Reach.READERS for one in message.attachments.all())


def _with_links(body: str, files: Sequence[dict[str, object]], *, names: bool) -> str:
    """Return the body with its documents as links below it."""
    links = [
        f"[{_plain(str(file['name'])) if names else _('Document')}]({file['url']})" for file in files if file["name"]
    ]
    return "\n\n".join(part for part in (body, "  \n".join(links)) if part) or _(
        "A document that is not there any more"
    )


def _plain(text: str) -> str:
    """Return a text that is nothing but itself in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~@" else sign for sign in text)


def _told(thread: Thread, count: int) -> str:
    words = ngettext(
        "I copied %(count)d message from here into a thread: %(link)s",
        "I copied %(count)d messages from here into a thread: %(link)s",
        count,
    )
    return words % {"count": count, "link": f"[{_plain(thread.title)}]({thread.get_absolute_url()})"}
