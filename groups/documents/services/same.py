"""The same bytes twice: told to who sends them, as far as they may see the others, and left to them."""

from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.documents.library import documents_for
from groups.documents.models import Document, Upload
from groups.standing import Standing
from partners.capacity import Capacity


class SameContent(DomainError):
    """A document that the sender sees has just these bytes: a version of it, a second document, or none of both?"""

    code = "same_content"

    def __init__(self, file_name: str, document: Document) -> None:
        words = {"name": file_name, "title": document.title}
        super().__init__(_("“%(name)s” is here already: “%(title)s” has the same content.") % words)
        self.document = document


def refuse_same(upload: Upload, by: Capacity, digest: str) -> None:
    """Raise `SameContent` for a new document whose bytes a document of this library has that the sender may see.

    Nothing is asked of other libraries, nor of what hides from the sender: that such bytes are there is not theirs to know.
    """
    if upload.document_id:
        return
    seen = documents_for(Standing.of(by.user, upload.group))
    same = Q(versions__sha256=digest) | Q(versions__sent_sha256=digest)
    found = seen.filter(same).select_related("latest", "group").order_by("pk").first()
    if found is not None:
        raise SameContent(upload.file_name, found)


def make_version_of(upload: Upload, document: Document) -> None:
    """Have an upload under way become a version of a document that its sender may change, in the place of a new document."""
    upload.document, upload.folder = document, document.folder
    upload.save(update_fields=["document", "folder"])
