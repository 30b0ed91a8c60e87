"""What was found in a room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from discussions.chat.access import Place
from discussions.chat.search import find_in
from discussions.views.requests import number
from search.asking import LONGEST, read
from search.marking import Marker


def show_found(request: HttpRequest, place: Place) -> HttpResponse:
    """List the messages that have all that `q` asks for, twenty a page; `before` (a message's number) goes on to earlier ones."""
    query = request.GET.get("q", "")[:LONGEST]
    asked = read(query)
    context = {
        **place.surroundings,
        "room": place.room,
        "base": place.base,
        "audience": place.audience,
        "query": query,
        "asked": asked,
        "marker": Marker.of(asked),
        "found": find_in(place, asked, before=number(request.GET.get("before"))),
    }
    return render(request, "chat/found.html", context)
