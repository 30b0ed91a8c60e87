"""The room's page: everything works without a script, the script only makes it live."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from discussions.chat import access, services
from discussions.chat.access import GroupPlace, Place
from discussions.chat.attachments import chosen
from discussions.chat.forms import MessageForm, numbers
from discussions.chat.models import Message
from discussions.chat.page import RoomPage
from discussions.chat.services.attachments import MOST
from discussions.chat.views.finding import show_found
from discussions.views.requests import number, person


@login_required
@require_safe
def room_page(request: HttpRequest, slug: str, room_id: int | None = None) -> HttpResponse:
    """Show a room: the newest messages; `before` and `from` (message numbers) open earlier pages, `reply` answers one.

    `attach` (ids of documents of the library, as often as wanted) puts them into the form.
    """
    place = access.room_of_group(request.user, slug, room_id)
    return show_room(request, place)


def show_room(request: HttpRequest, place: Place, form: MessageForm | None = None, status: int = 200) -> HttpResponse:
    """Return the page of a room, with the form that was refused if one was; with `q`, what was found in it."""
    if form is None and "q" in request.GET:
        return show_found(request, place)
    reader = person(request)
    page = RoomPage(place, reader, before=number(request.GET.get("before")), first=number(request.GET.get("from")))
    answering = None
    if place.may_write and form is None:
        if reply := number(request.GET.get("reply")):
            answering = Message.objects.filter(room=place.room, number=reply, seq__gte=place.floor).first()
        form = MessageForm(capacities=place.capacities, initial={"reply_to": answering.pk if answering else None})
    named = numbers((request.POST if request.method == "POST" else request.GET).getlist("attach"))[:MOST]
    attached = chosen(place.standing, named) if isinstance(place, GroupPlace) and place.may_write else []
    context = {
        **page.context(),
        "form": form,
        "answering": place.bylines([answering])[0] if answering else None,
        "attached": attached,
        "reader": reader,
    }
    return render(request, "chat/room.html", context, status=status)


@login_required
@require_POST
def room_seen(request: HttpRequest, slug: str | None = None, *, room_id: int) -> HttpResponse:
    """Note by a plain form that everything up to a `seq` was read."""
    place = access.room_at(request.user, slug, room_id)
    services.mark_read(place.room, by=person(request), seq=number(request.POST.get("seq")))
    return redirect(place.room)


@login_required
@require_POST
def room_mute(request: HttpRequest, slug: str | None = None, *, room_id: int) -> HttpResponse:
    """Want no notices from the room, or want them again: a plain form, and the same from a script."""
    place = access.room_at(request.user, slug, room_id)
    services.set_muted(place.room, by=person(request), muted=request.POST.get("muted") == "1")
    return redirect(place.room)
