"""The first page: for visitors what the alliance is, for people who signed in what is new for them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from discussions.views.requests import number
from groups.documents.services import forget_opened as forget_opened_by
from groups.models import Group, GroupState, Membership
from partners.models import Organisation
from portal import catching_up, facts
from portal.home import home_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the landing page to visitors, and their own home to those who signed in."""
    if request.user.is_authenticated:
        return render(request, "portal/home.html", {"home": home_of(request.user)})
    return render(request, "portal/landing.html", landing_context(request))


def landing_context(request: HttpRequest) -> dict[str, object]:
    """Return what the landing page says: public facts, public groups, and how many partners named publicly are in these."""
    groups = Group.objects.visible_to(request.user).filter(state=GroupState.ACTIVE).order_by("name")
    members = Membership.objects.active().filter(group__in=groups).values("organisation")
    return {
        "figures": facts.FIGURES,
        "newer_figures": facts.NEWER_FIGURES,
        "pillars": facts.PILLARS,
        "groups": groups.filter(parent=None)[:8],
        "partner_count": Organisation.objects.visible_to(request.user).active().filter(pk__in=members).count(),
    }


@login_required
@require_POST
def clear(request: SignedInRequest) -> HttpResponse:
    """Put away what is new: everything, of one `group`, or one `thread` of it."""
    groups = Group.objects.joined_by(request.user).live()
    group, thread = number(request.POST.get("group")), number(request.POST.get("thread"))
    if group:
        groups = groups.filter(pk=group)
    catching_up.clear(request.user, groups, thread_id=thread or None, everything=not group)
    return redirect("home")


@login_required
@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    """Bring back what was put away last."""
    if not catching_up.undo(request.user):
        messages.info(request, _("Nothing was put away just now."))
    return redirect("home")


@login_required
@require_POST
def forget_opened(request: SignedInRequest) -> HttpResponse:
    """Forget which documents the person opened, in every group."""
    forget_opened_by(request.user)
    return redirect("home")
