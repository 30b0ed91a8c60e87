"""The same bytes twice: told to who sends them, as far as they may see the others, and left to them."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.documents.library import documents_for
from groups.documents.models import Document, Upload
from groups.documents.services.holding import refuse_held, refuse_page
from groups.documents.services.locking import locked_library, standing_document
from groups.services.speaking import speaking
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


@transaction.atomic
def make_version_of(upload: Upload, document: Document, *, by: Capacity, base: int | None = None) -> None:
    """Have an upload under way become a version of a document that its sender may change, in the place of a new document.

    `base` is the newest version its sender saw. As where a version is announced, a page takes none, and `Held` is raised while
    somebody else has the document.
    """
    library = locked_library(upload.group_id, by)
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    refuse_page(document)
    refuse_held(document, by)
    newest = document.latest.number if document.latest else 0
    upload.document, upload.folder = document, document.folder
    upload.base = None if base is None else min(base, newest)
    upload.save(update_fields=["document", "folder", "base"])
