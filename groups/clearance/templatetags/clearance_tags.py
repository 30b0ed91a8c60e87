"""What pages below clearance show of it, asked for by their templates: the library knows nothing of rounds."""

from typing import TYPE_CHECKING, Any

from django import template

from groups.clearance.models import Publication, Round, Stage
from groups.documents.library import Library

if TYPE_CHECKING:
    from groups.documents.models import Document
    from groups.standing import Standing

register = template.Library()


@register.inclusion_tag("clearance/_open.html")
def open_round(document: "Document", standing: "Standing") -> dict[str, Any]:
    """Warn who is about to add a version of the round that it ends: one query for those who take part."""
    round_ = None
    if standing.is_participant:
        round_ = Round.objects.open().filter(document=document).select_related("version").first()
    if round_:
        round_.group = document.group
    return {"round": round_}


@register.inclusion_tag("clearance/_beside.html")
def document_clearance(document: "Document", standing: "Standing") -> dict[str, Any]:
    """Say where the versions of a document stand on their way to publication: two queries, whoever reads."""
    rounds = []
    if standing.is_participant:
        rounds = list(Round.objects.filter(document=document).select_related("version").order_by("-pk")[:10])
    publications = list(Publication.objects.standing().filter(document=document).select_related("version")[:10])
    for round_ in rounds:
        round_.group = document.group
    for publication in publications:
        publication.group = document.group
    newest = document.latest_id
    begun = any(one.is_open or (one.version_id == newest and one.stage == Stage.CLEARED) for one in rounds)
    return {
        "document": document,
        "group": document.group,
        "rounds": rounds,
        "publications": publications,
        "may_start": not begun and Library(standing.group, standing).may_write_to(document),
    }
