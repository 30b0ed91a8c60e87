"""Folders: made, renamed, moved, and removed when empty. Each of these holds the group's row, so that they come one by one."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from groups.documents.models import Document, Folder
from groups.documents.models.folder import MAX_DEPTH, NAME_LENGTH
from groups.documents.names import clean_title
from groups.models import Group
from partners.capacity import Capacity


class FolderRefused(DomainError):
    """The folder cannot be made, renamed, moved or removed so."""

    code = "folder_refused"


def _lock_library(group_id: int) -> Group:
    return Group.objects.select_for_update(of=("self",)).get(pk=group_id)


def _locked(folder: Folder) -> Folder:
    """Return the folder as it is now, held; raise `Conflict` where somebody removed it meanwhile."""
    folder = Folder.objects.select_for_update(of=("self",)).get(pk=folder.pk)
    if folder.deleted_at:
        raise Conflict(_("The folder was removed meanwhile."))
    return folder


def standing_folder(folder: Folder | None) -> Folder | None:
    """Return the folder, held until the end of the transaction, or where it was removed the nearest one above that stands."""
    while folder is not None:
        folder = Folder.objects.select_for_update(of=("self",)).get(pk=folder.pk)
        if not folder.deleted_at:
            return folder
        folder = folder.parent
    return None


def _refuse_twin(group_id: int, parent_id: int | None, name: str, *, apart_from: int | None = None) -> None:
    twins = Folder.objects.filter(group=group_id, parent=parent_id, name__iexact=name, deleted_at=None)
    if twins.exclude(pk=apart_from or 0).exists():
        raise FolderRefused(_("There is a folder of this name here already."))


def _refuse_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FolderRefused(_("Folders go at most %(depth)d deep.") % {"depth": MAX_DEPTH})


@transaction.atomic
def create_folder(group: Group, *, parent: Folder | None, name: str, by: Capacity, key: uuid.UUID) -> Folder:
    """Make a folder; the same key gives the same folder."""
    name = clean_title(name, NAME_LENGTH)
    _lock_library(group.pk)
    if known := Folder.objects.filter(key=key, author=by.user).first():
        if known.group_id != group.pk:
            raise Conflict(_("This form was sent for another group. Load the page again."))
        return known
    parent = _locked(parent) if parent else None
    depth = parent.depth + 1 if parent else 1
    _refuse_depth(depth)
    _refuse_twin(group.pk, parent.pk if parent else None, name)
    folder = Folder(group=group, parent=parent, name=name, depth=depth, key=key)
    folder.speak_as(by)
    folder.save()
    return folder


@transaction.atomic
def rename_folder(folder: Folder, *, name: str, by: Capacity) -> None:
    """Give the folder another name, free in its place."""
    name = clean_title(name, NAME_LENGTH)
    _lock_library(folder.group_id)
    folder = _locked(folder)
    _refuse_twin(folder.group_id, folder.parent_id, name, apart_from=folder.pk)
    if folder.name == name:
        return
    record(by, "folder.renamed", folder, was=folder.name, now=name)
    folder.name = name
    folder.save(update_fields=["name"])


@transaction.atomic
def move_folder(folder: Folder, *, parent: Folder | None, by: Capacity) -> None:
    """Put the folder, with all it holds, into another one of the same library; never into itself."""
    _lock_library(folder.group_id)
    folder = _locked(folder)
    parent = _locked(parent) if parent else None
    if parent and parent.group_id != folder.group_id:
        raise ValueError("A folder stays in its group's library.")
    if folder.parent_id == (parent.pk if parent else None):
        return
    levels = _levels(folder)
    if parent and any(parent.pk in level for level in levels):
        raise FolderRefused(_("A folder cannot be put into itself."))
    depth = parent.depth + 1 if parent else 1
    _refuse_depth(depth + len(levels) - 1)
    _refuse_twin(folder.group_id, parent.pk if parent else None, folder.name)
    record(by, "folder.moved", folder, was=folder.parent_id, now=parent.pk if parent else None)
    folder.parent = parent
    folder.save(update_fields=["parent"])
    for below, level in enumerate(levels):
        Folder.objects.filter(pk__in=level).update(depth=depth + below)


def _levels(folder: Folder) -> list[set[int]]:
    """Return the ids of the folder and of those in it, level by level."""
    levels = [{folder.pk}]
    while level := set(Folder.objects.filter(parent__in=levels[-1], deleted_at=None).values_list("pk", flat=True)):
        levels.append(level)
    return levels


@transaction.atomic
def delete_folder(folder: Folder, *, by: Capacity) -> None:
    """Remove an empty folder; one that holds anything is refused, so that no document goes with it unseen."""
    _lock_library(folder.group_id)
    folder = _locked(folder)
    holds = Document.objects.filter(folder=folder, deleted_at=None).exists()
    if holds or Folder.objects.filter(parent=folder, deleted_at=None).exists():
        raise FolderRefused(_("The folder is not empty. Move or delete what is in it first."))
    Document.objects.filter(folder=folder).update(folder=folder.parent)
    folder.deleted_at = timezone.now()
    folder.save(update_fields=["deleted_at"])
    record(by, "folder.deleted", folder)
