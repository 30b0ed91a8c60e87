"""What every write in a library begins with: the lock on its group, then the rights and the rows, read anew.

All of them hold that one row, so they come one by one, and folders, documents and versions need no locks of their own.
"""

from django.utils.translation import gettext as _

from core.errors import Conflict
from groups.documents.library import Library
from groups.documents.models import Document, Folder
from groups.services.speaking import locked_group
from groups.standing import NotAllowed
from partners.capacity import Capacity


def locked_library(group_id: int, by: Capacity) -> Library:
    """Lock the library's group and return the library as the person sees it now; whether they write is asked by `speaking`."""
    return Library(*locked_group(group_id, by.user))


def standing_document(library: Library, document: Document) -> Document:
    """Return the document, to be changed, as it is now; raise `Conflict` where it was deleted or hidden from them meanwhile."""
    now = library.documents.select_related("folder").filter(pk=document.pk).first()
    if now is None:
        raise Conflict(_("The document was deleted meanwhile."))
    must_write(library, now.folder)
    now.group = library.group
    return now


def standing_folder(library: Library, folder: Folder) -> Folder:
    """Return the folder, to write in it, as it is now; raise `Conflict` where it was removed or hidden from them meanwhile."""
    if folder.group_id != library.group.pk:
        raise ValueError("Everything stays in its group's library.")
    if folder.pk not in library.folders:
        raise Conflict(_("The folder was removed meanwhile."))
    found = library.folders[folder.pk]
    must_write(library, found)
    return found


def must_write(library: Library, folder: Folder | None) -> None:
    """Raise `NotAllowed` where the folder's rights keep the person from writing in it; that they write at all is asked apart."""
    if folder is not None and folder.leads_only and not library.standing.is_lead:
        raise NotAllowed(_("In the folder “%(name)s” only leads of the group write.") % {"name": folder.name})


def lay_into(library: Library, document: Document, sent_into: Folder | None) -> None:
    """Lay a new document into the folder it was sent into, or where that was removed meanwhile into the nearest one above.

    There it is seen by nobody who would not have seen it where it was sent: the row of a folder that is gone keeps its reach.
    Raises `NotAllowed` where the person may not write there.
    """
    sent_into = Folder.objects.filter(pk=sent_into.pk).first() if sent_into else None
    document.folder = nearest_folder(sent_into)
    must_write(library, document.folder)
    document.reach = max(document.reach_in(document.folder), document.reach_in(sent_into))


def nearest_folder(folder: Folder | None) -> Folder | None:
    """Return the folder, or where it was removed the nearest one above that stands; None for the top."""
    while folder is not None and folder.deleted_at:
        folder = folder.parent
    return folder
