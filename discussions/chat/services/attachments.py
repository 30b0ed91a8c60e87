"""Which documents a message may point to, judged under the room's lock."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.errors import DomainError
from discussions.chat.access import GroupPlace, Place
from discussions.chat.attachments import Boundaries
from discussions.chat.models import Attachment, Message
from groups.documents.library import documents_for
from groups.documents.models import Document
from groups.standing import NotAllowed

MOST = 10


class NoDocument(DomainError):
    """A document is not there, or is none to the person, which looks the same."""

    code = "not_found"


def attachable(place: Place, ids: Sequence[int]) -> list[Document]:
    """Return the documents in the order asked for; the author may read each, and so may everybody who reads the message.

    In a room without a group there is no library and nothing to attach.
    """
    if not ids:
        return []
    if not isinstance(place, GroupPlace) or len(ids) > MOST or len(set(ids)) < len(ids):
        raise NoDocument(_("A message carries at most %(count)d documents of its group's library.") % {"count": MOST})
    found = documents_for(place.standing).in_bulk(ids)
    if len(found) < len(ids):
        raise NoDocument(_("One of the documents is not in the library any more."))
    boundaries = Boundaries(place.room, place.group)
    for document in found.values():
        if boundaries.hide(document, place.room.last_seq + 1):
            raise NotAllowed(
                _(
                    "Not everybody in this room may see “%(title)s”: its folder hides it from some, "
                    "or some joined after it was added."
                )
                % {"title": document.title}
            )
    return [found[pk] for pk in ids]


def attach(message: Message, documents: Sequence[Document]) -> None:
    """Have a message that was just written point to the documents, in this order."""
    Attachment.objects.bulk_create(
        Attachment(message=message, document=document, place=place) for place, document in enumerate(documents)
    )
