"""Acknowledging an announcement, and who has."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from core.tables import csv_response
from discussions.asking import access, services
from discussions.asking.acknowledged import BETWEEN_REMINDERS, Progress, progress_of
from discussions.names import Names
from groups.audience import chatters_of
from groups.breakdown import breakdown, type_label
from groups.standing import Standing


@login_required
@require_safe
def page(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Show to who takes part how far the group has got: which organisations have acknowledged, by whom, and which have not.

    Leads read the people of those that have not too: they remind them.
    """
    asked, standing = access.request_for_participant(request.user, slug, thread_id)
    progress = progress_of(asked)
    names = _names(progress, standing)
    counts = {kind: {"done": done, "missing": total - done} for kind, (done, total) in progress.by_type().items()}
    context = {
        "thread": asked.thread,
        "group": asked.thread.group,
        "standing": standing,
        "asked": asked,
        "progress": progress,
        "done": [
            (one.organisation, [(said, names.of(*_spoken(said))) for said in one.words]) for one in progress.done
        ],
        "missing": progress.missing,
        "breakdown": breakdown({"done": _("Acknowledged"), "missing": _("Not yet")}, counts, [0, "none"]),
        "may_remind": standing.may_moderate and bool(progress.missing),
        "next_reminder": asked.reminded_at + BETWEEN_REMINDERS if asked.reminded_at else None,
        "now": timezone.now(),
        "audience": chatters_of(asked.thread.group),
    }
    return render(request, "asking/acknowledgements.html", context)


def _spoken(said: Any) -> tuple[int, int | None, str]:
    return said.author_id, said.organisation_id, said.function


def _names(progress: Progress, standing: Standing) -> Names:
    return Names(standing, [_spoken(said) for one in progress.done for said in one.words])


@login_required
@require_POST
def acknowledge(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Say for one's organisation (`as`, with several) that one has read the announcement."""
    asked, standing = access.request_for_writer(request.user, slug, thread_id)
    try:
        said = services.acknowledge(asked, by=standing.speak(request.POST.get("as")))
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Acknowledged for %(organisation)s.") % {"organisation": said.organisation})
    return redirect(asked.thread)


@login_required
@require_POST
def ask(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Ask for an announcement to be acknowledged, or (`asked` empty) no longer."""
    thread, standing = access.announcement_for_lead(request.user, slug, thread_id)
    try:
        if request.POST.get("asked"):
            services.ask_to_acknowledge(thread, by=standing.act())
            messages.success(request, _("Every organisation of the group is asked to acknowledge it."))
        else:
            services.stop_asking(thread, by=standing.act())
            messages.success(request, _("It need not be acknowledged any more."))
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect(thread)


@login_required
@require_POST
def remind(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Remind the people of organisations that have not acknowledged."""
    asked, standing = access.request_for_lead(request.user, slug, thread_id)
    try:
        count = services.remind_to_acknowledge(asked, by=standing.act())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        said = ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", count)
        messages.success(request, said % {"count": count})
    return redirect(asked)


@login_required
@require_safe
def table(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Return who has acknowledged and who has not as a table, to who may see the page."""
    asked, standing = access.request_for_participant(request.user, slug, thread_id)
    progress = progress_of(asked)
    names = _names(progress, standing)
    rows: list[list[Any]] = []
    for one in progress.done:
        for said in one.words:
            who = names.of(*_spoken(said))
            at = timezone.localtime(said.created_at).isoformat(timespec="minutes")
            kind = type_label(one.organisation.stakeholder_type)
            rows.append([who.organisation, kind, _("Acknowledged"), who.name or "", who.function, at])
    for missing in progress.missing:
        kind = type_label(missing.organisation.stakeholder_type)
        people = ", ".join(seat.user.display_name for seat in missing.seats) if standing.may_moderate else ""
        rows.append([missing.organisation.name, kind, _("Not yet"), people, "", ""])
    heads = [_("Organisation"), _("Stakeholder type"), _("State"), _("People"), _("Function"), _("When")]
    return csv_response("acknowledgements", heads, rows)
