"""One's own organisations: where requests stand, asking, proposing, and invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from core.errors import DomainError
from partners import services
from partners.access import invitation_by_token, invitation_to, invitations_to, own_affiliation, refused_answer
from partners.capacity import Capacity
from partners.forms import ProposalForm, RequestForm
from partners.models import Affiliation, Invitation

PAST = 10


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Say what happens next, after an address was confirmed; a visitor, who confirmed on another device, signs in first."""
    ties = Affiliation.objects.live().of(request.user).select_related("organisation")
    return render(
        request,
        "partners/welcome.html",
        {
            "ties": ties.order_by("created_at"),
            "invitations": invitations_to(request.user),
            "refused": refused_answer(request.user),
        },
    )


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """Show for whom the person acts, what waits for an answer, which invitations are open, and what was."""
    ties = Affiliation.objects.of(request.user).select_related("organisation")
    past = [Affiliation.State.DECLINED, Affiliation.State.ENDED]
    context = {
        "active": ties.active().order_by("organisation__folded"),
        "waiting": ties.filter(state=Affiliation.State.REQUESTED).order_by("created_at"),
        "refused": refused_answer(request.user),
        "past": ties.filter(state__in=past).order_by("-ended_at", "-pk")[:PAST],
        "invitations": invitations_to(request.user),
    }
    return render(request, "partners/mine.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask to act for a partner of the directory."""
    form = RequestForm(
        request.POST or None, user=request.user, initial={"organisation": request.GET.get("organisation", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.request_affiliation(
                request.user, form.cleaned_data["organisation"], function=form.cleaned_data["function"]
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your request is with the organisation’s focal points."))
            return redirect("partners:mine")
    return render(request, "partners/ask.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SignedInRequest) -> HttpResponse:
    """Propose a new organisation to the Secretariat."""
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_organisation(request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your organisation waits for the Secretariat’s answer."))
            return redirect("partners:mine")
    return render(request, "partners/propose.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: SignedInRequest, affiliation_id: int) -> HttpResponse:
    """Take one's own request back."""
    affiliation = own_affiliation(request.user, affiliation_id)
    try:
        services.withdraw_request(affiliation, by=Capacity(request.user, None, ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your request is taken back."))
    return redirect("partners:mine")


@login_required
@require_POST
def accept(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """Accept an invitation that is bound to a verified address of one's own."""
    invitation = invitation_to(request.user, invitation_id)
    return _accept(request, invitation)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation to whoever holds its link, and redeem it by POST.

    Looking changes nothing, so that mail scanners use nothing up. An undisclosed organisation is named only to the person
    who signed in with the address the invitation is bound to.
    """
    found = invitation_by_token(token)
    bound = invitations_to(request.user).filter(pk=found.pk).exists()
    if request.method == "POST" and request.user.is_authenticated:
        return _accept(request, found)
    context = {
        "invitation": found,
        "bound": bound,
        "named": bound or not found.organisation.is_undisclosed,
        "signed_in": request.user.is_authenticated,
    }
    return render(request, "partners/invitation.html", context)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    assert request.user.is_authenticated
    try:
        services.accept_invitation(found, person=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("partners:mine")
    messages.success(request, _("You act for %(organisation)s now.") % {"organisation": found.organisation.name})
    return redirect("partners:mine")
