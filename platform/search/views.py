"""The one search box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.folding import words_of
from core.markdown import clean
from search.services import sources

FIRST = 6
ALL = 50
LABELS = {
    "groups": _("Groups"),
    "organisations": _("Organisations"),
    "threads": _("Threads"),
    "posts": _("Posts"),
    "messages": _("Messages"),
    "documents": _("Documents"),
}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the reader may see of everything that holds all the words; `in` narrows it to one source."""
    query = clean(request.GET.get("q", ""))[:200]
    wanted = words_of(query)
    only = request.GET.get("in", "")
    table = sources()
    asked = {only: table[only]} if only in table else table
    results = [
        {"key": name, "label": LABELS.get(name, name), "found": found}
        for name, source in asked.items()
        if wanted and (found := source(wanted, request.user, ALL if only else FIRST)).hits
    ]
    context = {"query": query, "words": wanted, "results": results, "only": only if only in table else ""}
    return render(request, "search/search.html", context)
