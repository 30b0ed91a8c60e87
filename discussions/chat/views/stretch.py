"""Choosing a stretch of a room that becomes a thread."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from discussions.chat import access, services
from discussions.chat.forms import StretchForm
from discussions.chat.page import RoomPage
from discussions.chat.services.moving import MOST, only_own
from discussions.chat.views.messages import words_of
from discussions.views.requests import number, person
from groups.audience import readers_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stretch(request: HttpRequest, slug: str, room_id: int) -> HttpResponse:
    """Choose the first and the last message and a title; `first` (a number) is where it begins, `before` shows earlier ones.

    With `last` besides, as the room's page asks for it, nothing but that stretch is shown.
    """
    place = access.room_of_group(request.user, slug, room_id)
    if not place.may_write or not place.standing.may_start_threads:
        return redirect(place.room)
    form = StretchForm(request.POST or None, capacities=place.capacities)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            thread = services.turn_into_thread(
                place.room.pk,
                by=person(request),
                first=sent["first"],
                last=sent["last"],
                title=sent["title"],
                key=sent["key"],
                organisation=number(form.organisation_id) or None,
            )
        except DomainError as refused:
            form.add_error("title" if refused.code == "bad_text" else None, words_of(refused))
        else:
            return redirect(thread)
    why = only_own(place)
    before, begin, end = (number(request.GET.get(name)) for name in ("before", "first", "last"))
    begin, end = (min(begin, end), max(begin, end)) if end else (begin, 0)
    page = RoomPage(place, person(request), before=before, first=begin, size=MOST)
    rows = [row for row in page.rows() if not row.gone and (not why or row.author == person(request).pk)]
    if end and not form.is_bound:
        # Everything else was chosen in the room.
        form.fields["title"].widget.attrs["autofocus"] = True
    if end:
        rows = [row for row in rows if begin <= row.number <= end]
    context = {
        "room": place.room,
        "group": place.group,
        "standing": place.standing,
        "audience": readers_of(place.group),
        "form": form,
        "rows": rows,
        "why": why,
        "older": page.messages[0].number if not end and page.has_older() else 0,
        "is_chosen": bool(end),
        "first": number(str(form["first"].value() or "")) or begin or (rows[0].number if rows else 0),
        "last": number(str(form["last"].value() or "")) or (rows[-1].number if rows else 0),
        "title": _("Turn a stretch into a thread"),
    }
    return render(request, "chat/stretch.html", context, status=422 if form.errors else 200)
