"""The directory of partners."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from core.folding import fold
from partners.countries import country_name
from partners.forms import DirectoryForm
from partners.models import Organisation, OrganisationQuerySet, OrganisationStatus, StakeholderType

PER_PAGE = 30

Counted = list[tuple[str, str, int]]


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """List the partners the reader may know of, by name, filtered; counts count nothing else.

    The Secretariat may also list those that are no partners: applicants, suspended, declined, left.
    """
    form = DirectoryForm(request.GET)
    query, kind, country, status = (form.chosen(name) for name in ("q", "type", "country", "status"))
    of_status = Organisation.objects.visible_to(request.user)
    if request.user.is_authenticated and request.user.is_secretariat and status:
        of_status = of_status.filter(status=status)
    else:
        status = ""
        of_status = of_status.active()
    matching = of_status.matching(query)
    of_type = matching.filter(stakeholder_type=kind) if kind else matching
    of_country = matching.filter(country=country) if country else matching
    shown = of_type.filter(country=country) if country else of_type
    context = {
        "page": Paginator(shown.for_display(), PER_PAGE).get_page(request.GET.get("page")),
        "query": query,
        "kind": kind,
        "country": country,
        "status": status,
        "types": _counted(of_country, "stakeholder_type", StakeholderType.choices, kind),
        "countries": _counted(of_type, "country", _countries(of_type, country), country),
        "statuses": OrganisationStatus.choices,
        "filtered": bool(query or kind or country or status),
    }
    return render(request, "partners/list.html", context)


def _counted(
    found: OrganisationQuerySet, field: str, choices: Iterable[tuple[str, "str | Promise"]], chosen: str
) -> Counted:
    """Return (value, words, how many) of each choice that occurs, and of the chosen one even if it does not."""
    counts = dict(found.order_by().values_list(field).annotate(number=Count("pk")))
    return [
        (value, str(words), counts.get(value, 0)) for value, words in choices if value in counts or value == chosen
    ]


def _countries(found: OrganisationQuerySet, chosen: str) -> list[tuple[str, str]]:
    codes = {*found.order_by().values_list("country", flat=True).distinct(), chosen} - {""}
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: fold(pair[1]))
