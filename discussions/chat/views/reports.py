"""Reporting a message, and the leads' page of what was reported in their rooms."""

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from discussions.chat import access, services
from discussions.chat.forms import ReportForm
from discussions.chat.models import Report
from discussions.chat.presenting import filled, mention_names
from discussions.chat.reports import waiting_for_leads
from discussions.views.requests import number, person
from groups.access import group_for_manager
from groups.navigation import settings_sections


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> HttpResponse:
    """Report a message of somebody else, after saying who decides."""
    place = access.room_at(request.user, slug, room_id)
    message = access.message_in(place, message_id)
    if message.author_id == person(request).pk or message.is_deleted:
        return redirect(message)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_message(room_id, message_id, by=person(request), reason=form.cleaned_data["reason"])
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            notes.success(request, _("Reported. You are told what is decided."))
            return redirect(message)
    context = {
        **place.surroundings,
        "room": place.room,
        "message": message,
        "voice": place.bylines([message])[0],
        "body": filled(message, mention_names([message])),
        "form": form,
        "audience": place.audience,
    }
    return render(request, "chat/report.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the leads what was reported in the group's rooms, and take their decision: `report`, and `decision` to hide or not."""
    group, standing = group_for_manager(request.user, slug)
    if request.method == "POST":
        wanted = Report.objects.for_leads_of(group).filter(pk=number(request.POST.get("report"))).first()
        if wanted is None:
            raise Http404
        upheld = request.POST.get("decision") == "hide"
        try:
            services.settle_report(wanted.pk, by=standing.act(), upheld=upheld)
        except DomainError as refused:
            notes.error(request, refused.message)
        else:
            notes.success(request, _("The message is deleted.") if upheld else _("The message stands."))
        return redirect("chat:reports", slug)
    context = {
        "group": group,
        "standing": standing,
        "reports": waiting_for_leads(group, standing, person(request)),
        "sections": settings_sections(group, standing, "chat:reports"),
    }
    return render(request, "chat/reports.html", context)
