"""Folders: made, renamed, moved, and removed when empty."""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Rights
from groups.documents.models.folder import MAX_DEPTH, NAME_LENGTH
from groups.documents.models.reach import ruled
from groups.documents.names import clean_title
from groups.documents.services.locking import locked_library, must_write, standing_folder
from groups.documents.services.ruling import refuse_widening, rule_of, spread
from groups.models import Group
from groups.services.speaking import speaking
from partners.capacity import Capacity

FROM_THE_CHAT = uuid.UUID("5b0f1b2e-6a3b-4a0e-9d7c-2f6f3f2f1c11")
"""The name space of the keys of folders for what is shared in the chat."""

FROM_MAIL = uuid.UUID("c1a4a1c0-52a5-4b43-8d3e-7d0f4f5a9e02")
"""The same for what comes by mail."""


class FolderRefused(DomainError):
    """The folder cannot be made, renamed, moved or removed so."""

    code = "folder_refused"


def _refuse_twin(library: Library, parent: Folder | None, name: str, *, apart_from: Folder | None = None) -> None:
    """Refuse a second folder of the name among those that the person sees there.

    One that hides from them, being older than they are in the group, gives nothing away: then there are two of the name.
    """
    beside = [one for one in library.inside(parent) if one != apart_from]
    if any(one.name.casefold() == name.casefold() for one in beside):
        raise FolderRefused(_("There is a folder of this name here already."))


def _refuse_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FolderRefused(_("Folders go at most %(depth)d deep.") % {"depth": MAX_DEPTH})


@transaction.atomic
def create_folder(group: Group, *, parent: Folder | None, name: str, by: Capacity, key: uuid.UUID) -> Folder:
    """Make a folder; the same key gives the same folder."""
    name = clean_title(name, NAME_LENGTH)
    library = locked_library(group.pk, by)
    if known := Folder.objects.filter(key=key, author=by.user).first():
        if known.group_id != group.pk:
            raise Conflict(_("This form was sent for another group. Load the page again."))
        return known
    by = speaking(library.standing, by)
    parent = standing_folder(library, parent) if parent else None
    depth = parent.depth + 1 if parent else 1
    _refuse_depth(depth)
    _refuse_twin(library, parent, name)
    folder = Folder(group=library.group, parent=parent, name=name, depth=depth, key=key)
    folder.reach, folder.leads_only = rule_of(parent)
    folder.speak_as(by)
    folder.save()
    return folder


@transaction.atomic
def folder_at(group: Group, *, below: Folder | None, names: Sequence[str], by: Capacity) -> Folder | None:
    """Return the folder these names lead to from `below`, making those that are not there yet, by the rules for making any.

    Several files of one folder may ask at once: they come one by one, and the second finds what the first has made.
    """
    for name in names:
        library = locked_library(group.pk, by)
        title = clean_title(name, NAME_LENGTH).casefold()
        found = next((one for one in library.inside(below) if one.name.casefold() == title), None)
        if found is not None:
            must_write(library, found)
        below = found or create_folder(group, parent=below, name=name, by=by, key=uuid.uuid4())
    return below


