"""The room's page, and rooms themselves: everything works without a script, the script only makes it live."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from discussions.chat import access, services
from discussions.chat.access import Place
from discussions.chat.forms import MessageForm, RoomForm
from discussions.chat.models import Message
from discussions.chat.page import RoomPage
from discussions.views.requests import number, person
from groups.access import group_for_participant
from groups.audience import chatters_of


@login_required
@require_safe
def room_page(request: HttpRequest, slug: str, room_id: int | None = None) -> HttpResponse:
    """Show a room: the newest messages; `before` and `from` (message numbers) open earlier pages, `reply` answers one."""
    place = access.room_of_group(request.user, slug, room_id)
    return show_room(request, place)


def show_room(request: HttpRequest, place: Place, form: MessageForm | None = None, status: int = 200) -> HttpResponse:
    """Return the page of a room, with the form that was refused if one was."""
    reader = person(request)
    page = RoomPage(place, reader, before=number(request.GET.get("before")), first=number(request.GET.get("from")))
    answering = None
    if place.may_write and form is None:
        if reply := number(request.GET.get("reply")):
            answering = Message.objects.filter(room=place.room, number=reply, seq__gte=place.floor).first()
        form = MessageForm(capacities=place.capacities, initial={"reply_to": answering.pk if answering else None})
    context = {**page.context(), "form": form, "answering": answering, "reader": reader}
    return render(request, "chat/room.html", context, status=status)


@login_required
@require_POST
def room_seen(request: HttpRequest, slug: str, room_id: int) -> HttpResponse:
    """Note by a plain form that everything up to a `seq` was read."""
    place = access.room_of_group(request.user, slug, room_id)
    services.mark_read(place.room, by=person(request), seq=number(request.POST.get("seq")))
    return redirect(place.room)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a further room, as a lead."""
    group, standing = group_for_participant(request.user, slug)
    if not standing.may_moderate:
        return redirect("chat:room", slug)
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            room = services.open_room(group, by=person(request), name=form.cleaned_data["name"])
        except DomainError as refused:
            form.add_error("name", refused.message)
        else:
            return redirect(room)
    context = {"group": group, "standing": standing, "form": form, "audience": chatters_of(group), "room": None}
    return render(request, "chat/room_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_rename(request: HttpRequest, slug: str, room_id: int) -> HttpResponse:
    """Give a further room another name, as a lead."""
    place = access.room_of_group(request.user, slug, room_id)
    if place.room.is_main or not place.may_moderate:
        return redirect(place.room)
    form = RoomForm(request.POST or None, initial={"name": place.room.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_room(place.room, by=person(request), name=form.cleaned_data["name"])
        except DomainError as refused:
            form.add_error("name", refused.message)
        else:
            return redirect(place.room)
    context = {
        "group": place.group,
        "standing": place.standing,
        "form": form,
        "audience": chatters_of(place.group),
        "room": place.room,
    }
    return render(request, "chat/room_form.html", context, status=422 if form.errors else 200)
