"""Publications in the search: for whoever may find their group, also where its library is its members' own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from core.prepared import prepared
from groups.clearance.models import Publication, published_to
from groups.clearance.models.publication import published_for
from search.cards import Doors, Shown, Source, Who
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader

_published_to_all = prepared(lambda: published_to(AnonymousUser()).order_by().values_list("pk", flat=True))
_published = prepared(lambda user: published_for(user).order_by().values_list("pk", flat=True))


def publication_doors(who: Who) -> Doors:
    """The groups whose publications the reader may read."""
    if who.pk is None:
        return Doors(within=_published_to_all.statement())
    return Doors(within=_published.statement(who.pk))


def show_publications(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return publications as they are listed."""
    found = Publication.objects.filter(pk__in=[pk for pk, _part in asked]).select_related("group")
    return {
        (one.pk, 0): Shown(
            title=one.title,
            url=one.get_absolute_url(),
            text=one.summary or one.authors,
            where=one.group.name,
        )
        for one in found
    }


PUBLICATIONS = Source(
    label=Kind.PUBLICATION.label,
    rows=Publication.objects.all,
    cards=Publication.cards,
    doors=publication_doors,
    show=show_publications,
    suggested=True,
)
