"""A round's page, beginning one, and what the group says while it reviews."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, DomainError
from core.tables import csv_response
from groups.bylines import bylines
from groups.clearance import access, services
from groups.clearance.forms import AnswerForm, ProlongForm, ReasonForm, RemarkForm, ReviewForm
from groups.clearance.models import Publication, Round, Rule, Stage, Voice
from groups.clearance.results import Line, tally_of
from groups.documents.audience import audience_of
from groups.documents.library import Library
from groups.documents.models import Document, Reach
from groups.models import Group
from groups.standing import Standing
from partners.capacity import Capacity


def crumbs(document: Document, group: Group) -> list[dict[str, str]]:
    """Return the way from the group to the document."""
    return [
        {"label": group.name, "url": group.get_absolute_url()},
        {"label": document.title, "url": document.get_absolute_url()},
    ]


def framed(document: Document, standing: Standing, **more: Any) -> dict[str, Any]:
    """Return what every page of a document's rounds shows around its own part."""
    group = standing.group
    return {
        "group": group,
        "standing": standing,
        "document": document,
        "crumbs": crumbs(document, group),
        "audience": audience_of(group, max(document.reach, Reach.PARTICIPANTS)),
        **more,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Put the newest version of a document to the group."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    newest = document.latest
    assert newest is not None
    form = ReviewForm(request.POST or None, library=library, initial={"number": newest.number})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            begun = services.begin_review(
                document,
                by=form.capacity,
                number=data["number"],
                until=data["until"],
                note=data["note"],
                key=data["key"],
            )
        except Conflict as conflict:
            form.renew_key()
            form.data = {**form.data, "number": str(newest.number)}
            form.add_error(None, conflict.message)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect(begun)
    context = framed(document, library.standing, form=form, newest=newest, silence=Rule.of(library.group).label)
    return render(request, "clearance/start.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def page(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Show a round: what is reviewed, who is asked, what each said, how it ended."""
    round_, standing = access.round_for_participant(request.user, slug, document_id, round_id)
    return show(request, round_, standing)


def show(request: HttpRequest, round_: Round, standing: Standing, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show the round with whatever form was refused in its place."""
    capacities = access.asked_capacities(round_, standing)
    capacity = chosen(capacities, request.POST.get("as") or request.GET.get("as"))
    remarks, steps = list(round_.remarks.all()), list(round_.prolongations.all())
    spoken = bylines([round_, *remarks, *steps, *acts_of(round_)], standing)
    acts = spoken[1 + len(remarks) + len(steps) :]
    library = Library(standing.group, standing)
    context = framed(
        round_.document,
        standing,
        round=round_,
        version=round_.version,
        begun_by=spoken[0],
        remarks=list(zip(remarks, spoken[1:], strict=False)),
        prolongations=list(zip(steps, spoken[1 + len(remarks) :], strict=False)),
        asked_by=acts[0] if round_.asked_by_id else None,
        ended_by=acts[-1] if round_.ended_by_id else None,
        tally=tally_of(round_, standing) if round_.asked_at else None,
        capacities=capacities,
        capacity=capacity,
        answer=answer_form(round_, capacity) if capacity else None,
        remark=RemarkForm(library=library) if round_.stage == Stage.REVIEW and standing.may_upload else None,
        publication=publication_of(round_, standing.group) if round_.stage == Stage.CLEARED else None,
        prolong=ProlongForm(round_=round_) if standing.may_moderate and round_.takes_answers else None,
        reason=ReasonForm() if standing.may_moderate and (round_.takes_answers or round_.stage == "review") else None,
        may_ask=standing.may_moderate and round_.stage == Stage.REVIEW,
    )
    return render(request, "clearance/round.html", context | more, status=status)


class Act:
    """Who did something to a round, as bylines take it."""

    def __init__(self, author_id: int, organisation_id: int | None, function: str) -> None:
        self.author_id, self.organisation_id, self.function = author_id, organisation_id, function


def acts_of(round_: Round) -> list[Act]:
    """Return who named the organisations and who ended the round, where anybody did."""
    asked = (round_.asked_by_id, round_.asked_for_id, round_.asked_function)
    ended = (round_.ended_by_id, round_.ended_for_id, round_.ended_function)
    return [Act(person, organisation, function) for person, organisation, function in (asked, ended) if person]


def chosen(capacities: list[Capacity], organisation_id: str | None) -> Capacity | None:
    """Return the capacity that was named, else the first; nothing for who is not asked."""
    named = [one for one in capacities if str(one.organisation_id) == organisation_id]
    return next(iter(named or capacities), None)


def answer_form(round_: Round, capacity: Capacity) -> AnswerForm:
    """Return the form with what the organisation has said so far."""
    voice = Voice.objects.select_related("said").filter(round=round_, organisation=capacity.organisation).first()
    return AnswerForm(capacity=capacity, said=voice.said if voice else None)


def publication_of(round_: Round, group: Group) -> Publication | None:
    """Return what the round became, if it was published."""
    found = Publication.objects.filter(round=round_).first()
    if found:
        found.group = group
    return found


@login_required
@require_POST
def remark(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Say something to a version in review; what is wrong with it stands beside the field."""
    round_, standing = access.round_for_writer(request.user, slug, document_id, round_id)
    form = RemarkForm(request.POST, library=Library(standing.group, standing))
    if form.is_valid():
        try:
            said = services.add_remark(
                round_, by=form.capacity, text=form.cleaned_data["text"], key=form.cleaned_data["key"]
            )
        except Conflict as conflict:
            form.renew_key()
            form.add_error(None, conflict.message)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect(f"{round_.get_absolute_url()}#remark-{said.pk}")
    return show(request, round_, standing, status=422, remark=form)


@login_required
@require_safe
def table(request: HttpRequest, slug: str, document_id: int, round_id: int) -> HttpResponse:
    """Give the voices of a round as a table."""
    round_, standing = access.round_for_participant(request.user, slug, document_id, round_id)
    heads = [_("Organisation"), _("Stakeholder type"), _("Answer"), _("Words"), _("By"), _("Function"), _("When")]
    return csv_response(
        "clearance", [*heads, "SHA-256"], [_row(one, round_) for one in tally_of(round_, standing).lines]
    )


def _row(line: Line, round_: Round) -> list[str]:
    said, who = line.voice.said, line.who
    when = timezone.localtime(said.created_at).isoformat(timespec="minutes") if said else ""
    words = [said.text, who.name or "", who.function, when] if said else ["", "", "", ""]
    return [who.organisation, line.kind, line.label, *words, round_.sha256]
