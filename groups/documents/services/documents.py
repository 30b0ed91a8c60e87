"""Documents: renamed, moved, put in the trash and back, taken back to an earlier version."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from core.events import publish
from groups.documents.access import may_delete, trash_for
from groups.documents.events import DocumentDeleted, DocumentsStand, VersionAdded
from groups.documents.models import Document, Folder, Version
from groups.documents.names import clean_title
from groups.documents.services.holding import end_hold, refuse_held, refuse_page
from groups.documents.services.locking import (
    locked_library,
    must_write,
    nearest_folder,
    standing_document,
    standing_folder,
)
from groups.documents.services.previewing import ask_for_preview
from groups.documents.services.ruling import refuse_widening
from groups.documents.services.scanning import HeldBack, keep_outcome, outcome_of
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity


@transaction.atomic
def rename_document(document: Document, *, title: str, by: Capacity, was: str | None = None) -> None:
    """Give the document another title; versions keep the names of their files.

    Raises `Conflict` where the title is no longer the one that was seen (`was`).
    """
    title = clean_title(title)
    library = locked_library(document.group_id, by)
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    if document.title == title:
        return
    if was is not None and was != document.title:
        raise Conflict(
            _("Somebody renamed it to “%(title)s” meanwhile.") % {"title": document.title}, current=document.title
        )
    record(by, "document.renamed", document, was=document.title, now=title)
    document.title, document.changed_at = title, timezone.now()
    document.save(update_fields=["title", "changed_at"])
    stands(document)
    find_again(document)


@transaction.atomic
def move_document(document: Document, *, folder: Folder | None, by: Capacity, widen: bool = False) -> Document:
    """Put the document into another folder of the same library, and return it as it stands there.

    Raises `Widens` where more people would see it there and this was not said to be wanted.
    """
    library = locked_library(document.group_id, by)
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    folder = standing_folder(library, folder) if folder else None
    reach = document.reach_in(folder)
    if (document.folder, document.reach) == (folder, reach):
        return document
    refuse_widening(library, document.reach, reach, widen=widen)
    record(by, "document.moved", document, was=document.folder_id, now=folder.pk if folder else None)
    document.folder, document.reach = folder, reach
    document.save(update_fields=["folder", "reach"])
    stands(document)
    return document


@transaction.atomic
def delete_document(document: Document, *, by: Capacity) -> None:
    """Put the document in the trash, out of every list, search and address at once; it can be put back."""
    library = locked_library(document.group_id, by)
    document = Document.objects.select_related("folder").get(pk=document.pk)
    if document.deleted_at:
        return
    by = speaking(library.standing, by)
    must_write(library, document.folder)
    if not may_delete(document, library):
        raise NotAllowed(_("Who added a document and the leads of the group delete it, and put it back."))
    document.deleted_at, document.deleted_by = timezone.now(), by.user
    document.save(update_fields=["deleted_at", "deleted_by"])
    publish(DocumentDeleted(document))
    stands(document)
    record(by, "document.deleted", document)


@transaction.atomic
def put_back(document: Document, *, by: Capacity) -> None:
    """Take the document out of the trash, to its folder, or where that is gone to the nearest one above it.

    Nobody sees it then who did not see it before: from a folder that was hidden and is gone it comes back as hidden as it was.
    """
    library = locked_library(document.group_id, by)
    document = Document.objects.select_related("folder").get(pk=document.pk)
    if not document.deleted_at:
        return
    by = speaking(library.standing, by)
    if not trash_for(library.standing).filter(pk=document.pk).exists():
        raise NotAllowed(_("Who added a document and the leads of the group delete it, and put it back."))
    document.folder = nearest_folder(document.folder)
    must_write(library, document.folder)
    document.reach = max(document.reach, document.reach_in(document.folder))
    document.deleted_at = document.deleted_by = None
    document.save(update_fields=["deleted_at", "deleted_by", "folder", "reach"])
    stands(document)
    find_again(document)
    record(by, "document.restored", document)


@transaction.atomic
def restore_version(document: Document, *, number: int, base: int, by: Capacity, key: uuid.UUID) -> Version:
    """Make an earlier version the newest, as a new version; `base` is the newest the person saw.

    Raises `Conflict` when somebody added a version meanwhile. The same key gives the same version.
    """
    library = locked_library(document.group_id, by)
    if known := Version.objects.filter(author=by.user, key=key).first():
        if (known.document_id, known.restored_from) != (document.pk, number):
            raise Conflict(_("This form was sent for another document. Load the page again."))
        return known
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    refuse_page(document)
    refuse_held(document, by)
    newest = document.versions.latest("number")
    if newest.number != base:
        raise Conflict(_("Somebody added a version meanwhile. Look at it first, then restore."), current=newest.number)
    old = Version.objects.select_related("scan").get(document=document, number=number)
    if old.is_held:
        raise HeldBack
    version = Version(
        document=document,
        number=newest.number + 1,
        restored_from=old.number,
        follows=newest.number,
        key=key,
        **old.content(),
    )
    version.speak_as(by)
    version.save()
    document.latest, document.changed_at = version, timezone.now()
    document.save(update_fields=["latest", "changed_at"])
    end_hold(document, by)
    keep_outcome(version, outcome_of(old), by=by)
    ask_for_preview(version)
    record(by, "document.version_restored", document, number=number)
    publish(VersionAdded(version))
    return version


def stands(document: Document) -> None:
    """Tell the rooms above that its title, its reach or its place in or out of the trash was written."""
    publish(DocumentsStand(Document.objects.filter(pk=document.pk)))


def find_again(document: Document) -> None:
    """Have its pages found as they stand now, in the background."""
    from groups.documents.tasks import index_document

    index_document.enqueue(document.pk)
