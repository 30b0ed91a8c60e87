"""The Secretariat's queue: organisations and groups that wait to be accepted or declined."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.errors import DomainError
from discussions.reporting import sources
from groups.forms import ReasonForm
from groups.models import Group
from groups.services import decline_group, open_group
from partners.models import Affiliation, Organisation
from partners.services import accept_organisation, confirm_affiliation, decline_affiliation, decline_organisation
from portal.access import officer
from portal.queue import waiting


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits, oldest first."""
    return _queue_page(request, officer(request.user).user)


@require_POST
def decide_organisation(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Accept or decline an organisation that asks to be a partner."""
    by = officer(request.user)
    organisation = get_object_or_404(Organisation, pk=organisation_id)
    return _decide(
        request,
        ("organisation", organisation_id),
        accept=lambda: accept_organisation(organisation, by=by),
        accepted=_("%(name)s is a partner now.") % {"name": organisation.name},
        decline=lambda reason: decline_organisation(organisation, by=by, reason=reason),
        declined=_("%(name)s was declined.") % {"name": organisation.name},
    )


@require_POST
def decide_group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Open or decline a group that a partner proposed."""
    by = officer(request.user)
    group = get_object_or_404(Group.objects.visible_to(request.user), pk=group_id)
    return _decide(
        request,
        ("group", group_id),
        accept=lambda: open_group(group, by=by),
        accepted=_("%(name)s is open now.") % {"name": group.name},
        decline=lambda reason: decline_group(group, by=by, reason=reason),
        declined=_("%(name)s was declined.") % {"name": group.name},
    )


@require_POST
def decide_affiliation(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Confirm or decline a person for an organisation that has no focal point to do it."""
    by = officer(request.user)
    affiliation = get_object_or_404(Affiliation, pk=affiliation_id)
    return _decide(
        request,
        ("affiliation", affiliation_id),
        accept=lambda: confirm_affiliation(affiliation, by=by, role=Affiliation.Role.FOCAL_POINT),
        accepted=_("%(name)s is a focal point now.") % {"name": affiliation.user.display_name},
        decline=lambda reason: decline_affiliation(affiliation, by=by, reason=reason),
        declined=_("The request was declined."),
    )


@require_POST
def decide_report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Take away what was reported, or let it stand; `kind` says what kind of words it is, a message if nothing."""
    by = officer(request.user)
    source = sources().get(request.POST.get("kind", "message"))
    if source is None or not source.model.objects.for_secretariat(by.user).filter(pk=report_id).exists():
        raise Http404
    upheld = request.POST.get("decision") == "hide"
    try:
        source.settle(report_id, by=by, upheld=upheld)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, str(source.removed if upheld else source.stands))
    return redirect("queue")


def _decide(
    request: HttpRequest,
    item: tuple[str, int],
    *,
    accept: Callable[[], object],
    accepted: str,
    decline: Callable[[str], object],
    declined: str,
) -> HttpResponse:
    """Carry out the answer; a reason that is missing is asked for beside the item, what came too late is told above all."""
    kind, pk = item
    act, done = accept, accepted
    if request.POST.get("decision") != "accept":
        form = ReasonForm.beside(kind, pk, request.POST)
        if not form.is_valid():
            return _queue_page(request, officer(request.user).user, refused=form)
        act, done = partial(decline, form.cleaned_data["reason"]), declined
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("queue")


def _queue_page(request: HttpRequest, reader: User, *, refused: ReasonForm | None = None) -> HttpResponse:
    context = {"waiting": waiting(reader), "refused": refused}
    return render(request, "portal/queue.html", context, status=422 if refused else 200)
