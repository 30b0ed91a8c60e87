"""The one search box, and what it suggests while somebody types."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.core import ratelimit
from allauth.core.internal import ratelimit as limits
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search.asking import read
from search.forms import SearchForm
from search.marking import Marker
from search.models import Kind
from search.services import (
    Page,
    cursor_of,
    find_widening,
    finding,
    listed,
    open_to,
    shown_of,
    sources,
    suggest,
    written,
)

MINUTE = 60

View = Callable[[HttpRequest], HttpResponse]


def limited(action: str) -> Callable[[View], View]:
    """Answer somebody who asks too often with 429: each person counts, and each address of visitors."""

    def decorated(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            rates = settings.SEARCH_RATE_LIMITS[action]
            rate = rates["person"] if request.user.is_authenticated else rates["visitor"]
            who = f"user:{request.user.pk}" if request.user.is_authenticated else f"ip:{limits.get_ip(request)}"
            counter = f"search:{action}:{who}:{int(time.time() // MINUTE)}"
            cache.add(counter, 0, 2 * MINUTE)
            if cache.incr(counter) <= rate:
                return view(request)
            refused: HttpResponse = ratelimit.respond_429(request)
            return refused

        return asked

    return decorated


@require_safe
@limited("search")
def search(request: HttpRequest) -> HttpResponse:
    """Show what the reader may see of what they look for, with how many there are of each kind, of very many at least how many.

    Where nothing has the words as they are, it is looked for by their beginnings, and the page says so.
    """
    form = SearchForm(request.GET, reader=request.user)
    asked, page, kind = form.asked, Page(), None
    searched = form.is_valid() and bool(asked)
    if searched:
        kind = Kind(form.cleaned_data["kind"]) if form.cleaned_data["kind"] else None
        after = cursor_of(request.GET.get("after", ""))
        page, asked = find_widening(asked, request.user, narrowed=form.narrowed, kind=kind, after=after)
    table = sources()
    context = {
        "form": form,
        "searched": searched,
        "query": form.data.get("q", ""),
        "kind": kind,
        # Where not all were counted, any kind may have some.
        "kinds": [
            (one, table[one].label, page.counts.get(one, 0))
            for one in (open_to(request.user) if page.at_least else page.counts)
        ],
        "total": sum(page.counts.values()),
        "at_least": page.at_least,
        "is_bounded": page.is_bounded,
        "most": finding.MOST,
        "hits": listed(page.found, asked, request.user),
        "marker": Marker.of(asked),
        "next": written(page.next),
        "continued": bool(request.GET.get("after")),
        "by_beginnings": asked != form.asked,
    }
    return render(request, "search/search.html", context)


@require_safe
@limited("suggestions")
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return what the reader may see whose title begins with the words, for the list under the box: title, kind, address."""
    found = suggest(read(request.GET.get("q", ""), unfinished=True), request.user)
    shown = shown_of(found, request.user)
    told = [
        {"title": shown[one].title, "kind": str(one.kind.label), "url": shown[one].url}
        for one in found
        if one in shown
    ]
    response = JsonResponse({"suggestions": told})
    response["Cache-Control"] = "private, no-store"
    return response
