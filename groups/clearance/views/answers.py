"""Answering for an organisation that is asked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Conflict, DomainError
from groups.bylines import bylines
from groups.clearance import access, services
from groups.clearance.forms import AnswerForm
from groups.clearance.models import Answer, Round
from groups.clearance.views.rounds import show
from groups.standing import Standing
from partners.capacity import choose


@login_required
@require_POST
def give(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Say that the organisation clears the version, or objects; a colleague's answer that came meanwhile is shown first."""
    round_, standing = access.round_for_writer(request.user, slug, document_id, round_id)
    try:
        capacity = choose(standing.capacities, request.POST.get("as"))
    except DomainError as refused:  # nobody answers for another organisation than the form said
        messages.error(request, refused.message)
        return redirect(round_)
    form = AnswerForm(request.POST, capacity=capacity, said=None)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            services.answer(
                round_, by=capacity, says=sent["says"], text=sent["text"], base=sent["base"], key=sent["key"]
            )
        except Conflict as conflict:
            return _beside(request, round_, standing, form, conflict)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            words = {"organisation": capacity.organisation}
            messages.success(request, _("This is the answer of %(organisation)s now.") % words)
            return redirect(round_)
    return show(request, round_, standing, status=422, answer=form, capacity=capacity)


def _beside(
    request: HttpRequest, round_: Round, standing: Standing, form: AnswerForm, conflict: Conflict
) -> HttpResponse:
    """Show what stands there now beside what was typed."""
    current = conflict.current if isinstance(conflict.current, Answer) else None
    form.refuse(conflict.message, base=current.number if current else 0)
    by = bylines([current], standing)[0] if current else None
    return show(request, round_, standing, status=409, answer=form, current=current, current_by=by)