@transaction.atomic
def chat_folder(group: Group, *, by: Capacity) -> Folder:
    """Return the folder at the library's top for what is shared in the chat, made when it is first needed.

    It is known by its key, so it may be renamed and moved; one that was removed, in which the person may not write, or that
    hides from them, being older than they are in the group, is not used again.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return _gathering_folder(group, by=by, space=FROM_THE_CHAT, name=_("From the chat"))


@transaction.atomic
def mail_folder(group: Group, *, by: Capacity) -> Folder:
    """Return in the same manner the folder for what comes by mail."""
    with translation.override(settings.LANGUAGE_CODE):
        return _gathering_folder(group, by=by, space=FROM_MAIL, name=_("From mail"))


def _gathering_folder(group: Group, *, by: Capacity, space: uuid.UUID, name: str) -> Folder:
    library = locked_library(group.pk, by)
    by = speaking(library.standing, by)
    key = uuid.uuid5(space, str(group.pk))
    if known := [one for one in library.folders.values() if one.key == key and library.may_write(one)]:
        return known[0]
    if Folder.objects.filter(author=by.user, key=key).exists():
        key = uuid.uuid4()  # the one the person made before is gone
    folder = Folder(group=library.group, parent=None, name=name, depth=1, key=key)
    folder.speak_as(by)
    folder.save()
    return folder


@transaction.atomic
def rename_folder(folder: Folder, *, name: str, by: Capacity, was: str | None = None) -> None:
    """Give the folder another name, free in its place; raise `Conflict` where it is no longer the one that was seen (`was`)."""
    name = clean_title(name, NAME_LENGTH)
    library = locked_library(folder.group_id, by)
    by = speaking(library.standing, by)
    folder = _own_folder(library, folder)
    if folder.name == name:
        return
    if was is not None and was != folder.name:
        raise Conflict(
            _("Somebody renamed it to “%(title)s” meanwhile.") % {"title": folder.name}, current=folder.name
        )
    _refuse_twin(library, folder.parent, name, apart_from=folder)
    record(by, "folder.renamed", folder, was=folder.name, now=name)
    folder.name = name
    folder.save(update_fields=["name"])


@transaction.atomic
def move_folder(folder: Folder, *, parent: Folder | None, by: Capacity, widen: bool = False) -> Folder:
    """Put the folder, with all it holds, into another one of the same library, never into itself; return it as it stands there.

    Raises `Widens` where more people would see it there and this was not said to be wanted.
    """
    library = locked_library(folder.group_id, by)
    by = speaking(library.standing, by)
    folder = _own_folder(library, folder)
    parent = standing_folder(library, parent) if parent else None
    if folder.parent == parent:
        return folder
    levels = _levels(folder)
    if parent and any(parent.pk in level for level in levels):
        raise FolderRefused(_("A folder cannot be put into itself."))
    _refuse_depth((parent.depth if parent else 0) + len(levels))
    _refuse_twin(library, parent, folder.name)
    refuse_widening(library, folder.reach, ruled(folder.rights, rule_of(parent))[0], widen=widen)
    record(by, "folder.moved", folder, was=folder.parent_id, now=parent.pk if parent else None)
    _put(folder, parent)
    return folder


@transaction.atomic
def delete_folder(folder: Folder, *, by: Capacity) -> None:
    """Remove a folder in which the person sees nothing; one that holds anything they see is refused, so that none of it goes.

    What lies in it unseen, in the trash or from before they joined, comes to lie in the folder above, and is seen by nobody
    who did not see it before; nor is what arrives for this folder after it is gone (`lay_into`).
    """
    library = locked_library(folder.group_id, by)
    by = speaking(library.standing, by)
    folder = _own_folder(library, folder)
    if library.inside(folder) or library.documents.filter(folder=folder).exists():
        raise FolderRefused(_("The folder is not empty. Move or delete what is in it first."))
    Document.objects.filter(folder=folder).update(folder=folder.parent)
    for inner in Folder.objects.filter(parent=folder, deleted_at=None):
        if inner.rights == Rights.INHERIT:
            inner.rights = folder.rights
        _put(inner, folder.parent)
    folder.deleted_at = timezone.now()
    folder.save(update_fields=["deleted_at"])
    record(by, "folder.deleted", folder)


def _own_folder(library: Library, folder: Folder) -> Folder:
    """Return the folder itself, to be renamed, moved or removed: by who writes in it and around it."""
    folder = standing_folder(library, folder)
    must_write(library, folder.parent)
    return folder


def _levels(folder: Folder) -> list[set[int]]:
    """Return the ids of the folder and of those in it, level by level."""
    levels = [{folder.pk}]
    while level := set(Folder.objects.filter(parent__in=levels[-1], deleted_at=None).values_list("pk", flat=True)):
        levels.append(level)
    return levels


def _put(folder: Folder, parent: Folder | None) -> None:
    """Hang the folder, with all it holds, under the parent."""
    folder.parent = parent
    folder.save(update_fields=["parent", "rights"])
    for depth, level in enumerate(_levels(folder), start=parent.depth + 1 if parent else 1):
        Folder.objects.filter(pk__in=level).update(depth=depth)
    spread(folder)
