"""Organisations in the search: those whose name the person may see."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from core.markdown import excerpt
from core.prepared import prepared
from partners.models import Organisation
from search.cards import Doors, Shown, Source, Who
from search.models import Kind

if TYPE_CHECKING:
    from search.cards import Reader, Who


def organisation_doors(who: Who) -> Doors:
    """The organisations whose page the reader may open from the directory."""
    if who.pk is None:
        return Doors(within=_listed.statement())
    if who.is_secretariat:
        return Doors(everywhere=True)
    return Doors(within=_known.statement(who.pk))


# Inside every search: `Organisation.objects.visible_to`, compiled once.
_listed = prepared(lambda: Organisation.objects.visible_to(AnonymousUser()).order_by().values_list("pk", flat=True))
_known = prepared(lambda user: Organisation.objects.known_to(user).order_by().values_list("pk", flat=True))


def show_organisations(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return organisations as they are listed."""
    return {
        (one.pk, 0): Shown(
            title=f"{one.name} ({one.acronym})" if one.acronym else one.name,
            url=one.get_absolute_url(),
            text=excerpt(one.mandate, len(one.mandate) + 1),
            where=one.get_stakeholder_type_display(),
        )
        for one in Organisation.objects.filter(pk__in=[pk for pk, _part in asked])
    }


ORGANISATIONS = Source(
    label=Kind.ORGANISATION.label,
    rows=Organisation.objects.all,
    cards=Organisation.cards,
    doors=organisation_doors,
    show=show_organisations,
    suggested=True,
)
