"""Clearance and publications: to read."""

from ninja import Router

from api.access import Caller, needs
from api.paging import PAGE, Page, Place, cut, page_of
from api.routes.answers import answers
from api.shapes.clearance import PublicationOut, RoundBrief, RoundOut
from groups.clearance import access
from groups.clearance.models import Publication
from groups.clearance.results import clearers_of, tally_of

router = Router(tags=["documents"])


@router.get(
    "/groups/{slug:slug}/documents/{int:document_id}/rounds",
    auth=needs("documents:read"),
    response=answers(200, Page[RoundBrief]),
    summary="List the rounds of clearance of a document",
)
def list_rounds(request: Caller, slug: str, document_id: int, place: Place = PAGE) -> Page[RoundBrief]:
    """Every round on the document's versions, those begun last first, for those who take part in the group."""
    found, document = access.rounds_for_participant(request.user, slug, document_id)
    rows, following = cut(page_of(found, place, newest=True), place, lambda one: one.pk)
    for round_ in rows:
        round_.document, round_.group = document, document.group
    return Page[RoundBrief](items=[RoundBrief.of(one) for one in rows], next=following)


@router.get(
    "/groups/{slug:slug}/documents/{int:document_id}/rounds/{int:round_id}",
    auth=needs("documents:read"),
    response=answers(200, RoundOut),
    summary="Read a round of clearance",
)
def read_round(request: Caller, slug: str, document_id: int, round_id: int) -> RoundOut:
    """A version's way through review and clearance, with every voice, for those who take part in the group."""
    round_, standing = access.round_for_participant(request.user, slug, document_id, round_id)
    return RoundOut.told(round_, list(tally_of(round_, standing).lines))


@router.get(
    "/groups/{slug:slug}/publications",
    auth=needs("documents:read"),
    response=answers(200, Page[PublicationOut]),
    summary="List a group's publications",
)
def list_publications(request: Caller, slug: str, place: Place = PAGE) -> Page[PublicationOut]:
    """What the group has published, the newest first; what was withdrawn is not in it."""
    group, standing = access.publications_for(request.user, slug)
    published = Publication.objects.standing().filter(group=group).select_related("round")
    rows, following = cut(page_of(published, place, newest=True), place, lambda one: one.pk)
    for publication in rows:
        publication.group = publication.round.group = group
    items = [PublicationOut.of(one, clearers) for one, clearers in zip(rows, clearers_of(rows, standing), strict=True)]
    return Page[PublicationOut](items=items, next=following)
