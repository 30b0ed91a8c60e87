"""How much room a group's library has."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from groups.documents import access, services
from groups.documents.models.space import space_of
from groups.documents.record_forms import GIGABYTE, SpaceForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quota(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how much room the library has: the Secretariat does, whether or not it reads what is there."""
    group, standing = access.group_for_quota(request.user, slug)
    space = space_of(group)
    now = None if space.quota is None else space.quota // GIGABYTE
    form = SpaceForm(request.POST if request.method == "POST" else None, initial={"gigabytes": now})
    if request.method == "POST" and form.is_valid():
        try:
            services.give_space(group, quota=form.quota, by=standing.officer)
            messages.success(request, _("Saved."))
            return redirect("documents:quota", slug)
        except DomainError as refusal:
            form.add_error("gigabytes", refusal.message)
    context = {"group": group, "standing": standing, "form": form, "space": space}
    return render(request, "documents/quota.html", context, status=422 if form.errors else 200)
