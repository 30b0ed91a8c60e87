"""A group's overview: what it is for, who leads it, who belongs to it, what is new."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.access import group_for
from portal.overview import overview_of


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the group to whoever may know of it; what is new in it only to those who may read it."""
    group, standing = group_for(request.user, slug)
    return render(request, "portal/group.html", {"group": group, "standing": standing, **overview_of(group, standing)})
