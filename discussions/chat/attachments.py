"""Documents of the group's library that messages point to: how they read, for everybody alike and for one reader.

A document's own door rules its bytes. Its name is told only where everybody who may read the message may see the document;
one in the trash and one that hides from somebody look alike: a document that is not there any more.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Min, Q, prefetch_related_objects
from django.urls import reverse

from discussions.chat.models import ROLES_IN, Attachment, Audience, Message, Room, RoomReading
from groups.documents.library import Library, documents_for
from groups.documents.models import Link, Reach
from groups.documents.recent import recent_in
from groups.documents.services.linking import pointing_to
from groups.models import Group, History, Membership, Participant

if TYPE_CHECKING:
    from groups.documents.models import Document
    from groups.standing import Standing

IMAGES = frozenset({"png", "jpeg", "gif", "webp"})
"""The kinds of files that a page may show as a picture, on demand."""

Files = dict[int, list[dict[str, Any]]]


class Boundaries:
    """How much of the library those in a room see: from where on, where the group hides its past; whether observers are there."""

    def __init__(self, room: Room, group: Group) -> None:
        self.people: list[tuple[int, datetime]] = []
        roles = ROLES_IN[Audience(room.audience)]
        self.observed = Membership.Role.OBSERVER in roles
        if group.history == History.ALL or group.is_read_outside:
            return
        inside = Participant.objects.taking_part().filter(membership__group=group)
        here = inside.filter(membership__role__in=roles).values("user")
        began = dict(
            inside.filter(user__in=here)
            .order_by()
            .values("user")
            .annotate(Min("created_at"))
            .values_list("user", "created_at__min")
        )
        floors = dict(RoomReading.objects.filter(room=room, user__in=began).values_list("user", "floor"))
        self.people = [(floors.get(user, 1), moment) for user, moment in began.items()]

    def hide(self, document: "Document", seq: int) -> bool:
        """Say whether somebody who may read the message at `seq` may not see the document."""
        return (self.observed and document.reach > Reach.PARTICIPANTS) or any(
            floor <= seq and document.created_at < moment for floor, moment in self.people
        )


def with_files(messages: Iterable[Message]) -> list[Message]:
    """Return those of the messages that may have attachments, with these read: a constant number of queries."""
    having = [message for message in messages if message.has_extras and not message.is_deleted]
    if having:
        prefetch_related_objects(having, "attachments__document__latest", "attachments__document__group")
    return having


def for_everybody(messages: Iterable[Message]) -> Files:
    """Return the attachments of messages of one room as every reader is told them, by the message's id."""
    having = [message for message in with_files(messages) if message.attachments.all()]
    if not having:
        return {}
    room = Room.objects.select_related("group__parent").get(pk=having[0].room_id)
    if room.group is None:
        return {}
    boundaries = Boundaries(room, room.group)
    return {
        message.pk: [
            as_data(one, is_shown=is_present(one) and not boundaries.hide(one.document, message.seq))
            for one in message.attachments.all()
        ]
        for message in having
    }


def for_reader(messages: Iterable[Message], standing: "Standing") -> Files:
    """Return the attachments of messages of the group as this reader may see them, by the message's id."""
    having = with_files(messages)
    found = [one for message in having for one in message.attachments.all()]
    if not found:
        return {}
    readable = set(
        documents_for(standing).filter(pk__in={one.document_id for one in found}).values_list("pk", flat=True)
    )
    return {
        message.pk: [as_data(one, is_shown=one.document_id in readable) for one in files]
        for message in having
        if (files := message.attachments.all())
    }


def choices(standing: "Standing") -> dict[str, Any] | None:
    """Return what the person may attach and where new files go; nothing where they put no documents into the library."""
    if not standing.may_upload:
        return None
    recent = recent_in(standing)
    for document in recent:
        document.group = standing.group
    return {
        "start": reverse("documents:start", args=[standing.group.slug]),
        "places": Library(standing.group, standing).places(),
        "recent": [describe(document) for document in recent],
        "max_file": settings.MAX_FILE_SIZE,
    }


def chosen(standing: "Standing", ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return how those of the documents read that the person may see, in this order: what stands in an unsent form."""
    found = documents_for(standing).for_display().in_bulk(ids) if ids else {}
    for document in found.values():
        document.group = standing.group
    return [describe(found[pk]) for pk in dict.fromkeys(ids) if pk in found]


def is_present(attachment: Attachment) -> bool:
    """Whether the document is in the library, and not in its trash."""
    return attachment.document.deleted_at is None and attachment.document.latest is not None


def as_data(attachment: Attachment, *, is_shown: bool) -> dict[str, Any]:
    """Return an attachment as it stands in frames; of one that is not shown, nothing but that there is one."""
    document = attachment.document
    if not is_shown or document.latest is None:
        return {"id": document.pk, "name": "", "type": "", "size": 0, "url": "", "image": False}
    return describe(document)


def describe(document: "Document") -> dict[str, Any]:
    """Return how a document that is shown is told of: for a picture also where its bytes are."""
    newest = document.latest
    assert newest is not None
    slug = document.group.slug
    data = {
        "id": document.pk,
        "name": document.title,
        "type": newest.ending.upper(),
        "size": newest.size,
        "url": reverse("documents:page", args=[slug, document.pk]),
        "image": newest.kind in IMAGES and not document.is_red,
    }
    if data["image"]:
        data["bytes"] = reverse("documents:download", args=[slug, document.pk, newest.number])
    return data


def used_in(document: "Document", rooms: Collection[Room], floors: dict[int, int], limit: int = 20) -> list[Message]:
    """Return the newest messages in these rooms (which the reader may know of) that point to the document: 1 query."""
    attached = Attachment.objects.filter(document=document).values("message")
    points = Q(pk__in=attached) | Q(pk__in=pointing_to(document, Link.Source.MESSAGE))
    found = (
        Message.objects.filter(points, room__in=rooms, deleted_at=None)
        .select_related("author", "organisation")
        .order_by("-created_at", "-pk")[: limit * 2]
    )
    by_id = {room.pk: room for room in rooms}
    shown = [message for message in found if message.seq >= floors[message.room_id]][:limit]
    for message in shown:
        message.room = by_id[message.room_id]
    return shown
