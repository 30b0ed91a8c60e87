"""What was found in a room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.folding import words_of
from core.markdown import clean
from discussions.chat.access import Place
from discussions.chat.search import find_in
from discussions.views.requests import number

QUERY_LENGTH = 200


def show_found(request: HttpRequest, place: Place) -> HttpResponse:
    """List the messages that have every word of `q`, twenty a page; `before` (a message's number) goes on to earlier ones."""
    query = clean(request.GET.get("q", ""))[:QUERY_LENGTH]
    words = words_of(query)
    context = {
        **place.surroundings,
        "room": place.room,
        "base": place.base,
        "audience": place.audience,
        "query": query,
        "words": words,
        "found": find_in(place, words, before=number(request.GET.get("before"))),
    }
    return render(request, "chat/found.html", context)
