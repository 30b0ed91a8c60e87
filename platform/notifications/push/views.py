"""The page on which notices are switched on for a device, what its script asks, and the worker that shows them."""

from functools import cache

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from core.errors import DomainError
from notifications.push import services
from notifications.push.forms import SubscriptionForm
from notifications.push.models import Subscription


@login_required
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """Show on which devices the person is told, and let them switch it on for this one."""
    devices = Subscription.objects.filter(user=request.user).order_by("-seen_at", "-pk")
    context = {"devices": devices, "key": services.current_key().public, "session_key": request.session.session_key}
    return render(request, "push/page.html", context)


@login_required
@require_safe
def state(request: SignedInRequest) -> JsonResponse:
    """Answer with what a worker needs to subscribe again: the site's key, and a token for the form it sends."""
    return JsonResponse({"key": services.current_key().public, "token": get_token(request)})


@login_required
@require_POST
def subscribe(request: SignedInRequest) -> HttpResponse:
    """Take the subscription of this browser; `old` is the address it had before."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    sent = form.cleaned_data
    try:
        services.subscribe(
            request.user,
            endpoint=sent["endpoint"],
            point=sent["point"],
            secret=sent["secret"],
            key=sent["key"],
            session_key=request.session.session_key or "",
            user_agent=request.headers.get("User-Agent", ""),
        )
    except DomainError as refused:
        return JsonResponse({"errors": {"endpoint": [refused.message]}}, status=422)
    if sent["old"] and sent["old"] != sent["endpoint"]:
        services.forget(sent["old"], user=request.user)
    return HttpResponse(status=204)


@login_required
@require_POST
def seen(request: SignedInRequest) -> JsonResponse:
    """Say that the person is signed in on this browser; answer whether notices are switched on for them here."""
    endpoint = request.POST.get("endpoint", "")[:2000]
    known = services.seen(request.user, endpoint=endpoint, session_key=request.session.session_key or "")
    return JsonResponse({"known": known, "key": services.current_key().public})


@login_required
@require_POST
def end(request: SignedInRequest, subscription_id: int) -> HttpResponse:
    """Switch it off for one of the person's devices."""
    if not services.unsubscribe(request.user, subscription_id):
        raise Http404
    messages.success(request, _("That device is told nothing any more."))
    return redirect("push:page")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the worker's script: it is registered for this address alone, and so governs no page."""
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8")


@cache
def _script() -> bytes:
    path = finders.find("js/push-worker.js")
    if not path:
        path = f"{settings.STATIC_ROOT}/js/push-worker.js"
    with open(str(path), "rb") as file:  # noqa: PTH123 - what finders give is text
        return file.read()
