"""The page of notices, and following one."""

from itertools import islice

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from notifications.models import Notice
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
    context = {"notices": shown[:PER_PAGE], "is_first": last is None, "older": len(shown) > PER_PAGE}
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
