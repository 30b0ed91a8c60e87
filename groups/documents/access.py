"""The doors to a library: the same rights for pages, bytes, search and whatever else comes."""

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404

from groups.access import group_for, group_for_manager, group_for_reader
from groups.documents.library import Library, documents_for
from groups.documents.models import Document, DocumentQuerySet, Folder, Mark, Preview, Upload, Version
from groups.models import Group
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Person = User | AnonymousUser

NO_DOCUMENT = "No such document."


def library_for_reader(user: "Person", slug: str) -> Library:
    """Return the library of a group that the person may read."""
    return Library(*group_for_reader(user, slug))


def group_for_quota(user: "Person", slug: str) -> tuple[Group, Standing]:
    """Return a group whose library's room the person decides on: an officer of the Secretariat."""
    group, standing = group_for(user, slug)
    if not standing.is_secretariat:
        raise Http404(NO_DOCUMENT)
    return group, standing


def group_for_macros(user: "Person", slug: str) -> tuple[Group, Standing]:
    """Return a group of which the person says whether its library takes files with macros: its leads."""
    return group_for_manager(user, slug)


def library_for_writer(user: "Person", slug: str) -> Library:
    """Return a library into which the person may put documents; to others the address looks like none."""
    library = library_for_reader(user, slug)
    if not library.standing.may_upload:
        raise Http404(NO_DOCUMENT)
    return library


def folder_in(library: Library, folder_id: int | None) -> Folder | None:
    """Return the folder, None for the library's top; another group's, or one that hides from the person, looks like none."""
    if folder_id is None:
        return None
    if folder_id not in library.folders:
        raise Http404(NO_DOCUMENT)
    return library.folders[folder_id]


def folder_to_fill(library: Library, folder_id: int | None) -> Folder | None:
    """Return a folder in which the person may write, None for the library's top; any other looks like none."""
    folder = folder_in(library, folder_id)
    if not library.may_write(folder):
        raise Http404(NO_DOCUMENT)
    return folder


def folder_for_writer(user: "Person", slug: str, folder_id: int) -> tuple[Library, Folder]:
    """Return a folder that the person may rename, move and remove."""
    library = library_for_writer(user, slug)
    folder = folder_in(library, folder_id)
    if folder is None or not library.may_arrange(folder):
        raise Http404(NO_DOCUMENT)
    return library, folder


def folder_for_lead(user: "Person", slug: str, folder_id: int) -> tuple[Library, Folder]:
    """Return a folder of which the person says who writes in it and who sees it."""
    library, folder = folder_for_writer(user, slug, folder_id)
    if not library.standing.may_moderate:
        raise Http404(NO_DOCUMENT)
    return library, folder


def document_in(library: Library, document_id: int) -> Document:
    """Return a document of the library, with all that its page shows; what the person may not read looks like none."""
    document = documents_for(library.standing).for_display().filter(pk=document_id).first()
    if document is None:
        raise Http404(NO_DOCUMENT)
    document.group = library.group
    return document


def document_for_reader(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document the person may read."""
    library = library_for_reader(user, slug)
    return document_in(library, document_id), library


def document_for_writer(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document to which the person may add versions, and which they may rename and move."""
    library = library_for_writer(user, slug)
    return document_to_change(library, document_id), library


def document_to_copy(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document of which the person may make another one: they read it, and put documents into the library."""
    library = library_for_writer(user, slug)
    return document_in(library, document_id), library


def document_to_change(library: Library, document_id: int) -> Document:
    """Return a document of the library that the person may change: its folder lets them."""
    document = document_in(library, document_id)
    if not library.may_write_to(document):
        raise Http404(NO_DOCUMENT)
    return document


def document_for_deleter(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document that the person may put in the trash."""
    document, library = document_for_writer(user, slug, document_id)
    if not may_delete(document, library):
        raise Http404(NO_DOCUMENT)
    return document, library


def trash_for(standing: Standing) -> DocumentQuerySet:
    """Return what the person may take out of the trash: what they or their organisation put there first, all for a lead."""
    trashed = Document.objects.trashed().filter(group=standing.group).within_reach_of(standing)
    trashed = trashed.since(standing.history_from)
    if not standing.may_upload:
        return trashed.none()
    if standing.may_moderate:
        return trashed
    organisations = [capacity.organisation_id for capacity in standing.capacities]
    return trashed.filter(organisation__in=organisations) | trashed.filter(author=standing.user.pk)


def trashed_document(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document in the trash that the person may take out again."""
    library = library_for_writer(user, slug)
    document = trash_for(library.standing).filter(pk=document_id).first()
    if document is None:
        raise Http404(NO_DOCUMENT)
    document.group = library.group
    return document, library


def may_delete(document: Document, library: Library) -> bool:
    """Say whether the person may move the document to the trash: who put it there for its organisation, or a moderator."""
    standing = library.standing
    if not library.may_write_to(document):
        return False
    organisations = {capacity.organisation_id for capacity in standing.capacities}
    return standing.may_moderate or document.author_id == standing.user.pk or document.organisation_id in organisations


def may_copy(document: Document, library: Library) -> bool:
    """Say whether who writes in the library may make another document of this one.

    Whoever copies is the author of the copy, and may mark it less strictly: what is not green, only they copy who may do so to
    the first one.
    """
    return not document.is_page and (document.mark == Mark.GREEN or may_delete(document, library))


def version_of(document: Document, number: int) -> Version:
    """Return one version of a document that a door has let the person through to."""
    version = document.versions.select_related("scan").filter(number=number).first()
    if version is None:
        raise Http404(NO_DOCUMENT)
    version.document = document
    return version


def version_to_take(user: "Person", slug: str, document_id: int, number: int) -> tuple[Version, Library]:
    """Return a version that is marked red, and that the person may take, or that carries macros; others are just downloaded."""
    document, library = document_for_reader(user, slug, document_id)
    version = version_of(document, number)
    if not (library.standing.reading if document.is_red else version.macros):
        raise Http404(NO_DOCUMENT)
    return version, library


def version_for_reader(user: "Person", slug: str, document_id: int, number: int) -> Version:
    """Return one version of a document the person may read."""
    document, _library = document_for_reader(user, slug, document_id)
    return version_of(document, number)


def preview_for_reader(user: "Person", slug: str, document_id: int, number: int) -> tuple[Preview, Library]:
    """Return the preview of a version the person may read; one that nobody has asked for yet is waiting, as they all do."""
    document, library = document_for_reader(user, slug, document_id)
    return preview_of(version_of(document, number)), library


def preview_of(version: Version) -> Preview:
    """Return the preview of a version that a door has let the person through to."""
    preview = Preview.objects.filter(version=version).first() or Preview(version=version)
    preview.version = version
    return preview


def own_uploads(library: Library) -> QuerySet[Upload]:
    """Return the uploads that the person has under way in the library."""
    return Upload.objects.filter(author_id=library.standing.user.pk, group=library.group)


def upload_of(user: "Person", slug: str, key: uuid.UUID) -> tuple[Upload, Library]:
    """Return the person's own upload under way; rights are asked anew with each chunk."""
    library = library_for_writer(user, slug)
    upload = own_uploads(library).filter(key=key).first()
    if upload is None:
        raise Http404("No such upload.")
    return upload, library
