"""The first page: for visitors what the alliance is, for people who signed in what is new for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.models import Group
from partners.models import Organisation
from portal import facts
from portal.home import home_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the landing page to visitors, and their own home to those who signed in."""
    if request.user.is_authenticated:
        return render(request, "portal/home.html", {"home": home_of(request.user)})
    return render(request, "portal/landing.html", landing_context(request))


def landing_context(request: HttpRequest) -> dict[str, object]:
    """Return what the landing page says: public facts, public groups, and how many partners are publicly named."""
    groups = Group.objects.visible_to(request.user).filter(parent=None, state="active").order_by("name")
    return {
        "figures": facts.FIGURES,
        "newer_figures": facts.NEWER_FIGURES,
        "pillars": facts.PILLARS,
        "groups": groups[:8],
        "partner_count": Organisation.objects.visible_to(request.user).active().count(),
        "group_count": Group.objects.visible_to(request.user).filter(state="active").count(),
    }
