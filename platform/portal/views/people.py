"""The page of an organisation and the page of a person."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from discussions.actions.listing import LIST_SIZE, ORDERS, STATES, Wanted, rows, today
from discussions.actions.models import Action
from discussions.chat.conversations import may_write_to
from groups.models import Participant
from groups.models.group import groups_of
from notifications.models import MutedPerson
from notifications.services import mute as mute_person
from notifications.services import unmute as unmute_person
from partners.models import Organisation
from partners.standing import OrganisationStanding
from portal.access import affiliations_shown, groups_beside, organisation_for, people_of, person_for


@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an organisation: what it is, the groups it belongs to, and its people to those who may see them."""
    shown = organisation_for(request.user, slug)
    context = {
        "organisation": shown,
        "memberships": groups_beside(request.user, shown),
        "people": people_of(shown, request.user),
        "standing": OrganisationStanding.of(request.user, shown),
        "may_ask": request.user.is_authenticated and Organisation.objects.open_to(request.user).contains(shown),
    }
    return render(request, "portal/organisation.html", context)


@require_safe
def organisation_actions(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what an organisation has to do in the groups that the reader may read."""
    shown = organisation_for(request.user, slug)
    wanted = replace(Wanted.of(request.GET), owner=shown.pk, mine=False)
    actions = wanted.among(Action.objects.visible_to(request.user), request.user, today())
    page = Paginator(actions, LIST_SIZE).get_page(request.GET.get("page"))
    context = {
        "organisation": shown,
        "rows": rows(page.object_list, request.user),
        "page": page,
        "wanted": wanted,
        "states": STATES,
        "orders": ORDERS,
    }
    return render(request, "actions/own.html", context)


@require_safe
def person(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Show a person to those who share a group or an organisation with them; nobody's address is ever shown."""
    shown = person_for(request.user, person_id)
    seats = Participant.objects.taking_part().filter(user=shown)
    if request.user.pk != shown.pk and not request.user.is_secretariat:
        seats = seats.filter(membership__group__in=groups_of(request.user))
    context = {
        "person": shown,
        "is_muted": MutedPerson.objects.filter(user=request.user, muted=shown).exists(),
        "may_write_to": may_write_to(request.user, shown),
        "affiliations": affiliations_shown(shown, request.user),
        "seats": seats.select_related("membership__group", "membership__organisation").order_by(
            "membership__group__name"
        ),
    }
    return render(request, "portal/person.html", context)


@login_required
@require_POST
def mute(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Mute somebody for oneself, or (`muted` empty) hear of them again; they are never told."""
    other = person_for(request.user, person_id)
    if other.pk != request.user.pk:
        act = mute_person if request.POST.get("muted") else unmute_person
        act(request.user, other)
    return redirect(other)
