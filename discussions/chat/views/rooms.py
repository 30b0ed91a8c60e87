"""Rooms themselves: leads open them, name them, and say who is in them."""

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from discussions.chat import access, services
from discussions.chat.audience import readers_of
from discussions.chat.forms import RoomForm
from discussions.views.requests import person
from groups.access import group_for_participant
from groups.audience import leads_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a further room, as a lead."""
    group, standing = group_for_participant(request.user, slug)
    if not standing.may_moderate:
        return redirect("chat:room", slug)
    form = RoomForm(request.POST or None, initial=RoomForm.FRESH)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                room = services.open_room(
                    group, by=person(request), name=form.cleaned_data["name"], rights=form.rights
                )
                services.set_retention(room, by=person(request), days=form.cleaned_data["keep_days"])
        except DomainError as refused:
            form.add_error("name", refused.message)
        else:
            return redirect(room)
    context = {"group": group, "standing": standing, "form": form, "audience": leads_of(group), "room": None}
    return render(request, "chat/room_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_settings(request: HttpRequest, slug: str, room_id: int) -> HttpResponse:
    """Change a room's name and its rights, as a lead; others are led back to the room."""
    place = access.room_of_group(request.user, slug, room_id)
    room = place.room
    if not place.standing.may_moderate:
        return redirect(room)
    form = RoomForm(request.POST or None, room=room)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.change_room(room, by=person(request), name=form.cleaned_data.get("name"), rights=form.rights)
                services.set_retention(room, by=person(request), days=form.cleaned_data["keep_days"])
        except DomainError as refused:
            form.add_error("name" if "name" in form.fields else None, refused.message)
        else:
            return redirect(room)
    context = {
        "group": place.group,
        "standing": place.standing,
        "form": form,
        "audience": readers_of(room, place.group),
        "room": room,
    }
    return render(request, "chat/room_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def room_state(request: HttpRequest, slug: str, room_id: int) -> HttpResponse:
    """Close a further room (`closed`), or open it again, as a lead."""
    place = access.room_of_group(request.user, slug, room_id)
    change = services.close_room if "closed" in request.POST else services.reopen_room
    try:
        change(place.room, by=person(request))
    except DomainError as refused:
        notes.error(request, refused.message)
    return redirect(place.room)
