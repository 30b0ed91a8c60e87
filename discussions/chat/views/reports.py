"""Reporting a message."""

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from discussions.chat import access, services
from discussions.chat.forms import ReportForm
from discussions.chat.presenting import filled_for
from discussions.views.requests import person


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
        "body": filled_for(person(request), message),
        "form": form,
        "audience": place.audience,
    }
    return render(request, "chat/report.html", context, status=422 if form.errors else 200)
