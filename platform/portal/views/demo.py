"""What only the demonstration has: its mail, readable in the browser."""

import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.outbox import letters

FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the mail the demonstration would have sent; there is no such page elsewhere, nor for another machine."""
    if not (settings.DEMO and _is_at_this_machine(request)):
        raise Http404
    return render(request, "portal/outbox.html", {"letters": letters(settings.OUTBOX_DIR)})


def _is_at_this_machine(request: HttpRequest) -> bool:
    """Say whether the reader sits here: a proxy connects from here too, but names another host or whom it speaks for."""
    if settings.TRUSTED_PROXY_COUNT or any(header in request.META for header in FORWARDED):
        return False
    host = split_domain_port(request.get_host())[0]
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and (
        host == "localhost" or _is_loopback(host.strip("[]"))
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
