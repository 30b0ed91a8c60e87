"""A document a second time, in another place of the same library: its newest version, whose bytes are kept once."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from core.events import publish
from groups.documents.access import may_copy
from groups.documents.events import VersionAdded
from groups.documents.models import Document, Folder, Version
from groups.documents.services.describing import Description
from groups.documents.services.holding import refuse_page
from groups.documents.services.locking import locked_library, must_write, standing_folder
from groups.documents.services.previewing import ask_for_preview
from groups.documents.services.ruling import refuse_widening
from groups.documents.services.scanning import HeldBack, keep_outcome, outcome_of
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity


@transaction.atomic
def copy_document(
    document: Document, *, folder: Folder | None, by: Capacity, key: uuid.UUID, widen: bool = False
) -> Document:
    """Make a document of the newest version of another one, with its title, its record and its mark.

    The same key gives the same copy. Raises `Widens` where more people would see it there and this was not said to be wanted.
    """
    library = locked_library(document.group_id, by)
    if known := Version.objects.filter(author=by.user, key=key).select_related("document__group").first():
        if known.document.group_id != document.group_id:
            raise Conflict(_("This form was sent for another document. Load the page again."))
        return known.document
    by = speaking(library.standing, by)
    found = library.documents.select_related("folder", "latest__scan").filter(pk=document.pk).first()
    if found is None or found.latest is None:
        raise Conflict(_("The document was deleted meanwhile."))
    refuse_page(found)
    if not may_copy(found, library):
        raise NotAllowed(_("Who added a document and the leads of the group copy what is not marked green."))
    old = found.latest
    if old.is_held:
        raise HeldBack
    folder = standing_folder(library, folder) if folder else None
    must_write(library, folder)
    said = vars(Description.of(found))
    copy = Document(group=library.group, folder=folder, title=found.title, changed_at=timezone.now(), **said)
    copy.reach = copy.reach_in(folder)
    refuse_widening(library, found.reach, copy.reach, widen=widen)
    copy.speak_as(by)
    copy.save()
    note = _("Copy of version %(number)d") % {"number": old.number}
    version = Version(document=copy, number=1, key=key, note=note, **old.content())
    version.speak_as(by)
    version.save()
    copy.latest, copy.changed_at = version, version.created_at
    copy.save(update_fields=["latest", "changed_at"])
    keep_outcome(version, outcome_of(old), by=by)
    ask_for_preview(version)
    record(by, "document.copied", copy, of=found.pk)
    publish(VersionAdded(version))
    return copy
