"""The page of live figures, for the Secretariat."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.access import officer
from portal.figures import figures_at


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show how the processes of the site fare."""
    officer(request.user)
    now = timezone.now()
    return render(request, "portal/figures.html", {"figures": figures_at(now), "now": now})
