"""The doors to a page: the library's own, so that a page is read and written by whoever reads and writes documents there."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404

from accounts.models import User
from groups.documents.access import NO_DOCUMENT, document_for_reader, document_for_writer, library_for_writer
from groups.documents.library import Library
from groups.documents.models import Document
from groups.documents.models.reach import reach_of
from groups.pages.models import Page, Template
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Person = User | AnonymousUser


def page_for_reader(user: "Person", slug: str, document_id: int) -> tuple[Page, Library]:
    """Return a page the person may read; a file looks like none."""
    return _page_of(*document_for_reader(user, slug, document_id))


def page_for_writer(user: "Person", slug: str, document_id: int) -> tuple[Page, Library]:
    """Return a page the person may write in."""
    return _page_of(*document_for_writer(user, slug, document_id))


def _page_of(document: Document, library: Library) -> tuple[Page, Library]:
    page = Page.objects.filter(pk=document.pk).first()
    if page is None:
        raise Http404(NO_DOCUMENT)
    page.document = document
    return page, library


def page_for_lead(user: "Person", slug: str, document_id: int) -> tuple[Page, Library]:
    """Return a page that the person may keep as a template of the group they lead."""
    page, library = page_for_reader(user, slug, document_id)
    if not library.standing.may_moderate:
        raise Http404(NO_DOCUMENT)
    return page, library


def template_for_lead(user: "Person", slug: str, template_id: int) -> tuple[Template, Library]:
    """Return a template of a group that the person leads; any other looks like none."""
    library = library_for_writer(user, slug)
    found = Template.objects.filter(group=library.group, pk=template_id).first()
    if found is None or not library.standing.may_moderate:
        raise Http404(NO_DOCUMENT)
    found.group = library.group
    return found, library


@dataclass(frozen=True, slots=True)
class Right:
    """What one person may do with one page now, and whether their place in it is shown to others, and others' to them."""

    may_write: bool
    shows: bool
    sees: bool
    name: str


def rights_in(document: Document, standings: Collection[Standing]) -> dict[int, Right]:
    """Return what these people may do with a page of the group, by their ids, without those to whom it looks like none."""
    found = {}
    for standing in standings:
        user = standing.user
        if isinstance(user, User) and _is_seen(document, standing):
            inside, writes = standing.is_participant, Library(standing.group, standing).may_write_to(document)
            found[user.pk] = Right(writes, inside and user.shows_presence, inside, user.display_name)
    return found


def _is_seen(document: Document, standing: Standing) -> bool:
    """Say of a document that stands whether the person may read it, as `documents_for` does of many."""
    begins = standing.history_from
    young = begins is None or document.created_at >= begins
    return standing.may_read and young and document.reach <= reach_of(standing)


def page_rights(page_id: int, user_ids: Collection[int]) -> dict[int, Right]:
    """Return what these people may do with the page, by their ids: a fixed number of queries for those who take part."""
    document = (
        Document.objects.present()
        .filter(pk=page_id, page__isnull=False)
        .select_related("group__parent", "folder")
        .first()
    )
    if document is None:
        return {}
    people = User.objects.filter(pk__in=user_ids, is_active=True)
    standings = Standing.of_many([(one, document.group) for one in people])
    return rights_in(document, standings.values())
