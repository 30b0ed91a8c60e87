"""Saying something, changing it and taking it back by plain forms."""

import math
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError, RateLimited
from discussions.chat import access, services
from discussions.chat.access import Place
from discussions.chat.forms import DeleteForm, EditForm, MessageForm
from discussions.chat.models import Message
from discussions.chat.presenting import filled_for, mention_names, spelled
from discussions.chat.views.room import show_room
from discussions.views.requests import number, person
from groups.standing import NotAllowed


@login_required
@require_POST
def message_send(request: HttpRequest, slug: str | None = None, *, room_id: int) -> HttpResponse:
    """Say something by a plain form."""
    place = access.room_at(request.user, slug, room_id)
    form = MessageForm(request.POST, capacities=place.capacities)
    if form.is_valid():
        sent = form.cleaned_data
        speak_as = number(form.organisation_id) or None
        try:
            services.send_message(
                place.room.pk,
                by=person(request),
                key=sent["key"],
                body=sent["body"],
                reply_to=sent["reply_to"],
                organisation=speak_as,
                attachments=sent["attach"],
            )
        except DomainError as refused:
            form.add_error(None if isinstance(refused, RateLimited | NotAllowed) else "body", words_of(refused))
        else:
            return redirect(f"{place.room.get_absolute_url()}#say")
    return show_room(request, place, form, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_edit(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> HttpResponse:
    """Change one's own message; when somebody (or oneself elsewhere) was faster, both texts are shown."""
    place = access.room_at(request.user, slug, room_id)
    message = access.message_in(place, message_id)
    if message.author_id != person(request).pk or message.is_deleted or not place.may_write:
        return _only_look(request, message)
    names = mention_names([message])
    current = None
    form = EditForm(initial={"base": message.version, "body": spelled(message, names)})
    if request.method == "POST":
        form = EditForm(request.POST)
        if form.is_valid():
            sent = form.cleaned_data
            try:
                services.edit_message(
                    place.room.pk,
                    message.pk,
                    by=person(request),
                    key=sent["key"],
                    base=sent["base"],
                    body=sent["body"],
                )
            except Conflict as refused:
                message.refresh_from_db()
                current = spelled(message, mention_names([message]))
                form = EditForm({**request.POST.dict(), "base": message.version})
                form.add_error(None, words_of(refused))
            except DomainError as refused:
                form.add_error("body", words_of(refused))
            else:
                return redirect(message)
    context = _about(place, message, form) | {"current": current}
    return render(request, "chat/message_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_delete(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> HttpResponse:
    """Take a message back, after asking."""
    place = access.room_at(request.user, slug, room_id)
    message = access.message_in(place, message_id)
    own = message.author_id == person(request).pk
    if message.is_deleted or not place.may_delete(message):
        return _only_look(request, message)
    form = DeleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.delete_message(place.room.pk, message.pk, by=person(request), key=form.cleaned_data["key"])
        except DomainError as refused:
            form.add_error(None, words_of(refused))
        else:
            notes.success(request, _("The message is deleted."))
            return redirect(message)
    body = filled_for(person(request), message)
    context = _about(place, message, form) | {"own": own, "body": body, "author": place.bylines([message])[0]}
    return render(request, "chat/message_delete.html", context, status=422 if form.errors else 200)


def words_of(refused: DomainError) -> str:
    """Return why it was refused, in words."""
    if isinstance(refused, RateLimited):
        wait = math.ceil(refused.retry_after)
        return _("You write faster than a room can be read. Send it again in %(wait)d seconds.") % {"wait": wait}
    return refused.message


def _about(place: Place, message: Message, form: Any) -> dict[str, Any]:
    return {
        "room": place.room,
        **place.surroundings,
        "message": message,
        "form": form,
        "audience": place.audience,
    }


def _only_look(request: HttpRequest, message: Message) -> HttpResponse:
    """Lead back to a message that the person may read but not change."""
    notes.info(request, _("This message cannot be changed by you."))
    return redirect(message)
