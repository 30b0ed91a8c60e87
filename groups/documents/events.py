"""What happens in libraries, told to the rooms beside and above."""

from dataclasses import dataclass

from django.db.models import QuerySet

from core.events import Event
from groups.documents.models import Document, Version
from partners.capacity import Capacity


@dataclass(frozen=True)
class VersionAdded(Event):
    """A document has a new version; of a new document, its first."""

    version: Version


@dataclass(frozen=True)
class VersionWanted(Event):
    """Somebody binds something to what the document says now: where it is written beside its versions, a version is kept first.

    It is told under the lock of the group, before the newest version is read; `VersionAdded` follows where one was kept.
    """

    document: Document
    by: Capacity


@dataclass(frozen=True)
class DocumentDeleted(Event):
    """A document is put in the trash; a room above that holds it for something refuses, and it stays."""

    document: Document


@dataclass(frozen=True)
class DocumentMarked(Event):
    """How a document is to be handled was changed; a room above that shows it more widely than that refuses."""

    document: Document


@dataclass(frozen=True)
class DocumentsStand(Event):
    """What these documents are called, how far they reach, or whether they lie in the trash may be another than before.

    It is told under the lock of their group, when their rows are written.
    """

    documents: "QuerySet[Document]"
