"""Asking to join, joining, proposing it to one's focal points, and taking a request back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import services
from groups.access import NO_GROUP, group_for, membership_in
from groups.forms import JoinForm, ProposeJoiningForm
from groups.models import Group, Join, Membership
from groups.standing import Standing
from groups.views.answers import attempt, attempt_with
from partners.models import Affiliation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to join for one's organisation, or propose that to one's focal points."""
    group, standing = group_for(request.user, slug)
    possible = standing.joinable if group.join != Join.INVITATION else []
    focal = [one for one in possible if one.is_focal]
    form: JoinForm | ProposeJoiningForm | None = None
    if focal:
        form = JoinForm(request.POST or None, affiliations=focal, optional=group.join == Join.OPEN)
    elif possible:
        form = ProposeJoiningForm(request.POST or None, affiliations=possible)
    if request.method == "POST":
        if form is None:
            return _nothing_to_ask(request, group, standing)
        if form.is_valid():
            chosen = next(one for one in possible if str(one.organisation_id) == form.cleaned_data["as"])
            answer = (
                _ask(request, group, form, chosen)
                if isinstance(form, JoinForm)
                else _tell(request, group, form, chosen)
            )
            if answer:
                return answer
    context = {"group": group, "standing": standing, "form": form, "asks": bool(focal)}
    return render(request, "groups/join.html", context, status=422 if form and form.errors else 200)


def _nothing_to_ask(request: HttpRequest, group: Group, standing: Standing) -> HttpResponse:
    """Answer a form that came again after it had done its work, or for nobody; say how things stand."""
    if standing.pending:
        messages.info(request, _("Your organisation has asked already; the leads decide."))
    elif not standing.is_participant:
        messages.error(request, _("You cannot bring an organisation into this group now."))
    return redirect(group)


def _ask(request: HttpRequest, group: Group, form: JoinForm, tie: Affiliation) -> HttpResponse | None:
    made: list[Membership] = []
    data = form.cleaned_data
    if not attempt_with(
        form,
        lambda: made.append(services.request_to_join(group, affiliation=tie, brings=data["brings"], key=data["key"])),
    ):
        return None
    if made[0].state == Membership.State.ACTIVE:
        messages.success(request, _("%(organisation)s is a member now. Welcome.") % {"organisation": tie.organisation})
    else:
        messages.success(request, _("Asked. The leads of the group decide, and you will be told."))
    return redirect(group)


def _tell(request: HttpRequest, group: Group, form: ProposeJoiningForm, tie: Affiliation) -> HttpResponse | None:
    if not attempt_with(form, lambda: services.propose_to_join(group, affiliation=tie)):
        return None
    messages.success(
        request,
        _("Proposed. The focal points of %(organisation)s have been told.") % {"organisation": tie.organisation},
    )
    return redirect(group)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Take a waiting request back, or a whole proposal of a group."""
    group, standing = group_for(request.user, slug)
    membership = membership_in(group, membership_id)
    if membership.organisation_id not in standing.focal_for:
        raise Http404(NO_GROUP)
    by = standing.for_organisation(membership.organisation_id)
    attempt(request, lambda: services.withdraw_request(membership, by=by), _("Withdrawn."))
    still = Group.objects.visible_to(request.user).filter(pk=group.pk).exists()
    return redirect(group) if still else redirect("groups:list")
