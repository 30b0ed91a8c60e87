"""Health for machines, where faults are reported, and what is answered when a form went stale or the database is away."""

import random
import sys
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.defaults import server_error

from core import readiness


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Where an event loop serves the pages, it says so itself."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether this process can do its work: 200 with the database there, 503 without; `core.readiness` says the rest.

    Where an event loop serves the pages, it answers itself and the question does not come here.
    """
    found = readiness.ask()
    return HttpResponse(found.as_json(), content_type="application/json", status=200 if found.ready else 503)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where a fault of this site is reported, in the form of RFC 9116; 404 where SECURITY_CONTACT is not set."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    languages = ", ".join(code for code, _name in settings.LANGUAGES)
    text = (
        f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: {languages}\n"
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt\n"
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came from elsewhere or went stale: what to do, in the site's own look."""
    return render(request, "errors/csrf.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer what nobody has caught: 503 with Retry-After while the database is away or takes too long, else 500.

    Whoever asks for JSON alone gets the error that a socket would bring.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    wait = random.randint(1, 3)  # noqa: S311 - nothing secret
    headers = {"Retry-After": str(wait)}
    if not request.accepts("text/html"):
        busy = {"type": "error", "code": "busy", "retry_after": wait}
        return JsonResponse(busy, status=503, headers=headers)
    return HttpResponse(loader.get_template("503.html").render(), status=503, headers=headers)


def taken_body(request: HttpRequest) -> bytes:
    """Return what was sent, without leaving it in the request: for megabytes, and for once only.

    Django's handler leaves each request in a circle of frames and errors, and with it what `request.body` keeps, until the
    collector looks at what is old; dozens of chunks waited for that. Raises RequestDataTooBig where `request.body` does.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig
    return request.read()
