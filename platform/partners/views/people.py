"""The people of an organisation: requests, roles, invitations, the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from notifications.guests import undelivered
from partners import services
from partners.access import affiliation_for, affiliation_in, organisation_for_focal_point
from partners.forms import ConfirmForm, FunctionForm, HandOverForm, InviteForm, ReasonForm, RoleForm
from partners.letters import KIND
from partners.models import Affiliation, Invitation, Organisation
from partners.standing import OrganisationStanding


@dataclass
class Asking:
    """A request with the forms that answer it."""

    affiliation: Affiliation
    confirm: Form
    decline: Form


@login_required
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who acts for the organisation, who asks to, and who is invited."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    return _people_page(request, organisation, standing)


@login_required
@require_POST
def confirm(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """Confirm a request, in a role."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    affiliation = affiliation_in(organisation, affiliation_id)
    form = ConfirmForm(request.POST, standing=standing, auto_id=f"confirm_{affiliation.pk}_%s")
    if form.is_valid():
        try:
            services.confirm_affiliation(affiliation, by=standing.act(), role=form.cleaned_data["role"])
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request, _("%(name)s acts for the organisation now.") % {"name": affiliation.user.display_name}
            )
        return redirect("partners:people", slug)
    return _people_page(request, organisation, standing, broken=Asking(affiliation, form, _decline(affiliation)))


@login_required
@require_POST
def decline(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """Decline a request, with a reason."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    affiliation = affiliation_in(organisation, affiliation_id)
    form = ReasonForm(request.POST, auto_id=f"decline_{affiliation.pk}_%s")
    if form.is_valid():
        try:
            services.decline_affiliation(affiliation, by=standing.act(), reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("The request is declined, and the person reads your reason."))
        return redirect("partners:people", slug)
    return _people_page(
        request, organisation, standing, broken=Asking(affiliation, _confirm(affiliation, standing), form)
    )


@login_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite a colleague; the answer is the same whether or not the address has an account."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    form = InviteForm(request.POST, standing=standing)
    if form.is_valid():
        try:
            services.invite_colleague(organisation, by=standing.act(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request, _("An invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]}
            )
            return redirect("partners:people", slug)
    return _people_page(request, organisation, standing, inviting=form)


@login_required
@require_POST
def revoke(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Take an open invitation back."""
    organisation, standing = organisation_for_focal_point(request.user, slug)
    invitation = get_object_or_404(Invitation.objects.filter(organisation=organisation), pk=invitation_id)
    try:
        services.revoke_invitation(invitation, by=standing.act())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The invitation is taken back; its link no longer works."))
    return redirect("partners:people", slug)


@login_required
@require_safe
def affiliation(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """Show one person's tie with what may be done about it."""
    tie, standing = _active(request, slug, affiliation_id)
    return _affiliation_page(request, tie, standing)


@login_required
@require_POST
def role(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """Make the person focal point, alternate or staff."""
    tie, standing = _active(request, slug, affiliation_id)
    form = RoleForm(request.POST, standing=standing, auto_id="role_%s")
    return _change(request, tie, standing, form, lambda data: services.change_role(tie, by=standing.act(), **data))


@login_required
@require_POST
def function(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """Change what the person is called in the organisation."""
    tie, standing = _active(request, slug, affiliation_id)
    form = FunctionForm(request.POST, auto_id="function_%s")
    return _change(request, tie, standing, form, lambda data: services.change_function(tie, by=standing.act(), **data))


@login_required
@require_POST
def hand_over(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """Pass the role to a successor, and leave if that is said."""
    tie, standing = _active(request, slug, affiliation_id)
    form = HandOverForm(request.POST, affiliation=tie, auto_id="hand_over_%s")
    return _change(request, tie, standing, form, lambda data: services.hand_over(tie, by=standing.act(), **data))


@login_required
@require_POST
def end(request: HttpRequest, slug: str, affiliation_id: int) -> HttpResponse:
    """End the affiliation: one's own, or another's with a reason."""
    tie, standing = _active(request, slug, affiliation_id)
    form = _end_form(request, tie, request.POST)
    return _change(request, tie, standing, form, lambda data: services.end_affiliation(tie, by=standing.act(), **data))


def _active(request: HttpRequest, slug: str, affiliation_id: int) -> tuple[Affiliation, OrganisationStanding]:
    tie, standing = affiliation_for(request.user, slug, affiliation_id)
    if not tie.is_active:
        raise Http404("No such affiliation.")
    return tie, standing


def _change(
    request: HttpRequest,
    tie: Affiliation,
    standing: OrganisationStanding,
    form: Form,
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Carry out one act upon a tie: an error stands at its form, a success leads back to where people are listed."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Done. It is recorded."))
            if tie.user_id == request.user.pk:
                return redirect("partners:mine")
            return redirect("partners:people", tie.organisation.slug)
    return _affiliation_page(request, tie, standing, broken=form)


def _confirm(affiliation: Affiliation, standing: OrganisationStanding) -> Form:
    return ConfirmForm(standing=standing, auto_id=f"confirm_{affiliation.pk}_%s")


def _decline(affiliation: Affiliation) -> Form:
    return ReasonForm(auto_id=f"decline_{affiliation.pk}_%s")


def _end_form(request: HttpRequest, tie: Affiliation, data: object = None) -> Form:
    form = ReasonForm(data, auto_id="end_%s")  # type: ignore[arg-type]
    if tie.user_id == request.user.pk:
        form.fields["reason"].required = False
        form.fields["reason"].help_text = ""
    return form


def _people_page(
    request: HttpRequest,
    organisation: Organisation,
    standing: OrganisationStanding,
    *,
    broken: Asking | None = None,
    inviting: InviteForm | None = None,
) -> HttpResponse:
    asking = [
        broken
        if broken and broken.affiliation.pk == request_.pk
        else Asking(request_, _confirm(request_, standing), _decline(request_))
        for request_ in Affiliation.objects.requested().filter(organisation=organisation).select_related("user")
    ]
    invitations = list(
        Invitation.objects.open()
        .filter(organisation=organisation)
        .select_related("invited_by")
        .order_by("-created_at")
    )
    context = {
        "organisation": organisation,
        "standing": standing,
        "asking": asking,
        "people": Affiliation.objects.active().filter(organisation=organisation).for_display(),
        "invitations": invitations,
        "undelivered": undelivered(KIND, [one.pk for one in invitations]),
        "inviting": inviting or InviteForm(standing=standing),
    }
    return render(request, "partners/people.html", context, status=400 if broken or inviting else 200)


def _affiliation_page(
    request: HttpRequest, tie: Affiliation, standing: OrganisationStanding, *, broken: Form | None = None
) -> HttpResponse:
    def form_of(kind: type[Form], fresh: Callable[[], Form]) -> Form:
        return broken if type(broken) is kind else fresh()

    own = tie.user_id == request.user.pk
    context = {
        "tie": tie,
        "organisation": tie.organisation,
        "standing": standing,
        "own": own,
        "may_hand_over": own or standing.may_change_roles,
        "may_end": standing.may_end(tie),
        "role": form_of(RoleForm, lambda: RoleForm(standing=standing, initial={"role": tie.role}, auto_id="role_%s")),
        "function": form_of(
            FunctionForm, lambda: FunctionForm(initial={"function": tie.function}, auto_id="function_%s")
        ),
        "hand_over": form_of(HandOverForm, lambda: HandOverForm(affiliation=tie, auto_id="hand_over_%s")),
        "end": form_of(ReasonForm, lambda: _end_form(request, tie)),
    }
    return render(request, "partners/affiliation.html", context, status=400 if broken else 200)
