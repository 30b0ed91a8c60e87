"""Pages of words: what this is, and where to turn when somebody is in danger."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import facts


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what the partnership is, how it is built, and what this site keeps of whom."""
    return render(request, "portal/about.html", {"pillars": facts.PILLARS})


@require_safe
def danger(request: HttpRequest) -> HttpResponse:
    """Say where to turn when somebody is in danger: help lines, never a form, because no case is ever stored here."""
    return render(request, "portal/danger.html")
