"""The directory of groups, and proposing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.markdown import clean
from groups import services
from groups.directory import FILTERS, directory_of
from groups.forms import ProposeForm
from groups.models import Group
from groups.views.answers import attempt_with
from partners.capacity import choose
from partners.models import Affiliation


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """List the groups the person may know of, working groups under their parents."""
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in FILTERS else "all"
    query = clean(request.GET.get("q", "")).strip()[:100]
    listing = directory_of(request.user, chosen, query)
    may_propose = Affiliation.objects.speaking().focal().of(request.user).exists()
    context = {"listing": listing, "chosen": chosen, "query": query, "may_propose": may_propose}
    return render(request, "groups/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a group for one's organisation; the Secretariat opens or declines it."""
    user = request.user
    ties = list(Affiliation.objects.speaking().focal().of(user).select_related("organisation", "user"))
    if not ties:
        return render(request, "groups/propose.html", {"form": None})
    form = ProposeForm(request.POST or None, affiliations=ties)
    made: list[Group] = []
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        by = choose([tie.capacity for tie in ties], data.pop("as"))
        if attempt_with(form, lambda: made.append(services.propose_group(by=by, **data))):
            messages.success(request, _("Proposed. The Secretariat has it in its queue; you will be told."))
            return redirect(made[0])
    return render(request, "groups/propose.html", {"form": form}, status=422 if form.errors else 200)
