"""Versions whose bytes are made here, from a text that is written here: the same rows and the same order as for files sent."""

import hashlib
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.events import publish
from groups.documents.events import VersionAdded
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Version
from groups.documents.models.version import random_path
from groups.documents.names import clean_title, file_name_of
from groups.documents.services.giving_space import take_space
from groups.documents.services.locking import lay_into, locked_library, standing_document
from groups.documents.services.previewing import ask_for_preview
from groups.documents.services.scanning import keep_outcome, look_for_malware
from groups.documents.services.spool import FULL, StorageAway, no_room
from groups.documents.services.storing import settle
from groups.documents.types.kinds import KINDS
from groups.models import Group
from groups.services.speaking import speaking
from partners.capacity import Capacity

MARKDOWN = "markdown"


def add_words(
    text: str,
    *,
    group: Group,
    by: Capacity,
    key: uuid.UUID,
    note: str = "",
    document: Document | None = None,
    title: str = "",
    folder: Folder | None = None,
) -> Version:
    """Keep a text as a new version of a page, or as the first of a new one. The same key gives the same version.

    The bytes are in the storage before the rows are written; without them they are swept away. Raises `StorageAway` or
    `StorageFull` where they cannot be kept.
    """
    if known := _known(by, key, document):
        return known
    title = clean_title(title or (document.title if document else ""))
    content = text.encode()
    storage = storages["default"]
    try:
        path = storage.save(random_path(), ContentFile(content))
        settle(storage, path)
    except OSError as error:
        away = StorageAway(_("The place where files are kept does not answer. Nothing was changed; try again later."))
        raise (no_room() if error.errno in FULL else away) from error
    outcome = look_for_malware(ContentFile(content), len(content))
    with transaction.atomic():
        library = locked_library(group.pk, by)
        if known := _known(by, key, document):
            return known
        by = speaking(library.standing, by)
        document = standing_document(library, document) if document else _new(library, title, folder, by)
        take_space(library.group, len(content))
        version = Version(
            document=document,
            number=(document.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
            file_name=file_name_of(title, "md"),
            kind=MARKDOWN,
            content_type=KINDS[MARKDOWN].content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            path=path,
            note=note,
            key=key,
        )
        version.speak_as(by)
        version.save()
        document.latest, document.changed_at = version, version.created_at
        document.save(update_fields=["latest", "changed_at"])
        keep_outcome(version, outcome, by=by)
        ask_for_preview(version)
        publish(VersionAdded(version))
        return version


def _known(by: Capacity, key: uuid.UUID, document: Document | None) -> Version | None:
    known = Version.objects.select_related("document").filter(author=by.user, key=key).first()
    if known is not None and document is not None and known.document_id != document.pk:
        raise Conflict(_("This form was sent for another document. Load the page again."))
    return known


def _new(library: Library, title: str, folder: Folder | None, by: Capacity) -> Document:
    document = Document(group=library.group, title=title, kind=Document.Sort.PAGE, changed_at=timezone.now())
    lay_into(library, document, folder)
    document.speak_as(by)
    document.save()
    return document
