"""Making a secret address for one's calendar, taking it back, and what a calendar program reads there."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from discussions.calendars import access, services
from discussions.calendars.building import calendar_of
from discussions.calendars.forms import CalendarForm
from discussions.calendars.models import Feed
from groups.models import Group


@login_required
@require_safe
def calendar(request: SignedInRequest) -> HttpResponse:
    """Say which addresses there are and offer to make one; `group` chooses a group beforehand."""
    return _page(request, CalendarForm(user=request.user, initial={"group": request.GET.get("group", "")}))


def _page(request: SignedInRequest, form: CalendarForm, *, address: str = "") -> HttpResponse:
    feeds = Feed.objects.live().filter(user=request.user).select_related("group").order_by("group__name", "pk")
    context = {
        "form": form,
        "feeds": feeds,
        "joined": set(Group.objects.joined_by(request.user).values_list("pk", flat=True)),
        "address": address,
        "webcal": "webcal://" + address.partition("://")[2] if address else "",
    }
    return render(request, "calendars/page.html", context)


@login_required
@require_POST
def make(request: SignedInRequest) -> HttpResponse:
    """Make an address, in place of the one there was, and show it this once: it is kept nowhere in words."""
    form = CalendarForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    chosen = form.cleaned_data
    token = services.make_feed(request.user, group=chosen["group"], names_hidden=chosen["names_hidden"])
    return _page(request, form, address=settings.SITE_URL + reverse("calendar_feed", args=[token]))


@login_required
@require_POST
def revoke(request: SignedInRequest) -> HttpResponse:
    """Take an address back: it opens nothing from now on."""
    number = request.POST.get("feed", "")
    mine = Feed.objects.live().filter(user=request.user)
    found = mine.filter(pk=number).first() if number.isascii() and number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise Http404(access.NO_CALENDAR)
    services.revoke_feed(request.user, group=found.group)
    messages.success(request, _("The address opens nothing any more."))
    return redirect("calendar")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program: whoever has the secret reads what its owner may read at this moment."""
    found = access.feed_for(token)
    written = calendar_of(found)
    if written is None:
        raise Http404(access.NO_CALENDAR)
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
