"""The Secretariat's queue: organisations and groups that wait to be accepted or declined."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from groups.models import Group
from groups.services import decline_group, open_group
from partners.capacity import Capacity, secretariat_capacity
from partners.models import Affiliation, Organisation
from partners.services import accept_organisation, confirm_affiliation, decline_affiliation, decline_organisation
from portal.queue import waiting


def _officer(request: HttpRequest) -> Capacity:
    """Return the officer's capacity; to everybody else there is no queue."""
    if not (request.user.is_authenticated and request.user.is_secretariat):
        raise Http404
    return secretariat_capacity(request.user)


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits, oldest first."""
    _officer(request)
    return render(request, "portal/queue.html", {"waiting": waiting()})


@require_POST
def decide_organisation(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Accept or decline an organisation that asks to be a partner."""
    by = _officer(request)
    organisation = get_object_or_404(Organisation, pk=organisation_id)
    try:
        if request.POST.get("decision") == "accept":
            accept_organisation(organisation, by=by)
            messages.success(request, _("%(name)s is a partner now.") % {"name": organisation.name})
        else:
            decline_organisation(organisation, by=by, reason=request.POST.get("reason", ""))
            messages.success(request, _("%(name)s was declined.") % {"name": organisation.name})
    except DomainError as refusal:
        return _refused(request, refusal, "organisation", organisation_id)
    return redirect("queue")


@require_POST
def decide_group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Open or decline a group that a partner proposed."""
    by = _officer(request)
    group = get_object_or_404(Group.objects.visible_to(request.user), pk=group_id)
    try:
        if request.POST.get("decision") == "accept":
            open_group(group, by=by)
            messages.success(request, _("%(name)s is open now.") % {"name": group.name})
        else:
            decline_group(group, by=by, reason=request.POST.get("reason", ""))
            messages.success(request, _("%(name)s was declined.") % {"name": group.name})
    except DomainError as refusal:
        return _refused(request, refusal, "group", group_id)
    return redirect("queue")


@require_POST
def decide_affiliation(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Confirm or decline a person for an organisation that has no focal point to do it."""
    by = _officer(request)
    affiliation = get_object_or_404(Affiliation, pk=affiliation_id)
    try:
        if request.POST.get("decision") == "accept":
            confirm_affiliation(affiliation, by=by, role=Affiliation.Role.FOCAL_POINT)
            messages.success(request, _("%(name)s is a focal point now.") % {"name": affiliation.user.display_name})
        else:
            decline_affiliation(affiliation, by=by, reason=request.POST.get("reason", ""))
            messages.success(request, _("The request was declined."))
    except DomainError as refusal:
        return _refused(request, refusal, "affiliation", affiliation_id)
    return redirect("queue")


def _refused(request: HttpRequest, refusal: DomainError, kind: str, pk: int) -> HttpResponse:
    """Show the queue again, with the refusal beside the item and the reason that was typed."""
    refused = {
        "kind": kind,
        "pk": pk,
        "text": refusal.message,
        "typed": request.POST.get("reason", ""),
        "declining": request.POST.get("decision") != "accept",
    }
    return render(request, "portal/queue.html", {"waiting": waiting(), "refused": refused}, status=422)
