"""Working on a document elsewhere: others are told, and add no version meanwhile."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from groups.documents.models import Document, Hold
from groups.documents.services.locking import locked_library, standing_document
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity

LONGEST = timedelta(days=14)
NOTE_LENGTH = 200


class WrittenHere(DomainError):
    """The document is a page: it is written where it stands, by several people at once."""

    code = "page"

    def __init__(self) -> None:
        super().__init__(_("This document is a page. Open it and write in it."))


def refuse_page(document: Document) -> None:
    """Raise `WrittenHere` for a page: it takes no files, and nobody has it alone."""
    if document.is_page:
        raise WrittenHere


class Held(DomainError):
    """Somebody else works on the document elsewhere."""

    code = "held"

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        day = date_format(timezone.localtime(hold.until), "DATE_FORMAT")
        super().__init__(
            _("Somebody works on this document elsewhere until %(day)s. Ask them, or a lead, to give it back first.")
            % {"day": day}
        )


@transaction.atomic
def hold_document(document: Document, *, by: Capacity, days: int, note: str = "") -> Hold:
    """Take the document to work on it elsewhere, for 1 to 14 days; the holder may lengthen it the same way.

    Raises `Held` while somebody else has it.
    """
    if not 0 < days <= LONGEST.days:
        raise DomainError(_("Choose between 1 and %(days)d days.") % {"days": LONGEST.days})
    library = locked_library(document.group_id, by)
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    refuse_page(document)
    refuse_held(document, by)
    hold = Hold.objects.filter(document=document).first() or Hold(document=document)
    if hold.author_id != by.user_id:
        hold.created_at = timezone.now()
    hold.speak_as(by)
    hold.until, hold.note = timezone.now() + timedelta(days=days), " ".join(note.split())[:NOTE_LENGTH]
    hold.save()
    record(by, "document.held", document, days=days)
    return hold


@transaction.atomic
def release_document(document: Document, *, by: Capacity) -> None:
    """Give the document back: its holder does so, or a lead."""
    library = locked_library(document.group_id, by)
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    hold = Hold.objects.filter(document=document).first()
    if hold is None:
        return
    if hold.author_id != by.user_id and not library.standing.may_moderate:
        raise NotAllowed(_("Who works on it elsewhere gives it back, or a lead of the group does."))
    hold.delete()
    record(by, "document.released", document)


def refuse_held(document: Document, by: Capacity) -> None:
    """Raise `Held` while somebody else has the document."""
    hold = Hold.objects.lasting().filter(document=document).exclude(author=by.user_id).first()
    if hold:
        raise Held(hold)


def end_hold(document: Document, by: Capacity) -> None:
    """End the hold of who has just added a version; that of anybody else stays. The group is locked."""
    Hold.objects.filter(document=document, author=by.user_id).delete()


def still_held(document: Document) -> Hold | None:
    """Return the hold on the document, while it lasts."""
    hold = Hold.objects.lasting().filter(document=document).select_related("author", "organisation").first()
    if hold:
        hold.document = document
    return hold
