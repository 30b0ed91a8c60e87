"""Who writes in a folder and who sees it: said by leads, carried to all that lies in it, never widened by accident."""

from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.documents.audience import audience_of
from groups.documents.events import DocumentsStand
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Mark
from groups.documents.models.reach import OPEN, marked_reach, place_of, ruled
from groups.documents.services.locking import locked_library, standing_folder
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity
from search.models import Kind
from search.services import move_to


class Widens(DomainError):
    """More people would see it than do now; to be done when this is wanted. `question` asks for it."""

    code = "widens"

    def __init__(self, library: Library, reach: int) -> None:
        words = {"audience": audience_of(library.group, reach).words}
        super().__init__(_("More people would see it than do now: %(audience)s.") % words)
        self.question = _("Yes, let them see it: %(audience)s") % words


def refuse_widening(library: Library, before: int, after: int, *, widen: bool) -> None:
    """Raise `Widens` where something would reach further than before, unless that was said to be wanted."""
    if after < before and not widen:
        raise Widens(library, after)


@transaction.atomic
def set_rights(folder: Folder, *, rights: str, by: Capacity, widen: bool = False) -> None:
    """Say who writes in a folder and who sees it, with all that lies in it; leads do so.

    Raises `Widens` where more people would see it and this was not said to be wanted.
    """
    library = locked_library(folder.group_id, by)
    by = speaking(library.standing, by)
    if not library.standing.may_moderate:
        raise NotAllowed(_("Leads of the group decide who writes in a folder and who sees it."))
    folder = standing_folder(library, folder)
    if folder.rights == rights:
        return
    reach, _leads_only = ruled(rights, rule_of(folder.parent))
    refuse_widening(library, folder.reach, reach, widen=widen)
    record(by, "folder.rights_changed", folder, was=folder.rights, now=rights)
    folder.rights = rights
    folder.save(update_fields=["rights"])
    spread(folder)


def rule_of(folder: Folder | None) -> tuple[int, bool]:
    """Return the rule in a folder, or at the library's top."""
    return folder.rule if folder else OPEN


def spread(top: Folder) -> None:
    """Carry what rules a folder, as it stands now, to the folders and documents in it. The group is locked."""
    inside = defaultdict[int | None, list[Folder]](list)
    for folder in Folder.objects.filter(group=top.group_id):
        inside[folder.parent_id].append(folder)
    parent = Folder.objects.filter(pk=top.parent_id).first() if top.parent_id else None
    waiting = [(top, rule_of(parent))]
    changed = list[Folder]()
    moved = defaultdict[tuple[int, int], list[int]](list)
    while waiting:
        folder, above = waiting.pop()
        before = folder.reach
        folder.reach, folder.leads_only = ruled(folder.rights, above)
        changed.append(folder)
        if folder.reach != before:
            moved[before, folder.reach].append(folder.pk)
        waiting += [(one, folder.rule) for one in inside[folder.pk]]
    Folder.objects.bulk_update(changed, ["reach", "leads_only"], batch_size=200)
    for (before, after), folders in moved.items():
        for mark in Mark.values:
            _reach_anew(
                top.group_id, folders, mark, before=marked_reach(before, mark), after=marked_reach(after, mark)
            )
    if moved:
        changed_in = [pk for folders in moved.values() for pk in folders]
        publish(DocumentsStand(Document.objects.filter(folder__in=changed_in)))


def _reach_anew(group_id: int, folders: list[int], mark: str, *, before: int, after: int) -> None:
    """Have the documents of these folders reach so far; one that was narrower than its folder is never widened with it."""
    found = Document.objects.filter(folder__in=folders, mark=mark)
    (found.filter(reach__lt=after) if after > before else found.filter(reach=before)).update(reach=after)
    # Their rows first: whoever writes pages of them holds one, and has written them when it is given up.
    move_to(Kind.DOCUMENT, found.filter(reach=after).values("pk"), place_of(group_id, after))
