"""The profile of an organisation: edited by who acts for it; suspended and reinstated by the Secretariat."""

from collections.abc import Callable, Mapping
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
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
def suspend(request: SignedInRequest, slug: str) -> HttpResponse:
    """Suspend a partner, with a reason."""
    organisation, standing = _for_secretariat(request, slug)
    act = partial(services.suspend_organisation, by=secretariat_capacity(request.user))
    return _change(request, organisation, standing, "suspend", act)


@login_required
@require_POST
def reinstate(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give a partner that is suspended or left its place back, with a reason."""
    organisation, standing = _for_secretariat(request, slug)
    act = partial(services.reinstate_organisation, by=secretariat_capacity(request.user))
    return _change(request, organisation, standing, "reinstate", act)


@login_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a partner out of the alliance, with a reason."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    if not standing.may_change_roles:
        raise Http404("No such page.")
    return _change(request, organisation, standing, "leave", partial(services.leave_alliance, by=standing.act()))


def _for_secretariat(request: HttpRequest, slug: str) -> tuple[Organisation, OrganisationStanding]:
    organisation, standing = organisation_for_focal_point(request.user, slug)
    if not standing.is_secretariat:
        raise Http404("No such page.")
    return organisation, standing


def _change(
    request: HttpRequest,
    organisation: Organisation,
    standing: OrganisationStanding,
    name: str,
    act: Callable[..., object],
) -> HttpResponse:
    """Change where the organisation stands; what is wrong with the reason is told at the act it belongs to."""
    form = ReasonForm(request.POST, auto_id=f"{name}_%s")
    if form.is_valid():
        try:
            act(organisation, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Done. It is recorded with your reason."))
        return redirect("partners:edit", organisation.slug) if standing.is_secretariat else redirect("partners:mine")
    profile = ProfileForm(organisation=organisation, may_rename=standing.may_rename)
    return _page(request, organisation, standing, profile, broken={name: form})


def _page(
    request: HttpRequest,
    organisation: Organisation,
    standing: OrganisationStanding,
    form: ProfileForm,
    *,
    broken: Mapping[str, ReasonForm] = {},
    current: Organisation | None = None,
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "standing": standing,
        "form": form,
        "current": current,
        "reasons": {
            act: broken.get(act) or ReasonForm(auto_id=f"{act}_%s") for act in ("suspend", "reinstate", "leave")
        },
    }
    return render(request, "partners/edit.html", context, status=400 if broken or form.errors else 200)
