"""Answering a consultation, and who answered what."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Conflict, DomainError
from core.tables import csv_response
from discussions.access import NO_THREAD
from discussions.asking import access, services, tally
from discussions.asking.forms import AnswerForm
from discussions.asking.models import Answer, AnswerVersion, Position
from discussions.asking.tally import Line
from discussions.audience import readers_of_thread
from discussions.electorate import may_answer
from discussions.models import Thread
from discussions.names import Names, tells_who
from groups.breakdown import breakdown, type_label
from groups.bylines import Byline
from groups.standing import Standing
from partners.capacity import Capacity, choose

COLUMNS: dict[str, Any] = {**dict(Position.choices)}
HUES: list[int | str] = [0, 4, 3, 7, "none"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the report as its reader sees it."""

    line: Line
    who: Byline
    position: str
    kind: str
    earlier: list[tuple[AnswerVersion, Byline]]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Show who answered what for whom; who is asked answers here, for the organisation named by `as`."""
    if request.method == "POST":
        return _answer(request, slug, thread_id)
    thread, standing = access.consultation_for_reader(request.user, slug, thread_id)
    return _page(request, thread, standing)


@login_required
def _answer(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    thread, standing = access.consultation_for_writer(request.user, slug, thread_id)
    if not standing.capacities:
        raise Http404(NO_THREAD)
    try:
        capacity = choose(standing.capacities, request.POST.get("as"))
    except DomainError as refused:  # nobody answers for another organisation than the form said
        messages.error(request, refused.message)
        return redirect(f"{thread.get_absolute_url()}answers/")
    given = _given(thread, capacity)
    form = AnswerForm(request.POST, capacity=capacity, given=given)
    current: Answer | None = None
    if form.is_valid():
        sent = form.cleaned_data
        try:
            services.answer(
                thread, by=capacity, position=sent["position"], text=sent["text"], base=sent["base"], key=sent["key"]
            )
        except Conflict as conflict:
            current = conflict.current if isinstance(conflict.current, Answer) else None
            form.refuse_key(conflict)
            form.data = {**form.data, "base": current.version if current else 0}
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            words = {"organisation": capacity.organisation}
            messages.success(request, _("This is the answer of %(organisation)s now.") % words)
            return redirect(f"{thread.get_absolute_url()}answers/")
    return _page(request, thread, standing, form=form, current=current)


def _capacity(standing: Standing, organisation_id: str | None) -> Capacity | None:
    """Return the capacity named, else the only or first one; nothing for who does not write here."""
    if not standing.capacities:
        return None
    try:
        return choose(standing.capacities, organisation_id)
    except DomainError:
        return standing.capacities[0]


def _given(thread: Thread, capacity: Capacity) -> Answer | None:
    return Answer.objects.filter(thread=thread, organisation=capacity.organisation).first()


def _page(
    request: HttpRequest,
    thread: Thread,
    standing: Standing,
    *,
    form: AnswerForm | None = None,
    current: Answer | None = None,
) -> HttpResponse:
    capacity = _capacity(standing, request.GET.get("as") or request.POST.get("as"))
    may = thread.takes_posts and may_answer(standing, since=thread.created_at)
    if form is None and may and capacity:
        form = AnswerForm(capacity=capacity, given=_given(thread, capacity))
    report = tally.report_of(thread)
    columns = {**{key: str(label) for key, label in COLUMNS.items()}, "": _("No answer")}
    counts = tally.by_position(report.lines)
    context = {
        "thread": thread,
        "group": thread.group,
        "standing": standing,
        "form": form if may else None,
        "capacity": capacity,
        "current": current,
        "current_by": _names_of_one(current, standing) if current else None,
        "report": report,
        "lines": _lines(thread, report, standing, columns),
        "tells_who": tells_who(thread, standing),
        "answered": sum(line.has_answered for line in report.lines),
        "counts": [(columns[key], counts[key]) for key in columns],
        "breakdown": breakdown(columns, tally.by_type(report.lines), HUES),
        "audience": readers_of_thread(thread),
    }
    return render(request, "asking/answers.html", context, status=409 if current else 200)


def _names_of_one(given: Answer, standing: Standing) -> Byline:
    said = (given.author_id, given.organisation_id, given.function)
    return Names(standing, [said]).of(*said)


def _lines(thread: Thread, report: tally.Report, standing: Standing, columns: dict[str, str]) -> list[Shown]:
    if not tells_who(thread, standing):
        return []
    earlier: dict[int | None, list[AnswerVersion]] = defaultdict(list)
    counts: dict[int | None, int] = {line.organisation_id: line.versions for line in report.lines}
    for version in AnswerVersion.objects.filter(answer__thread=thread).order_by("-number"):
        if version.number < counts.get(version.organisation_id, 0):
            earlier[version.organisation_id].append(version)
    names = Names(
        standing,
        [(line.author_id, line.organisation_id, line.function) for line in report.lines]
        + [(one.author_id, one.organisation_id, one.function) for some in earlier.values() for one in some],
        thread=thread,
    )
    return [
        Shown(
            line,
            names.of(line.author_id, line.organisation_id, line.function),
            columns[line.position],
            type_label(line.stakeholder_type),
            [
                (one, names.of(one.author_id, one.organisation_id, one.function))
                for one in earlier[line.organisation_id]
            ],
        )
        for line in report.lines
    ]


@require_safe
def table(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Return the report as a table, to who may read it."""
    thread, standing = access.consultation_for_reader(request.user, slug, thread_id)
    report = tally.report_of(thread)
    columns = {**{key: str(label) for key, label in COLUMNS.items()}, "": _("No answer")}
    rows = [
        [
            one.who.organisation,
            one.kind,
            one.position,
            one.line.text,
            one.who.name or "",
            one.who.function,
            timezone.localtime(one.line.answered_at).isoformat(timespec="minutes") if one.line.answered_at else "",
            " ".join(f"#{number}" for number in one.line.posts),
        ]
        for one in _lines(thread, report, standing, columns)
    ]
    heads = [
        _("Organisation"),
        _("Stakeholder type"),
        _("Position"),
        _("Comment"),
        _("Answered by"),
        _("Function"),
        _("When"),
        _("Posts"),
    ]
    return csv_response("answers", heads, rows)
