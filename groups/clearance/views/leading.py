"""What leads do with a round: ask organisations, prolong, withdraw, publish."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from groups.clearance import access, services
from groups.clearance.forms import ClearanceForm, ProlongForm, PublishForm, ReasonForm
from groups.clearance.models import Round, Stage
from groups.clearance.views.rounds import framed, publication_of, show
from groups.standing import Standing
from groups.views.answers import attempt_with

either = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@either
def ask(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Name the organisations that are asked to clear the version, and until when."""
    round_, standing = access.round_for_lead(request.user, slug, document_id, round_id)
    form = ClearanceForm(request.POST or None, document=round_.document)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt_with(
            form,
            lambda: services.begin_clearance(
                round_, by=standing.act(), organisations=data["organisations"], until=data["until"]
            ),
        ):
            return redirect(round_)
    context = framed(round_.document, standing, round=round_, form=form)
    return render(request, "clearance/ask.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def prolong(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Give the organisations more time."""
    round_, standing = access.round_for_lead(request.user, slug, document_id, round_id)
    form = ProlongForm(request.POST, round_=round_)
    if form.is_valid() and attempt_with(
        form, lambda: services.prolong(round_, by=standing.act(), until=form.cleaned_data["until"])
    ):
        messages.success(request, _("The date was moved."))
        return redirect(round_)
    return show(request, round_, standing, status=422, prolong=form)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """End a round before its date."""
    round_, standing = access.round_for_lead(request.user, slug, document_id, round_id)
    form = ReasonForm(request.POST)
    if form.is_valid() and attempt_with(
        form, lambda: services.withdraw_round(round_, by=standing.act(), reason=form.cleaned_data["reason"])
    ):
        messages.success(request, _("The round is withdrawn."))
        return redirect(round_)
    return show(request, round_, standing, status=422, reason=form)


@login_required
@either
def publish(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Publish a version that was cleared."""
    round_, standing = access.round_for_lead(request.user, slug, document_id, round_id)
    if request.method != "POST" and (made := publication_of(round_, round_.group)):
        return redirect(made)
    if round_.stage != Stage.CLEARED:
        messages.error(request, _("Only a version that was cleared is published."))
        return redirect(round_)
    form = PublishForm(request.POST or None, document=round_.document, version=round_.version, group=round_.group)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.publish_round(round_, by=standing.act(), **form.cleaned_data)
        except DomainError as refused:
            if isinstance(refused, Conflict) and refused.current:
                return _published_before(request, round_, standing, form, refused)
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("It is published."))
            return redirect(made)
    context = framed(round_.document, standing, round=round_, form=form)
    return render(request, "clearance/publish.html", context, status=422 if form.errors else 200)


def _published_before(
    request: HttpRequest, round_: Round, standing: Standing, form: PublishForm, conflict: Conflict
) -> HttpResponse:
    """Show the publication there is, and beside it what was typed, which changes nothing of it."""
    typed = [(form[name].label, form.cleaned_data[name]) for name in ("title", "authors", "summary", "citation")]
    context = framed(
        round_.document, standing, round=round_, words=conflict.message, made=conflict.current, typed=typed
    )
    return render(request, "clearance/publish.html", context, status=409)
