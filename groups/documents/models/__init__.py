"""A group's library: folders, documents, their immutable versions, what they look like, and uploads on their way in."""

from groups.documents.models.describing import Licence, Type
from groups.documents.models.document import Document, DocumentQuerySet
from groups.documents.models.folder import Folder
from groups.documents.models.hold import Hold
from groups.documents.models.link import Link
from groups.documents.models.opened import Opened
from groups.documents.models.preview import Preview, PreviewPage, State
from groups.documents.models.reach import Mark, Reach, Rights
from groups.documents.models.scan import Scan, ScanState
from groups.documents.models.space import Space
from groups.documents.models.upload import Upload
from groups.documents.models.version import Version
from groups.documents.models.written import Written

__all__ = [
    "Document",
    "DocumentQuerySet",
    "Folder",
    "Hold",
    "Licence",
    "Link",
    "Mark",
    "Opened",
    "Preview",
    "PreviewPage",
    "Reach",
    "Rights",
    "Scan",
    "ScanState",
    "Space",
    "State",
    "Type",
    "Upload",
    "Version",
    "Written",
]
