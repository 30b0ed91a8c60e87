"""One library as one person sees it: its folders, their places, and the documents the person may read."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef

from groups.documents.models import Document, DocumentQuerySet, Folder
from groups.documents.models.reach import Reach, reach_of
from groups.models import Group
from groups.standing import Standing


def documents_for(standing: Standing) -> DocumentQuerySet:
    """Return the documents of the group that the person may read: from joining on, where the group says so."""
    found = Document.objects.present().filter(group=standing.group).within_reach_of(standing)
    return found.since(standing.history_from)


@dataclass
class Library:
    """The group, the person's standing in it, and its folders: read once, all of them, however deep they go."""

    group: Group
    standing: Standing

    @cached_property
    def folders(self) -> dict[int, Folder]:
        """The folders the person may know of, by id, in the order of their names.

        Folders say who sees them. Who reads from joining on sees older folders only where something they may read is in them.
        """
        rows = Folder.objects.filter(group=self.group, deleted_at=None, reach__lte=reach_of(self.standing))
        found = {folder.pk: folder for folder in sorted(rows, key=lambda one: (one.name.casefold(), one.pk))}
        for folder in found.values():
            folder.group = self.group
        start = self.standing.history_from
        if start is None:
            return found
        inside = documents_for(self.standing).filter(folder=OuterRef("pk"))
        used = set(rows.filter(Exists(inside)).values_list("pk", flat=True))
        used |= {folder.pk for folder in found.values() if folder.created_at >= start}
        shown: set[int] = set()
        for pk in used:
            step = found.get(pk)
            while step is not None and step.pk not in shown:
                shown.add(step.pk)
                step = found.get(step.parent_id) if step.parent_id else None
        return {pk: folder for pk, folder in found.items() if pk in shown}

    @cached_property
    def documents(self) -> DocumentQuerySet:
        """The documents the person may read."""
        return documents_for(self.standing)

    def may_write(self, folder: Folder | None) -> bool:
        """Say whether the person may add, change and remove in the folder, or at the top."""
        leads_only = folder is not None and folder.leads_only
        return self.standing.may_upload and (self.standing.is_lead or not leads_only)

    def may_write_to(self, document: Document) -> bool:
        """Say whether the person may change the document, which follows its folder."""
        return self.may_write(document.folder)

    def may_arrange(self, folder: Folder) -> bool:
        """Say whether the person may rename, move and remove the folder itself: who writes in it and around it."""
        return self.may_write(folder) and self.may_write(self.folders.get(folder.parent_id or 0))

    def twin(self, folder: Folder | None, file_name: str) -> Document | None:
        """Return the document in the folder whose newest version has this file name, whatever its case."""
        found = self.documents.filter(folder=folder, latest__file_name__iexact=file_name)
        return found.select_related("latest").order_by("-changed_at").first()

    def inside(self, folder: Folder | None) -> list[Folder]:
        """Return the folders in a folder, or at the top."""
        parent = folder.pk if folder else None
        return [one for one in self.folders.values() if one.parent_id == parent]

    def way_to(self, folder: Folder | None) -> list[Folder]:
        """Return the folders from the top down to this one, itself included."""
        way: list[Folder] = []
        while folder is not None:
            way.insert(0, folder)
            folder = self.folders.get(folder.parent_id) if folder.parent_id else None
        return way

    def places(self, *, apart_from: Folder | None = None) -> list[tuple[int, str]]:
        """Return every folder in which the person may write, with its way in words; without a folder and what is in it."""
        ways = [(folder, self.way_to(folder)) for folder in self.folders.values() if self.may_write(folder)]
        named = [(folder.pk, _way(way)) for folder, way in ways if apart_from not in way]
        return sorted(named, key=lambda place: place[1].casefold())


def _way(way: list[Folder]) -> str:
    """Return a way in words, with who sees its end where that is not everybody who reads the library."""
    words, end = " / ".join(step.name for step in way), way[-1]
    return f"{words} ({Reach(end.reach).label})" if end.reach else words
