"""The page of notices, and following one."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from notifications import bounces, stopping
from notifications.forms import StopForm
from notifications.listing import Filter, by_day, groups_in, listed, page_of
from notifications.models import Letter, Notice
from notifications.services import mark_read, render_notices

PER_PAGE = 30
NEWEST = 8
CHOICES_FROM = 200


@login_required
@require_safe
def notice_list(request: SignedInRequest) -> HttpResponse:
    """Show the person's notices, newest first, by day; those about what they may no longer see are left out.

    A page holds as many as there are to see: it goes on from the last notice of the one before (`before`), not by a number.
    `unread`, `kind` and `group` narrow it.
    """
    wanted = Filter.of(request.GET)
    before = request.GET.get("before", "")
    notices = Notice.objects.of(request.user)
    last = notices.filter(pk=before).first() if before.isascii() and before.isdecimal() and len(before) < 19 else None
    shown, older = page_of(request.user, wanted, before=last, size=PER_PAGE)
    everything = shown
    if wanted.is_narrow:
        everything, _more = page_of(request.user, Filter(), before=None, size=CHOICES_FROM)
    context = {
        "notices": shown,
        "days": by_day(listed(shown)),
        "wanted": wanted,
        "groups": groups_in(everything),
        "is_first": last is None,
        "older": older,
        "mail_stopped": bounces.is_stopped(request.user),
    }
    return render(request, "notifications/list.html", context)


@login_required
@require_safe
def newest(request: SignedInRequest) -> HttpResponse:
    """Show the newest notices without a frame around them, for the list that opens from the bell of every page."""
    shown, _older = page_of(request.user, Filter(), before=None, size=NEWEST * 3)
    return render(request, "notifications/_newest.html", {"lines": listed(shown)[:NEWEST]})


@login_required
@require_safe
def state(request: SignedInRequest) -> JsonResponse:
    """Answer with the numbers that a page's socket is told, for where sockets are blocked."""
    return JsonResponse(import_string(settings.WAITING_FOR)(request.user.pk))


@login_required
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark the person's notices read: those named in `ids`, with commas between them, or without it all of them."""
    ids = request.POST.get("ids")
    if ids is None:
        mark_read(request.user)
    else:
        mark_read(request.user, _ids(ids))
    if "script" in request.POST:
        return HttpResponse(status=204)
    back = QueryDict(request.POST.get("back", "")[:200])
    kept = {name: back[name] for name in ("unread", "kind", "group") if name in back}
    address = reverse("notifications:list")
    return redirect(f"{address}?{urlencode(kept)}" if kept else address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_notice(request: SignedInRequest, notice_id: int) -> HttpResponse:
    """Lead to what a notice is about, as the letter's link does by GET; a POST marks it read too."""
    shown = render_notices(list(Notice.objects.of(request.user).filter(pk=notice_id)), request.user)
    if not shown:
        raise Http404
    if request.method == "POST":
        mark_read(request.user, [notice_id, *_ids(request.POST.get("ids", ""))])
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


def _ids(sent: str) -> list[int]:
    """Return the numbers in what was sent; whose they are, the service asks."""
    return [int(one) for one in sent.split(",")[:1000] if one.isascii() and one.isdecimal() and len(one) < 19]
