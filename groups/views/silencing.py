"""Muting a person in a group for a time, and letting them write again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core.errors import DomainError
from groups import services
from groups.access import NO_GROUP, group_for_manager
from groups.forms import SilenceForm
from groups.models import Group, Participant, Silence


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def silence(request: HttpRequest, slug: str, person_id: int) -> HttpResponse:
    """Mute somebody who takes part, after saying what that means."""
    group, standing = group_for_manager(request.user, slug)
    person = _person(group, person_id)
    form = SilenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.silence(group, person, by=standing.act(), **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Muted, and told so. It ends by itself."))
            return redirect("groups:members", slug)
    held = Silence.objects.holding().filter(group=group, user=person).order_by("-until").first()
    context = {"group": group, "standing": standing, "person": person, "form": form, "held": held}
    return render(request, "groups/silence.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def lift(request: HttpRequest, slug: str, person_id: int) -> HttpResponse:
    """Let somebody write again before the time is over."""
    group, standing = group_for_manager(request.user, slug)
    held = Silence.objects.holding().filter(group=group, user=person_id).select_related("user").first()
    if held is None:
        raise Http404(NO_GROUP)
    services.lift_silence(held, by=standing.act())
    messages.success(request, _("They may write again."))
    return redirect("groups:silence", slug, person_id)


def _person(group: Group, person_id: int) -> User:
    seats = Participant.objects.taking_part().filter(membership__group=group, user=person_id)
    if not (seat := seats.select_related("user").first()):
        raise Http404(NO_GROUP)
    return seat.user
