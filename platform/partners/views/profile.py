"""The profile of an organisation: edited by who acts for it; suspended and reinstated by the Secretariat."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from partners import services
from partners.access import organisation_for_focal_point
from partners.capacity import secretariat_capacity
from partners.forms import ProfileForm, ReasonForm
from partners.models import Organisation
from partners.standing import OrganisationStanding


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit the profile; what somebody else changed meanwhile is shown, and what was typed is kept."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    form = ProfileForm(request.POST or None, organisation=organisation, may_rename=standing.may_rename)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = services.edit_profile(
                organisation, by=standing.act(), base=form.cleaned_data["base"], **form.changes
            )
        except Conflict as conflict:
            current = conflict.current
            assert isinstance(current, Organisation)
            form.rebase(current)
            return _page(request, current, standing, form, current=current)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The profile is saved."))
            return redirect(organisation)
    return _page(request, organisation, standing, form)


@login_required
@require_POST
def suspend(request: HttpRequest, slug: str) -> HttpResponse:
    """Suspend a partner, with a reason."""
    return _status(request, slug, "suspend")


@login_required
@require_POST
def reinstate(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a suspended partner its place back, with a reason."""
    return _status(request, slug, "reinstate")


def _status(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    organisation, standing = organisation_for_focal_point(request.user, slug)
    if not (standing.is_secretariat and standing.user.is_authenticated):
        raise Http404("No such page.")
    form = ReasonForm(request.POST)
    if form.is_valid():
        verb = {"suspend": services.suspend_organisation, "reinstate": services.reinstate_organisation}[act]
        try:
            verb(organisation, by=secretariat_capacity(standing.user), reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Done. It is recorded with your reason."))
            return redirect("partners:edit", slug)
    profile = ProfileForm(organisation=organisation, may_rename=standing.may_rename)
    return _page(request, organisation, standing, profile, reason=form)


def _page(
    request: HttpRequest,
    organisation: Organisation,
    standing: OrganisationStanding,
    form: ProfileForm,
    *,
    reason: ReasonForm | None = None,
    current: Organisation | None = None,
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "standing": standing,
        "form": form,
        "current": current,
        "reason": reason or ReasonForm(auto_id="status_%s"),
    }
    broken = form.errors or (reason and reason.errors)
    return render(request, "partners/edit.html", context, status=400 if broken else 200)
