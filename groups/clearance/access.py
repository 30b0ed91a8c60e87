"""The doors to rounds and publications.

A round is the group's own: who takes part and may read the document sees it. A publication is for whoever may find the group.
"""

from typing import TYPE_CHECKING

from django.http import Http404

from groups.access import NO_GROUP, group_for_manager, group_for_participant
from groups.clearance.models import Publication, Round, RoundQuerySet, published_to
from groups.documents.access import document_in
from groups.documents.library import Library
from groups.documents.models import Document
from groups.models import Group
from groups.standing import Standing
from partners.capacity import Capacity

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Person = User | AnonymousUser

NO_ROUND = "No such round."


def document_for_participant(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document of a group in which the person takes part."""
    library = Library(*group_for_participant(user, slug))
    return document_in(library, document_id), library


def document_for_writer(user: "Person", slug: str, document_id: int) -> tuple[Document, Library]:
    """Return a document that the person may put to the group for review."""
    document, library = document_for_participant(user, slug, document_id)
    if not library.may_write_to(document):
        raise Http404(NO_ROUND)
    return document, library


def rounds_for_participant(user: "Person", slug: str, document_id: int) -> tuple[RoundQuerySet, Document]:
    """Return the rounds of a document the person may read, in a group in which they take part."""
    document, _library = document_for_participant(user, slug, document_id)
    return Round.objects.select_related("version").filter(document=document), document


def round_for_participant(user: "Person", slug: str, document_id: int, round_id: int) -> tuple[Round, Standing]:
    """Return a round of a document the person may read, in a group in which they take part."""
    document, library = document_for_participant(user, slug, document_id)
    found = Round.objects.select_related("version").filter(document=document, pk=round_id).first()
    if found is None:
        raise Http404(NO_ROUND)
    found.document, found.group, found.version.document = document, library.group, document
    return found, library.standing


def round_for_writer(user: "Person", slug: str, document_id: int, round_id: int) -> tuple[Round, Standing]:
    """Return a round in which the person may speak for an organisation; what it takes now, the service says in words."""
    found, standing = round_for_participant(user, slug, document_id, round_id)
    if not standing.may_upload:
        raise Http404(NO_ROUND)
    return found, standing


def round_for_lead(user: "Person", slug: str, document_id: int, round_id: int) -> tuple[Round, Standing]:
    """Return a round that the person leads on: whom to ask, until when, and whether it is published."""
    found, standing = round_for_participant(user, slug, document_id, round_id)
    if not standing.may_moderate:
        raise Http404(NO_ROUND)
    return found, standing


def rule_for_lead(user: "Person", slug: str) -> tuple[Group, Standing]:
    """Return a group whose rule of silence the person decides."""
    return group_for_manager(user, slug)


def publications_for(user: "Person", slug: str) -> tuple[Group, Standing]:
    """Return a group whose publications the person may read; any other looks like none."""
    group = published_to(user).select_related("parent").filter(slug=slug).first()
    if group is None:
        raise Http404(NO_GROUP)
    return group, Standing.of(user, group)


def publication_for(user: "Person", slug: str, publication_id: int) -> tuple[Publication, Standing]:
    """Return a publication of such a group, withdrawn ones too: that they were published stays."""
    group, standing = publications_for(user, slug)
    found = Publication.objects.select_related("version__scan", "document", "round")
    publication = found.filter(group=group, pk=publication_id).first()
    if publication is None:
        raise Http404(NO_GROUP)
    publication.group = publication.round.group = group
    return publication, standing


def publication_for_lead(user: "Person", slug: str, publication_id: int) -> tuple[Publication, Standing]:
    """Return a publication that the person may withdraw."""
    publication, standing = publication_for(user, slug, publication_id)
    if not standing.may_manage:
        raise Http404(NO_GROUP)
    return publication, standing


def asked_capacities(round_: Round, standing: Standing) -> list[Capacity]:
    """Return the capacities in which the person may answer: of organisations that are asked and still there."""
    if not round_.takes_answers or not standing.may_upload:
        return []
    asked = set(round_.voices.filter(left_at=None).values_list("organisation_id", flat=True))
    return [one for one in standing.capacities if one.organisation_id in asked]
