"""One library as one person sees it: its folders, their places, and the documents the person may read."""

from dataclasses import dataclass
from functools import cached_property

from groups.documents.models import Document, DocumentQuerySet, Folder
from groups.models import Group
from groups.standing import Standing


def documents_for(standing: Standing) -> DocumentQuerySet:
    """Return the documents of the group that the person may read: from joining on, where the group says so."""
    return Document.objects.present().filter(group=standing.group).since(standing.history_from)


@dataclass
class Library:
    """The group, the person's standing in it, and its folders: read once, all of them, however deep they go."""

    group: Group
    standing: Standing

    @cached_property
    def folders(self) -> dict[int, Folder]:
        """The folders the person may know of, by id, in the order of their names.

        Who reads from joining on sees older folders only where something they may read is in them.
        """
        rows = Folder.objects.filter(group=self.group, deleted_at=None)
        found = {folder.pk: folder for folder in sorted(rows, key=lambda one: (one.name.casefold(), one.pk))}
        for folder in found.values():
            folder.group = self.group
        start = self.standing.history_from
        if start is None:
            return found
        used = set(documents_for(self.standing).exclude(folder=None).values_list("folder_id", flat=True))
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
        """Return every folder with its way in words, for choosing one; without a folder and what is in it."""
        ways = [(folder, self.way_to(folder)) for folder in self.folders.values()]
        named = [(folder.pk, " / ".join(step.name for step in way)) for folder, way in ways if apart_from not in way]
        return sorted(named, key=lambda place: place[1].casefold())
