"""What only the demonstration has: its mail, readable in the browser."""

import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.outbox import letters


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the mail the demonstration would have sent; there is no such page elsewhere, nor for another machine."""
    if not (settings.DEMO and _is_loopback(request.META.get("REMOTE_ADDR", ""))):
        raise Http404
    return render(request, "portal/outbox.html", {"letters": letters(settings.OUTBOX_DIR)})


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
