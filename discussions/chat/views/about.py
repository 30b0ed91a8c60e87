"""One message by itself, and what one does with it by plain forms: who reacted, who has read, pinning, the link to it."""

import uuid
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from discussions.chat import access, attachments, services
from discussions.chat.access import GroupPlace, Place
from discussions.chat.extras import signs_on
from discussions.chat.models import Emoji, Message
from discussions.chat.presenting import filled_for
from discussions.chat.receipts import may_see_receipts, receipts_of
from discussions.chat.views.messages import words_of
from discussions.views.requests import person


@login_required
@require_safe
def message_about(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> HttpResponse:
    """Show one message with everything one can know of it and do with it."""
    place = access.room_at(request.user, slug, room_id)
    message = access.message_in(place, message_id)
    return render(request, "chat/message.html", _about(request, place, message))


def _about(request: HttpRequest, place: Place, message: Message) -> dict[str, Any]:
    reader = person(request)
    own, gone = message.author_id == reader.pk, message.is_deleted
    signs = signs_on([message], reader)[message.pk]
    given = {sign.emoji for sign in signs if sign.is_own}
    return {
        **place.surroundings,
        "room": place.room,
        "base": place.base,
        "audience": place.audience,
        "message": message,
        "voice": place.bylines([message])[0],
        "body": filled_for(reader, message),
        "files": attachments.for_reader([message], place.standing).get(message.pk)
        if isinstance(place, GroupPlace)
        else [],
        "link": request.build_absolute_uri(message.get_absolute_url()),
        "signs": signs,
        "emoji": [(emoji.value, emoji.label, emoji.value in given) for emoji in Emoji],
        "may_react": place.may_react and not gone,
        "may_reply": place.may_write and not gone,
        "may_pin": place.may_pin and not gone,
        "may_edit": place.may_write and own and not gone,
        "may_delete": place.may_delete(message) and not gone,
        "may_report": not own and not gone,
        "receipts": receipts_of(place, message) if may_see_receipts(place) and not gone else None,
    }


@login_required
@require_POST
def message_react(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> HttpResponse:
    """Give a sign (`on` names it) or take it back (`off`)."""
    place = access.room_at(request.user, slug, room_id)
    message = access.message_in(place, message_id)
    on = "on" in request.POST
    try:
        services.react(
            place.room.pk,
            message.pk,
            by=person(request),
            key=uuid.uuid4(),
            emoji=request.POST.get("on" if on else "off", ""),
            on=on,
        )
    except DomainError as refused:
        notes.error(request, words_of(refused))
    return redirect(message)


@login_required
@require_POST
def message_pin(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> HttpResponse:
    """Pin a message (`on`), or let it go."""
    place = access.room_at(request.user, slug, room_id)
    message = access.message_in(place, message_id)
    try:
        services.pin_message(place.room.pk, message.pk, by=person(request), key=uuid.uuid4(), on="on" in request.POST)
    except DomainError as refused:
        notes.error(request, words_of(refused))
    return redirect(message)
