"""The page of notices, and following one."""

from itertools import islice

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from notifications import bounces, stopping
from notifications.forms import StopForm
from notifications.models import Letter, Notice
from notifications.services import mark_read, render_notices, visible

PER_PAGE = 30


@login_required
@require_safe
def notice_list(request: SignedInRequest) -> HttpResponse:
    """Show the person's notices, newest first; those about what they may no longer see are left out.

    A page holds as many as there are to see: it goes on from the last notice of the one before (`before`), not by a number.
    """
    notices = Notice.objects.of(request.user)
    before = request.GET.get("before", "")
    last = notices.filter(pk=before).first() if before.isascii() and before.isdecimal() and len(before) < 19 else None
    shown = list(islice(visible(notices.before(last) if last else notices, request.user), PER_PAGE + 1))
    context = {
        "notices": shown[:PER_PAGE],
        "is_first": last is None,
        "older": len(shown) > PER_PAGE,
        "mail_stopped": bounces.is_stopped(request.user),
    }
    return render(request, "notifications/list.html", context)


@login_required
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark all of the person's notices read."""
    mark_read(request.user)
    return redirect("notifications:list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_notice(request: SignedInRequest, notice_id: int) -> HttpResponse:
    """Lead to what a notice is about, as the letter's link does by GET; a POST marks it read too."""
    shown = render_notices(list(Notice.objects.of(request.user).filter(pk=notice_id)), request.user)
    if not shown:
        raise Http404
    if request.method == "POST":
        mark_read(request.user, [notice_id])
    return redirect(shown[0][1].url)


@login_required
@require_safe
def open_letter(request: SignedInRequest, letter_id: int) -> HttpResponse:
    """Lead to what a letter of one's own is about: its address names nothing, because mail is read by others on its way."""
    letter = Letter.objects.filter(user=request.user, pk=letter_id).first()
    if letter is None:
        raise Http404
    return redirect(import_string(settings.LETTER_PLACES)[letter.kind](letter))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether letters shall stop, and stop them on POST: by whoever has the letter, without signing in.

    The POST may come from a mail program (RFC 8058), which knows no form of ours: its body says so, and the link is the proof.
    """
    found = stopping.scope_of(token)
    if found is None:
        return render(request, "notifications/stop_unknown.html", status=404)
    person, scope = found
    form = StopForm(request.POST if request.method == "POST" else None, about=scope.about)
    if request.method == "POST":
        if request.POST.get("List-Unsubscribe") == "One-Click":
            stopping.stop(person, scope)
            return HttpResponse(status=204)
        if form.is_valid():
            stopping.stop(person, scope, level=form.chosen)
            return render(request, "notifications/stopped.html", {"about": scope.about, "level": form.chosen})
    return render(
        request, "notifications/stop.html", {"form": form, "about": scope.about}, status=422 if form.errors else 200
    )


@login_required
@require_POST
def write_again(request: SignedInRequest) -> HttpResponse:
    """Have mail come to one's address again, after so much of it came back that nothing was sent there any more."""
    if bounces.write_again(request.user):
        messages.success(request, _("Mail goes to your address again."))
    return redirect("notifications:list")
