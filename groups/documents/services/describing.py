"""What is said of a document in its record, and how it is to be handled; and who took one that is marked red."""

from dataclasses import dataclass, fields

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from core.events import publish
from groups.documents.access import may_delete
from groups.documents.events import DocumentMarked
from groups.documents.library import Library
from groups.documents.models import Document, Mark, Version
from groups.documents.services.documents import find_again, stands
from groups.documents.services.locking import locked_library, standing_document
from groups.documents.services.previewing import show_again, withhold
from groups.documents.services.ruling import refuse_widening
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity

STRICTNESS = {Mark.GREEN: 0, Mark.AMBER: 1, Mark.RED: 2}


@dataclass(frozen=True, kw_only=True)
class Description:
    """All that a record says; what is not known is empty."""

    type: str = ""
    language: str = ""
    country: str = ""
    year: int | None = None
    licence: str = ""
    citation: str = ""
    mark: str = Mark.GREEN

    @classmethod
    def of(cls, document: Document) -> "Description":
        """Return what is said of a document now."""
        return cls(**{one.name: getattr(document, one.name) for one in fields(cls)})


@transaction.atomic
def describe_document(
    document: Document, described: Description, *, by: Capacity, base: int, widen: bool = False
) -> Document:
    """Write what is said of the document, against the record that was seen (`base`); return it as it is then.

    Whoever may change a document may mark it more strictly; who added it and leads also less. Raises `Conflict` where somebody
    changed the record meanwhile, and `Widens` where more people would see the document and this was not said to be wanted.
    """
    library = locked_library(document.group_id, by)
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    before = Description.of(document)
    if before == described:
        return document
    if document.record_version != base:
        raise Conflict(_("Somebody changed this record meanwhile. Look at it below, then save again."), current=before)
    for one in fields(Description):
        setattr(document, one.name, getattr(described, one.name))
    document.record_version += 1
    changed = [*(one.name for one in fields(Description)), "record_version"]
    if before.mark != described.mark:
        _mark(library, document, was=before.mark, by=by, widen=widen)
        changed.append("reach")
    document.save(update_fields=changed)
    stands(document)
    record(by, "document.described", document)
    find_again(document)
    return document


def _mark(library: Library, document: Document, *, was: str, by: Capacity, widen: bool) -> None:
    now = document.mark
    if now == Mark.RED and document.is_page:
        raise DomainError(
            _("A page is read and written here, and red is never shown: mark it amber, or keep it as a file.")
        )
    if STRICTNESS[Mark(now)] < STRICTNESS[Mark(was)] and not may_delete(document, library):
        raise NotAllowed(_("Who added a document and the leads of the group mark it less strictly."))
    reach = document.reach_in(document.folder)
    if STRICTNESS[Mark(now)] > STRICTNESS[Mark(was)]:
        reach = max(reach, document.reach)
    refuse_widening(library, document.reach, reach, widen=widen)
    document.reach = reach
    publish(DocumentMarked(document))
    record(by, "document.marked", document, was=was, now=now)
    if now == Mark.RED:
        withhold(document)
    elif was == Mark.RED:
        show_again(document)


@transaction.atomic
def take_version(version: Version, library: Library, *, by: Capacity) -> None:
    """Record that somebody takes the bytes of a version marked red, in which capacity; the caller has asked its door."""
    capacity = next((one for one in library.standing.reading if one.organisation_id == by.organisation_id), None)
    if capacity is None:
        raise NotAllowed(_("You do not act for this organisation now."))
    record(capacity, "document.taken", version.document, number=version.number)
